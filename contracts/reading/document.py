"""A contract file's bytes → plain values, and the line each of them stands on."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from contracts.reading.problems import ContractError, Problem, one_line

Place = tuple[str | int, ...]

LARGEST = 1 << 20  # bytes; a contract is written by people
# Aliases (`*name`) can make a small file stand for an endless document.
MOST_VALUES, DEEPEST, MOST_OPEN = 50_000, 60, 800
EXAMPLES = "start from a spec in contracts/specs/examples"
_BEFORE_WORDS = re.compile(r"^[ ]*(?:[-?:][ ]+)*", re.MULTILINE)
_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
# Dates stay text: the terms say which field holds one, and then name the field of a wrong one.
_AS_TEXT = frozenset({f"{_TAG}str", f"{_TAG}timestamp", f"{_TAG}value", _MERGE})
_BUILT = {f"{_TAG}{kind}": f"construct_yaml_{kind}" for kind in ("null", "bool", "int", "float")}


@dataclass(frozen=True)
class Document:
    """A mapping of plain values; `lines` has the line of every key and list element, by its path."""

    values: dict[str, Any]
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int | None:
        """The line of the deepest part of `place` the document has."""
        ends = range(len(place), 0, -1)
        return next((self.lines[place[:end]] for end in ends if place[:end] in self.lines), None)


def read_document(data: bytes, path: str) -> Document:
    """The document in `data`; `ContractError` saying why it is none, and on which line."""
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise _refused(path, 1, "is empty", EXAMPLES)
    if len(data) > LARGEST:
        raise _refused(path, None, f"has over {LARGEST:,} bytes, which no contract needs", EXAMPLES)
    text = _text(data, path)
    root = _composed(text, path)
    if not isinstance(root, MappingNode):
        raise _refused(path, 1, "is not a mapping of fields", EXAMPLES)
    copier = _Copier(path)
    values = copier.plain(root, ())
    return Document(values, copier.lines)


def _refused(path: str, line: int | None, problem: str, fix: str, field: str = "file") -> ContractError:
    return ContractError(path, (Problem(one_line(field), line, one_line(problem), one_line(fix)),))


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refused(path, line, f"is not UTF-8 ({error.reason})", "save the file as UTF-8") from error


def _may_be_deep(text: str) -> bool:
    """Could groups be nested deeper than `MOST_OPEN`? Each takes a bracket, or a column before the word."""
    brackets = text.count("[") + text.count("{")
    columns = max((len(start) for start in _BEFORE_WORDS.findall(text)), default=0)
    return brackets + columns > MOST_OPEN


def _composed(text: str, path: str) -> Node | None:
    """The tree of `text`. Only plain data can come of it: no tag here builds an object."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parser warns of odd style; what matters is refused below
        try:
            try:
                return _tree(text, path, pure=False)
            except MarkedYAMLError as error:
                if error.problem != "found unexpected ':'":
                    raise
                return _tree(text, path, pure=True)  # libyaml stumbles over `[1:30]`, which YAML 1.2 allows
        except MarkedYAMLError as error:
            raise _marked(error, text, path) from error
        except YAMLError as error:
            line = text[: getattr(error, "position", 0)].count("\n") + 1
            problem = f"is not YAML ({getattr(error, 'reason', error)})"
            raise _refused(path, line, problem, "remove the character there") from error
        except (ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
            problem = f"holds what cannot be read ({error})"
            raise _refused(path, None, problem, "put unusual values in quotes") from error


def _tree(text: str, path: str, *, pure: bool) -> Node | None:
    if pure or _may_be_deep(text):
        _check_depth(text, path, pure=pure)
    root: Node | None = _parser(pure=pure).compose(text)
    return root


def _check_depth(text: str, path: str, *, pure: bool) -> None:
    """Refuse what is so deep that building the tree would exhaust the stack; its events need none."""
    depth = 0
    for event in _parser(pure=pure).parse(text):
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _refused(path, event.start_mark.line + 1, "is nested too deeply", EXAMPLES)


def _parser(*, pure: bool = False) -> YAML:
    return YAML(typ="safe", pure=pure)  # with YAML 1.2's words: `no` is text, not false


def _marked(error: MarkedYAMLError, text: str, path: str) -> ContractError:
    problem = str(error.problem or "")
    open_quote = "quoted scalar" in str(error.context)  # found out at the file's end, made at its beginning
    mark = error.context_mark if open_quote else error.problem_mark
    line = mark.line + 1 if mark else None
    fix = "mend the indentation or quoting there"
    if mark and "".join(text.split("\n")[mark.line : mark.line + 1])[mark.column :].startswith("\t"):
        problem, fix = "a tab where YAML wants blanks", "indent with blanks"
    return _refused(path, line, f"is not YAML ({problem})", fix)


def _as_written(key: str | int) -> str:
    return str(key).strip()


class _Copier:
    """Copies a tree into plain values, and notes the lines on the way."""

    def __init__(self, path: str) -> None:
        self.lines: dict[Place, int] = {}
        self._path = path
        self._count = 0
        self._constructor = _parser().constructor

    def plain(self, node: Node, place: Place) -> Any:
        """The value of `node`, found at `place`."""
        self._count += 1
        if self._count > MOST_VALUES or len(place) > DEEPEST:
            problem = "is nested too deeply or repeats itself through aliases"
            raise _refused(self._path, self.lines.get(place[:1]), problem, "write the values out")
        if isinstance(node, MappingNode):
            return self._group(node, place)
        if isinstance(node, SequenceNode):
            return [self.plain(each, self._noted(each, (*place, n))) for n, each in enumerate(node.value)]
        return self._scalar(node, place)

    def _group(self, node: MappingNode, place: Place) -> dict[str | int, Any]:
        merged: dict[str | int, Any] = {}
        own: dict[str | int, Any] = {}
        written: set[str] = set()  # `1` and `"1"` are one key to the terms, as are `a` and `"a "`
        for key_node, value in node.value:
            if key_node.tag == _MERGE:
                merged = {**self._merged(value, place), **merged}
                continue
            key = self._key(key_node)
            if _as_written(key) in written:
                line, fix = key_node.start_mark.line + 1, "keep one of the two, or give one its right name"
                raise _refused(self._path, line, "stands twice in the same group", fix, _as_written(key))
            written.add(_as_written(key))
            own[key] = self.plain(value, self._noted(key_node, (*place, key)))
        kept = {key: value for key, value in merged.items() if _as_written(key) not in written}
        return {**kept, **own}

    def _merged(self, node: Node, place: Place) -> dict[str | int, Any]:
        """What `<<` brings into a group; such keys have no line of their own."""
        groups = node.value if isinstance(node, SequenceNode) else [node]
        lines, self.lines = self.lines, {}
        found: dict[str | int, Any] = {}
        for group in groups:
            if not isinstance(group, MappingNode):
                line = node.start_mark.line + 1
                raise _refused(self._path, line, "merges what is no group of fields", "write the values out")
            found = {**self.plain(group, place), **found}
        self.lines = lines
        return found

    def _key(self, node: Node) -> str | int:
        if not isinstance(node, ScalarNode):
            line = node.start_mark.line + 1
            raise _refused(self._path, line, "has a key that is no word", "write the key as a word")
        value = self._scalar(node, ())
        return value if isinstance(value, int) and not isinstance(value, bool) else str(node.value)

    def _noted(self, node: Node, place: Place) -> Place:
        self.lines[place] = node.start_mark.line + 1
        return place

    def _scalar(self, node: Node, place: Place) -> Any:
        if node.tag in _AS_TEXT:
            return node.value
        if node.tag not in _BUILT:
            problem = f"has the tag {node.tag}, which is not plain data"
            line = node.start_mark.line + 1
            raise _refused(self._path, line, problem, "remove the tag", ".".join(map(str, place)) or "file")
        try:
            value = getattr(self._constructor, _BUILT[node.tag])(node)
            str(value)  # raises for a hexadecimal number of 5,000 digits, which nobody could write out
            return value
        except (
            ArithmeticError,
            LookupError,
            ValueError,
        ) as error:  # a number of 5,000 digits, !!int of a word
            problem = f"holds a value that cannot be read ({error})"
            line = node.start_mark.line + 1
            raise _refused(self._path, line, problem, "put unusual values in quotes") from error
