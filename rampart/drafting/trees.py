"""Trees of messages: objects that hold a list of objects like themselves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rampart.drafting import names
from rampart.drafting.columns import Column, Table
from rampart.drafting.draft import Draft
from rampart.drafting.messages import messages_in
from rampart.drafting.names import called, expression, free_name, name_of
from rampart.drafting.prompts import add_roles
from rampart.drafting.scores import say_scored

_REPLIES = ("replies", "children", "responses", "answers", "comments")
_MOST_NODES = 20_000


@dataclass(frozen=True)
class _Tree:
    root: tuple[str, ...]
    replies: str
    nodes: list[dict[str, Any]]  # every reply
    lists: list[list[dict[str, Any]]]  # the replies of every node that has some


def as_trees(table: Table) -> Iterator[Draft]:
    """The rows as trees of messages, if they are."""
    objects: list[tuple[tuple[str, ...], list[Any]]] = [((), list(table.rows))]
    objects += [(c.path, list(c.filled)) for c in table.columns.values() if c.kind == "object"]
    for path, values in objects:
        for key in _REPLIES:
            tree = _tree(path, key, values)
            if tree and (draft := _draft(table, tree)):
                yield draft


def _tree(path: tuple[str, ...], key: str, values: list[Any]) -> _Tree | None:
    nodes: list[dict[str, Any]] = []
    lists: list[list[dict[str, Any]]] = []
    waiting = [value for value in values if isinstance(value, dict)]
    while waiting and len(nodes) < _MOST_NODES:
        node = waiting.pop()
        below = node.get(key)
        if isinstance(below, list) and below and all(isinstance(one, dict) for one in below):
            lists.append(below)
            nodes += below
            waiting += below
    deeper = any(key in node for node in nodes)
    return _Tree(path, key, nodes, lists) if nodes and deeper else None


def _draft(table: Table, tree: _Tree) -> Draft | None:
    inner = Table(tree.nodes)
    said = messages_in(Column(("replies",), tuple(tree.lists)))
    judges = [c for c in inner.scalars if c.numbers and len(c.path) == 1]
    weights = {**names.SCORE, **names.RANK}
    judges = sorted(
        (c for c in judges if called(c.path, weights) >= 3), key=lambda c: -called(c.path, weights)
    )
    if said is None or not judges:
        return None
    judge, turn = judges[0], free_name("turn", {path[0] for path in table.columns})
    draft = Draft("trees of messages with judged replies")
    draft.used |= {tree.root} if tree.root else {(tree.replies,)}
    if not tree.root:
        draft.used |= {c.path for c in table.columns.values()}
    judged = f"{turn}.replies[?{judge.expression} != null]"
    terms: dict[str, Any] = {"root": expression(tree.root), "replies": tree.replies, "as": turn}
    terms["where"] = f"length({judged}) > `1`"
    draft.part(
        "tree",
        terms,
        f"messages hold a list {tree.replies!r} of messages; judged where two have a rank",
        "sure",
    )
    ids = [c for c in inner.scalars if c.unique and called(c.path, names.RECORD) >= 2]
    if ids:
        draft.map("record_id", f"{turn}.node.{ids[0].expression}", "the judged message's own id", "sure")
    path = f"{turn}.path[].{{role: {name_of(said.role)}, content: {name_of(said.text)}}}"
    draft.map("prompt", path, "the messages from the root to the judged one", "sure")
    fields = {"content": name_of(said.text), **({"response_id": ids[0].expression} if ids else {})}
    models = [c for c in inner.scalars if called(c.path, names.MODEL) >= 4 and len(c.path) == 1]
    if models:
        fields["checkpoint_id"] = models[0].expression
    parts = ", ".join(f"{name}: {value}" for name, value in fields.items())
    draft.map("responses", f"{judged}.{{{parts}}}", "the replies that carry one", "sure")
    draft.map("label", f"{judged}.{judge.expression}", f"the replies' {judge.path[0]}", "sure")
    _say_scheme(draft, tree, judge)
    add_roles(draft, [said])
    languages = [c for c in inner.scalars if called(c.path, names.LANGUAGE) >= 4 and c.all_text]
    if languages:
        draft.map("language", f"{turn}.node.{languages[0].expression}", "the judged message's own")
    return draft


def _say_scheme(draft: Draft, tree: _Tree, judge: Column) -> None:
    rows = [[one.get(judge.path[0]) for one in replies] for replies in tree.lists]
    numbers = [[float(n) for n in row if isinstance(n, int | float)] for row in rows]
    compared = [row for row in numbers if len(row) > 1]
    ranks = called(judge.path, names.RANK) >= called(judge.path, names.SCORE)
    say_scored(draft, compared, ranks)
    if compared and sum(row == sorted(row, reverse=not ranks) for row in compared) >= 0.95 * len(compared):
        draft.order_unknown("replies are listed from the best to the worst", "sure")
    elif ranks:
        draft.order_unknown("a tree of replies does not say what stood where on the screen", "likely")
