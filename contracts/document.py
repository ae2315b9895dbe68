"""A contract file's bytes → plain values, and the line each of them stands on."""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from contracts.problems import ContractError, Problem, one_line

Place = tuple[str | int, ...]

LARGEST = 1 << 20  # bytes; a contract is written by people
# Aliases (`*name`) can make a small file stand for an endless document.
MOST_VALUES, DEEPEST, MOST_OPEN = 50_000, 60, 200
EXAMPLES = "start from a spec in contracts/specs/examples"
# What ruamel.yaml lets through for a value it recognised but cannot build, such as a number of 5,000 digits.
_UNBUILT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


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
        raise _refused(path, None, f"has {len(data):,} bytes, which no contract needs", EXAMPLES)
    text = _text(data, path)
    if _brackets_open(text) > MOST_OPEN:  # the loader takes minutes to find out
        raise _refused(path, None, "is nested too deeply", EXAMPLES)
    root = _loaded(text, path)
    if not isinstance(root, dict):
        raise _refused(path, 1, "is not a mapping of fields", EXAMPLES)
    copier = _Copier(path)
    values = copier.plain(root, ())
    return Document(values, copier.lines)


class _Constructor(RoundTripConstructor):
    """Leaves dates as text: the terms say which field holds one, and then name the field of a wrong one."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _refused(path: str, line: int | None, problem: str, fix: str, field: str = "file") -> ContractError:
    return ContractError(path, (Problem(one_line(field), line, one_line(problem), one_line(fix)),))


def _text(data: bytes, path: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refused(path, line, f"is not UTF-8 ({error.reason})", "save the file as UTF-8") from error


def _brackets_open(text: str) -> int:
    """Most brackets open at once, those in quotes and comments counted too."""
    steps = ((1 if mark in "[{" else -1) for mark in re.findall(r"[][{}]", text))
    return max(accumulate(steps), default=0)


def _loaded(text: str, path: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the loader warns of odd style; what matters is refused below
        loader = YAML(typ="rt", pure=True)
        loader.Constructor = _Constructor
        try:
            return loader.load(text)
        except MarkedYAMLError as error:
            raise _marked(error, path) from error
        except YAMLError as error:
            line = text[: getattr(error, "position", 0)].count("\n") + 1
            problem = f"is not YAML ({getattr(error, 'reason', error)})"
            raise _refused(path, line, problem, "remove the character there") from error
        except RecursionError as error:
            raise _refused(path, None, "is nested too deeply", EXAMPLES) from error
        except _UNBUILT as error:
            problem = f"holds a value that cannot be read ({error})"
            raise _refused(path, None, problem, "put unusual values in quotes") from error


def _marked(error: MarkedYAMLError, path: str) -> ContractError:
    problem = str(error.problem or "")
    open_quote = "quoted scalar" in str(error.context)  # found out at the file's end, made at its beginning
    mark = error.context_mark if open_quote else error.problem_mark
    line = mark.line + 1 if mark else None
    if twice := re.match(r'found duplicate key "([^"]*)"', problem):
        fix = "keep one of the two, or give one its right name"
        return _refused(path, line, "stands twice in the same group", fix, twice.group(1))
    fix = "mend the indentation or quoting there"
    if "'\\t'" in problem:
        problem, fix = "a tab where YAML wants blanks", "indent with blanks"
    return _refused(path, line, f"is not YAML ({problem})", fix)


class _Copier:
    """Copies what the YAML loader built into plain values, and notes the lines on the way."""

    def __init__(self, path: str) -> None:
        self.lines: dict[Place, int] = {}
        self._path = path
        self._count = 0

    def plain(self, node: Any, place: Place) -> Any:
        """`node`, found at `place`, without the loader's own types."""
        self._count += 1
        if self._count > MOST_VALUES or len(place) > DEEPEST:
            problem = "is nested too deeply or repeats itself through aliases"
            raise _refused(self._path, self.lines.get(place[:1]), problem, "write the values out")
        if isinstance(node, dict):
            return {self._noted(node, key, place): self.plain(node[key], (*place, _key(key))) for key in node}
        if isinstance(node, list):
            return [self.plain(node[n], (*place, self._noted(node, n, place))) for n in range(len(node))]
        return _scalar(node)

    def _noted(self, node: Any, key: Any, place: Place) -> str | int:
        try:
            line = (node.lc.key if hasattr(node, "keys") else node.lc.item)(key)[0]
        except (AttributeError, KeyError, TypeError):  # keys merged in by `<<` have no place of their own
            return _key(key)
        self.lines[(*place, _key(key))] = line + 1
        return _key(key)


def _key(key: Any) -> str | int:
    return int(key) if isinstance(key, int) and not isinstance(key, bool) else str(key)


def _scalar(node: Any) -> Any:
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return None if node is None else str(node)
