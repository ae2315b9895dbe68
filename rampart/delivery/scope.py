"""What an expression sees: the row, its joined partners, and one element of a list or node of a tree."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.language.expressions import ExpressionError, Read, compiled, fields_read
from contracts.language.functions import truthy
from contracts.terms.mapping import DeliveryTerms, Each, ResponseFields, Tree
from rampart.delivery.limits import DEEPEST_TREE
from rampart.delivery.readers.row import Row, Unread, kind_of, shown, unreadable

Scope = Mapping[str, Any]
Split = Callable[[Scope], Iterator[dict[str, Any]]]


# A row of nothing else would become a record of empty texts, a kilobyte of memory for the two bytes of {}.
_NOTHING = (None, "")


@dataclass(frozen=True)
class Judgement:
    """One judgement of a row: its place in the row from 0, and what expressions see."""

    item: int
    scope: Scope


def splitter(terms: DeliveryTerms) -> Callable[[Row, Scope], Iterator[Judgement | Unread]]:
    """How this contract's rows become judgements: whole, by element, or by tree node."""
    levels = _levels(terms)

    def judgements(row: Row, scope: Scope) -> Iterator[Judgement | Unread]:
        if not any(row.value.values()) and all(value in _NOTHING for value in row.value.values()):
            yield unreadable(row.line, "the row is empty: it holds no value", row.value, "no_judgement")
            return
        if not levels:
            yield Judgement(0, scope)
            return
        if hidden := next((name for name, _ in levels if name in scope), None):
            said = f"the row has a field {hidden!r}, which hides the contract's `as: {hidden}`"
            yield unreadable(row.line, f"{said}; choose another name", row.value, "unreadable_field")
            return
        try:
            scopes = list(_split(scope, levels))
        except ExpressionError as error:
            yield unreadable(row.line, _located(error, terms), row.value, "unreadable_field")
            return
        if not scopes:
            problem = "the row holds no judgement: delivery.each or delivery.tree found none"
            yield unreadable(row.line, problem, row.value, "no_judgement")
        for item, inner in enumerate(scopes):
            yield Judgement(item, inner)

    return judgements


def _split(scope: Scope, levels: list[tuple[str, Split]]) -> Iterator[Scope]:
    """`scope` with an element of every level beside it, level by level."""
    if not levels:
        yield scope
        return
    (name, split), *below = levels
    for part in split(scope):
        yield from _split({**scope, name: part}, below)


def _located(error: ExpressionError, terms: DeliveryTerms) -> str:
    said = str(error)
    where = "delivery.each" if terms.each else "delivery.tree"
    return said if said.startswith(where) else f"{where}: {said}"


def columns_read(terms: DeliveryTerms) -> frozenset[str]:
    """Top-level columns of the rows' files that the contract's expressions read."""
    record = terms.record
    texts = [value for key, value in record if isinstance(value, str) and key != "responses"]
    texts += [text for join in terms.join for text in join.on_parts]
    texts += [rule.test for rule in terms.require]
    texts += [terms.shown] if terms.shown else []
    if isinstance(record.responses, str):
        texts.append(record.responses)
    else:
        texts += [text for one in record.responses or () for text in _response_texts(one)]
    texts += [each.in_ for each in terms.eaches]
    if terms.tree:
        texts.append(terms.tree.root)
    splits: list[Each | Tree] = [*terms.eaches, *([terms.tree] if terms.tree else [])]
    texts += [split.where for split in splits if split.where]
    own = {join.as_ for join in terms.join} | {split.as_ for split in splits} | {terms.rows.file_as}
    return frozenset().union(*(fields_read(text) for text in texts)) - own


def _response_texts(fields: ResponseFields) -> list[str]:
    return [text for text in (fields.content, fields.checkpoint_id, fields.response_id) if text]


def _levels(terms: DeliveryTerms) -> list[tuple[str, Split]]:
    markers = terms.transcript.markers if terms.transcript else None
    if terms.tree:
        node = _by_node(terms.tree, compiled(terms.tree.root, markers), _filter(terms.tree, markers))
        return [(terms.tree.as_, node)]
    return [
        (each.as_, _by_element(compiled(each.in_, markers), _filter(each, markers))) for each in terms.eaches
    ]


def _filter(split: Each | Tree, markers: Mapping[str, str] | None) -> Callable[[Scope, dict[str, Any]], bool]:
    if split.where is None:
        return lambda _scope, _part: True
    test: Read = compiled(split.where, markers)
    return lambda scope, part: truthy(test({**scope, split.as_: part}))


def _by_element(read: Read, keep: Callable[[Scope, dict[str, Any]], bool]) -> Split:
    def split(scope: Scope) -> Iterator[dict[str, Any]]:
        found = read(scope)
        if found is None:
            return
        if not isinstance(found, dict | list):
            said = f"{kind_of(found)} ({shown(found)})"
            raise ExpressionError(f"delivery.each.in: expected a list or an object, found {said}")
        pairs = found.items() if isinstance(found, dict) else ((None, value) for value in found)
        for index, (key, value) in enumerate(pairs):
            part = {"index": index, "number": index + 1, "key": key, "value": value}
            if keep(scope, part):
                yield part

    return split


def _by_node(tree: Tree, read: Read, keep: Callable[[Scope, dict[str, Any]], bool]) -> Split:
    def split(scope: Scope) -> Iterator[dict[str, Any]]:
        root = read(scope)
        # A stack of its own: Python's would run out where a vendor nests deeper than people talk.
        waiting: list[tuple[tuple[Any, ...], Any]] = [] if root is None else [((), root)]
        while waiting:
            above, node = waiting.pop()
            path = (*above, node)
            replies = _replies(tree, node, len(path))
            part = {"path": list(path), "node": node, "replies": replies}
            if replies and keep(scope, part):
                yield part
            waiting += [(path, reply) for reply in reversed(replies)]

    return split


def _replies(tree: Tree, node: Any, depth: int) -> list[Any]:
    if not isinstance(node, dict):
        raise ExpressionError(f"delivery.tree: expected a message object, found {kind_of(node)}")
    if depth > DEEPEST_TREE:
        raise ExpressionError(f"delivery.tree: more than {DEEPEST_TREE} messages deep")
    replies = node.get(tree.replies) or []
    if not isinstance(replies, list):
        raise ExpressionError(f"delivery.tree: expected a list in {tree.replies!r}, found {kind_of(replies)}")
    return replies
