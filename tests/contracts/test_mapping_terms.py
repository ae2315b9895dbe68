"""Terms of the `delivery` section that do not fit each other, and what a person is told."""

import pytest

from tests.contracts.files import changed, problem

JOIN = "- {as: pair, source: {path: pairs.jsonl, format: jsonl}, on: id, key: id}"
RECORD = "        record:\n"


@pytest.mark.parametrize(
    ("old", "new", "field", "says", "fix"),
    [
        (
            JOIN,
            JOIN.replace("on: id", "on: [id, lang]"),
            "delivery.join.0.key",
            "has 1 parts, but `on` has 2",
            "as many expressions",
        ),
        (JOIN, JOIN.replace("on: id", "on: []"), "delivery.join.0.on", "is empty", "at least one"),
        (
            JOIN,
            JOIN.replace("on: id", "on: [id, 'a b']"),
            "delivery.join.0.on.1",
            "not a JMESPath expression",
            "mend the expression",
        ),
        (
            JOIN,
            JOIN.replace("key: id", "key: id, unmatched: drop"),
            "delivery.join.0.unmatched",
            "does not allow the text 'drop'",
            "'quarantine' or 'keep'",
        ),
        (
            RECORD,
            "        times: {format: ['%d/%m/%Y', '%m/%d/%Y']}\n" + RECORD,
            "delivery.times.format.1",
            "some texts are read by '%m/%d/%Y' and by '%d/%m/%Y', as different moments",
            "keep one",
        ),
        (
            RECORD,
            "        times: {format: [epoch_s, '%Y%m%d']}\n" + RECORD,
            "delivery.times.format.1",
            "as different moments",
            "keep one",
        ),
        (
            RECORD,
            "        times: {format: [iso8601, soon]}\n" + RECORD,
            "delivery.times.format.1",
            "'soon' is not a way to write moments",
            "epoch_ms",
        ),
        (
            RECORD,
            "        times: {duration: days}\n" + RECORD,
            "delivery.times.duration",
            "does not allow the text 'days'",
            "'clock'",
        ),
        (
            RECORD,
            "        values: {domain: {map: {cod: coding}}}\n" + RECORD,
            "delivery.values.domain",
            "is never used",
            "add delivery.record.domain",
        ),
        (
            "          label: winner",
            "          label: winner\n          domain: d\n"
            "        values: {domain: {map: {cod: coding, COD : other}}}",
            "delivery.values.domain.map.COD",
            "the word 'COD' already means 'coding'",
            "one meaning",
        ),
        (
            RECORD,
            "        each: [{in: a, as: x}, {in: x.value, as: x}]\n" + RECORD,
            "delivery.each.1.as",
            "the name 'x' is given twice",
            "its own name",
        ),
        (
            RECORD,
            "        each: []\n" + RECORD,
            "delivery.each",
            "is empty",
            "at least one",
        ),
        (
            RECORD,
            "        require: [{test: a ==, problem: is wrong}]\n" + RECORD,
            "delivery.require.0.test",
            "not a JMESPath expression",
            "mend the expression",
        ),
        (
            RECORD,
            "        require: [{test: a}]\n" + RECORD,
            "delivery.require.0.problem",
            "is missing",
            "add it",
        ),
    ],
)
def test_terms_that_do_not_fit_are_told_with_their_place(
    old: str, new: str, field: str, says: str, fix: str
) -> None:
    found = problem(changed(old, new))
    assert found.field == field
    assert says in found.problem
    assert fix in found.fix
    assert found.line


def test_an_order_on_screen_cannot_be_both_known_and_unknown() -> None:
    data = changed("tie: [tie]}", "tie: [tie]}\n        order_shown: false").decode()
    found = problem(data.replace(RECORD, "        shown: order\n" + RECORD, 1).encode())
    assert (found.field, found.problem) == (
        "delivery.shown",
        "cannot be known: annotation.order_shown is false",
    )


LABEL_ONLY = (
    "          prompt: pair.text\n          responses:\n            - {content: pair.x}\n"
    "            - {content: pair.y}\n"
)


def test_label_only_work_needs_an_item_id() -> None:
    category = "{kind: category, categories: {left: [left], right: [right]}}"
    data = changed("{kind: arena, a: [left], b: [right], tie: [tie]}", category).decode()
    data = data.replace("required: [prompt, responses, label]", "required: [label]")
    assert LABEL_ONLY in data
    found = problem(data.replace(LABEL_ONLY, "").encode())
    assert found.field == "delivery.record.item_id"
    assert "without prompt and responses nothing else tells items apart" in found.problem
    assert found.fix == "say what was labelled, for example item_id: item"
