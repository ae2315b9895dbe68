from typing import Any

import pytest

from contracts.terms.mapping import DeliveryTerms
from rampart.delivery.limits import DEEPEST_TREE
from rampart.delivery.readers import Row, Unread
from rampart.delivery.scope import Judgement, columns_read, splitter

PLAIN = {"prompt": "q", "responses": "[a, b]", "label": "label"}


def terms(**given: Any) -> DeliveryTerms:
    return DeliveryTerms.model_validate({"rows": {"path": "r", "format": "csv"}, "record": PLAIN, **given})


def split(value: dict[str, Any], **given: Any) -> list[Judgement | Unread]:
    return list(splitter(terms(**given))(Row(5, value), value))


def parts(found: list[Judgement | Unread], name: str) -> list[Any]:
    return [one.scope[name] for one in found if isinstance(one, Judgement)]


def told(found: list[Judgement | Unread]) -> tuple[str, str]:
    (one,) = found
    assert isinstance(one, Unread)
    assert (one.line, one.item) == (5, -1)
    return one.code, one.problem


def test_a_row_is_one_judgement_unless_the_contract_splits_it() -> None:
    assert split({"q": "?"}) == [Judgement(0, {"q": "?"})]


EACH = {"each": {"in": "votes", "as": "vote"}}


def test_each_element_of_a_list_is_a_judgement_beside_its_row() -> None:
    found = split({"q": "?", "votes": ["x", "y"]}, **EACH)
    assert parts(found, "q") == ["?", "?"]
    assert parts(found, "vote") == [
        {"index": 0, "number": 1, "key": None, "value": "x"},
        {"index": 1, "number": 2, "key": None, "value": "y"},
    ]


def test_each_value_of_an_object_is_a_judgement_with_its_key() -> None:
    assert [part["key"] for part in parts(split({"votes": {"ann": 1, "bob": 2}}, **EACH), "vote")] == [
        "ann",
        "bob",
    ]


@pytest.mark.parametrize("where", ["vote.value != null", "vote.value", "vote.value == wanted"])
def test_elements_may_be_chosen_and_are_numbered_in_the_list_they_came_from(where: str) -> None:
    found = split(
        {"wanted": "y", "votes": [None, "y", None]}, each={"in": "votes", "as": "vote", "where": where}
    )
    assert [(part["index"], part["value"]) for part in parts(found, "vote")] == [(1, "y")]


@pytest.mark.parametrize("terms_", [{}, EACH], ids=["plain", "each"])
@pytest.mark.parametrize("value", [{}, {"prompt": None}, {"prompt": "", "a": "", "votes": None}], ids=str)
def test_a_row_without_any_value_holds_no_judgement(value: dict[str, Any], terms_: dict[str, Any]) -> None:
    assert told(split(value, **terms_)) == ("no_judgement", "the row is empty: it holds no value")


@pytest.mark.parametrize("value", [0, False, " ", [], {}, 0.0], ids=repr)
def test_a_row_with_one_value_of_any_kind_is_a_judgement(value: Any) -> None:
    assert split({"prompt": None, "label": value}) == [Judgement(0, {"prompt": None, "label": value})]


@pytest.mark.parametrize("votes", [[], {}])
def test_a_row_without_judgements_is_told(votes: Any) -> None:
    assert told(split({"votes": votes}, **EACH))[0] == "no_judgement"


@pytest.mark.parametrize(
    ("value", "given", "problem"),
    [
        ({"votes": "x"}, EACH, "delivery.each.in: expected a list or an object, found text ('x')"),
        ({"vote": 1, "votes": []}, EACH, "the row has a field 'vote', which hides the contract's `as: vote`"),
        ({"x": 1}, {"each": {"in": "split(x, '-')", "as": "vote"}}, "delivery.each: split(x, '-'): "),
        (
            {"root": [1]},
            {"tree": {"root": "root", "as": "t"}},
            "delivery.tree: expected a message object, found a list",
        ),
        (
            {"root": {"replies": {"a": 1}}},
            {"tree": {"root": "root", "as": "t"}},
            "delivery.tree: expected a list in 'replies', found an object",
        ),
        (
            {"root": {"replies": [7]}},
            {"tree": {"root": "root", "as": "t"}},
            "delivery.tree: expected a message object",
        ),
    ],
)
def test_a_row_that_cannot_be_split_is_told(
    value: dict[str, Any], given: dict[str, Any], problem: str
) -> None:
    code, found = told(split(value, **given))
    assert code == "unreadable_field"
    assert found.startswith(problem)


def node(name: str, *replies: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "children": list(replies)}


TREE = {"tree": {"root": "root", "replies": "children", "as": "turn"}}


def test_every_node_with_replies_is_a_judgement_from_the_root_down() -> None:
    root = node("a", node("b", node("c"), node("d", node("e"))), node("f", node("g")))
    found = parts(split({"root": root}, **TREE), "turn")
    assert [turn["node"]["id"] for turn in found] == ["a", "b", "d", "f"]
    assert [[one["id"] for one in turn["path"]] for turn in found] == [
        ["a"],
        ["a", "b"],
        ["a", "b", "d"],
        ["a", "f"],
    ]
    assert [[one["id"] for one in turn["replies"]] for turn in found] == [
        ["b", "f"],
        ["c", "d"],
        ["e"],
        ["g"],
    ]


def test_nodes_may_be_chosen() -> None:
    root = node("a", node("b", node("c")), node("d"))
    chosen = {"tree": {**TREE["tree"], "where": "length(turn.replies) > `1`"}}
    assert [turn["node"]["id"] for turn in parts(split({"root": root}, **chosen), "turn")] == ["a"]


def test_a_missing_tree_and_a_tree_without_replies_hold_no_judgement() -> None:
    assert told(split({}, **TREE))[0] == "no_judgement"
    assert told(split({"root": node("a")}, **TREE))[0] == "no_judgement"


@pytest.mark.parametrize(("depth", "deep"), [(DEEPEST_TREE, False), (DEEPEST_TREE + 1, True), (5000, True)])
def test_a_tree_may_be_as_deep_as_any_conversation_but_not_deeper(depth: int, deep: bool) -> None:
    root = node("last")
    for _ in range(depth - 1):
        root = node("n", root)
    found = split({"root": root}, **TREE)
    if deep:
        assert told(found)[1] == f"delivery.tree: more than {DEEPEST_TREE} messages deep"
    else:
        assert len(found) == depth - 1


def test_the_columns_a_contract_reads_are_those_of_all_its_expressions() -> None:
    given = terms(
        join=[{"as": "pair", "source": {"path": "p", "format": "jsonl"}, "on": "ref", "key": "id"}],
        each={"in": "votes", "as": "vote", "where": "vote.value != skip"},
        record={
            "prompt": "pair.text",
            "responses": [
                {"content": "pair.x", "checkpoint_id": "left"},
                {"content": "y", "response_id": "rid"},
            ],
            "label": "vote.value",
            "annotator_id": "to_string(who)",
        },
    )
    assert columns_read(given) == {"ref", "votes", "skip", "left", "y", "rid", "who"}
    assert columns_read(terms(tree={"root": "root", "as": "t", "where": "t.node.id != none"})) == {
        *("q", "a", "b", "label"),
        *("root", "none"),
    }


TWO_LEVELS = {
    "each": [
        {"in": "comparisons", "as": "pair", "where": "pair.value.votes"},
        {"in": "pair.value.votes", "as": "vote", "where": "vote.value.by != 'bot'"},
    ]
}


def test_a_list_of_lists_is_walked_level_by_level() -> None:
    row = {
        "comparisons": [
            {"id": "p", "votes": [{"by": "w7"}, {"by": "bot"}, {"by": "w8"}]},
            {"id": "q", "votes": []},
            {"id": "r", "votes": [{"by": "w7"}]},
        ]
    }
    found = [one for one in split(row, **TWO_LEVELS) if isinstance(one, Judgement)]
    assert [
        (one.item, one.scope["pair"]["value"]["id"], one.scope["vote"]["value"]["by"]) for one in found
    ] == [
        (0, "p", "w7"),
        (1, "p", "w8"),
        (2, "r", "w7"),
    ]
    assert [one.scope["vote"]["number"] for one in found] == [1, 3, 1]


def test_a_row_whose_inner_lists_are_all_empty_is_told() -> None:
    assert told(split({"comparisons": [{"votes": [{"by": "bot"}]}]}, **TWO_LEVELS))[0] == "no_judgement"


def test_an_inner_list_that_is_none_is_told() -> None:
    code, problem = told(split({"comparisons": [{"votes": "x"}]}, **TWO_LEVELS))
    assert (code, problem) == (
        "unreadable_field",
        "delivery.each.in: expected a list or an object, found text ('x')",
    )


def test_columns_of_rules_orders_and_all_levels_are_read() -> None:
    found = columns_read(
        terms(
            each=[{"in": "c", "as": "pair"}, {"in": "pair.value.v", "as": "vote", "where": "w"}],
            require=[{"test": "good", "problem": "is not good"}],
            shown="screen",
            join=[{"as": "j", "source": {"path": "i", "format": "csv"}, "on": ["k", "l"], "key": ["m", "n"]}],
        )
    )
    assert found == {"q", "a", "b", "label", "c", "w", "good", "screen", "k", "l"}
