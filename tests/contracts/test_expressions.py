import json
from typing import Any

import pytest

from contracts.language.expressions import ExpressionError, compiled, fields_read, parse

MARKERS = {"user": "\n\nHuman:", "assistant": "\n\nAssistant:"}
ROW: dict[str, Any] = {
    "text": " Apple ",
    "label": "A",
    "n": 3,
    "zero": 0,
    "nothing": None,
    "list": ["x", "y", "z"],
    "deep": {"er": {"est": 1}},
    "packed": '{"a": [1, 2]}',
    "rater_1": "a",
    "rater_2": "b",
    "talk": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: Name a fruit.",
}


def value(expression: str, row: dict[str, Any] | None = None) -> Any:
    return compiled(expression, MARKERS)(ROW if row is None else row)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("text", " Apple "),
        ("deep.er.est", 1),
        ("deep.er.missing", None),
        ("text.no.object", None),
        ("missing", None),
        ("list[0]", "x"),
        ("if(n == `3`, 'three', 'other')", "three"),
        ("if(nothing, 'yes', 'no')", "no"),
        ("if(zero, 'yes', 'no')", "yes"),
        ("if(label == 'A', 'a', if(label == 'B', 'b', label))", "a"),
        ("if(starts_with(text, '{'), from_json(text), text)", " Apple "),
        ("match(@, '^rater_')", {"rater_1": "a", "rater_2": "b"}),
        ("split('a-b-c', '-')[1]", "b"),
        ("replace(text, 'Apple', 'Pear')", " Pear "),
        ("lower(label)", "a"),
        ("trim(text)", "Apple"),
        ("capture('gpt-4-0613', '-(\\d+)-')", "4"),
        ("capture('gpt-4', 'g.t')", "gpt"),
        ("capture('gpt-4', 'llama')", None),
        ("from_json(packed).a[1]", 2),
        ("pick(list, n)", None),
        ("pick(list, `1`)", "y"),
        ("pick(list, `1.5`)", None),
        ("pick(list, `-1`)", None),
        ("pick(list, nothing)", None),
        ("zip({a: list, b: [`1`, `2`, `3`]})[2]", {"a": "z", "b": 3}),
        ("zip({a: list, b: missing})", None),
        ("zip(missing)", None),
        ("default(nothing, 'x')", "x"),
        ("default(zero, 'x')", 0),
        ("default('  ', 'x')", "x"),
        ("default(missing, nothing)", None),
        ("default(list, 'x')", ["x", "y", "z"]),
        ("take(list, `2`)", ["x", "y"]),
        ("take(list, zero)", []),
        ("take(list, `-1`)", []),
        ("take(list, `9`)", ["x", "y", "z"]),
        ("places(list, ['z', 'x'])", [2, None, 1]),
        ("indices(list)", [0, 1, 2]),
        ("places(['A', 'B', 'C'], [['B'], ['A', 'C']])", [2, 1, 2]),
        ("places([`1`, `2`], ['2', '1'])", [2, 1]),
        ("subtract(n, `5`)", -2),
        ("divide(n, `2`)", 1.5),
        ("divide(n, zero)", None),
        ("same_context(turns(talk), turns(talk))", True),
        ("same_context([`1`, `2`], [`1`, `3`])", True),
        ("same_context([`1`, `2`], [`0`, `3`])", False),
        ("same_context([`1`, `2`], [`1`])", False),
        ("turns(talk)[0]", {"role": "user", "content": "Hi"}),
        ("turns(talk)[-1].content", "Name a fruit."),
        ("join('\\n', list)", "x\ny\nz"),
        ("split('a\tb', '\\t')", ["a", "b"]),
        ("replace('a\nb', '\\n', ' ')", "a b"),
    ],
)
def test_an_expression_reads_what_it_says(expression: str, expected: Any) -> None:
    assert value(expression) == expected


FUNCTIONS_OF_ONE = ("lower", "trim", "from_json", "turns")
FUNCTIONS_OF_TWO = ("match", "split", "capture")


@pytest.mark.parametrize(
    "expression",
    [
        *(f"{name}(missing)" for name in FUNCTIONS_OF_ONE),
        *(f"{name}(missing, 'x')" for name in FUNCTIONS_OF_TWO),
        "replace(missing, 'x', 'y')",
        "take(missing, n)",
        "take(list, missing)",
        "places(missing, list)",
        "indices(missing)",
        "places(list, missing)",
        "subtract(missing, n)",
        "divide(n, missing)",
        "same_context(missing, list)",
        "shared(missing, list)",
        "beyond(list, missing)",
    ],
)
def test_a_missing_field_stays_missing(expression: str) -> None:
    assert value(expression) is None


def talk(*turns: str) -> list[dict[str, str]]:
    return [
        {"role": role, "content": text} for role, text in zip(["user", "assistant"] * 3, turns, strict=False)
    ]


@pytest.mark.parametrize(
    ("one", "other", "shared", "beyond"),
    [
        (talk("q", "a"), talk("q", "b"), talk("q"), ("a", "b")),
        (talk("q", "a", "r", "c"), talk("q", "a", "r", "d"), talk("q", "a", "r"), ("c", "d")),
        (talk("q", "a"), talk("q", "a"), talk("q"), ("a", "a")),
        (talk("q", "a", "r", "c"), talk("q", "b"), talk("q"), ("a\n\nuser: r\n\nassistant: c", "b")),
        (talk("q"), talk("q", "b"), [], ("q", "q\n\nassistant: b")),
        (talk("q", "a"), talk("p", "a"), [], ("q\n\nassistant: a", "p\n\nassistant: a")),
        ([], talk("q"), [], ("", "q")),
    ],
)
def test_two_conversations_part_where_they_differ(
    one: list[dict[str, str]],
    other: list[dict[str, str]],
    shared: list[dict[str, str]],
    beyond: tuple[str, str],
) -> None:
    row = {"one": one, "other": other}
    assert value("shared(one, other)", row) == value("shared(other, one)", row) == shared
    assert (value("beyond(one, other)", row), value("beyond(other, one)", row)) == beyond


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("beyond(list, list)", "message 0 of what differs is not"),
        ("from_json(text)", "from_json: Expecting value"),
        ("from_json('NaN')", "NaN is not JSON"),
        ("zip({a: list, b: [`1`]})", "differ in length"),
        ("zip({a: list, b: text})", "'b' is not a list"),
        ("turns(text)", "text before the first marker: ' Apple '"),
        ("split(text, '')", "empty separator"),
        ("split(n, '-')", "split"),
        ("contains('abc', `1`)", "string"),
        ("ceil(to_number('1e999'))", "infinity"),
    ],
)
def test_a_row_that_does_not_fit_an_expression_is_told_and_nothing_else_escapes(
    expression: str, message: str
) -> None:
    with pytest.raises(ExpressionError, match=message.replace("(", r"\(")):
        value(expression)


def test_turns_without_markers_say_where_markers_belong() -> None:
    with pytest.raises(ExpressionError, match=r"delivery\.transcript\.markers"):
        compiled("turns(talk)")(ROW)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("a[", "not a JMESPath expression"),
        ("", "not a JMESPath expression"),
        ("a b", "not a JMESPath expression"),
        ("a[" + "9" * 5000 + "]", "has 5,003 characters, at most 4,000 are read"),
        ("(" * 4000, "not a JMESPath expression"),
        ("lowr(a)", r"did you mean lower\(\)"),
        ("zzz(a)", "does not exist; there are: abs, avg"),
        ("if(a, b)", r"gives if\(\) 2 values, but it takes 3"),
        ("merge()", "takes at least 1"),
        ("lower(a, b)", "takes 1"),
        ("list[?match(@, '[')]", "not a regular expression"),
        ("match(@, join('', ['(', '?']))", "takes the pattern of match\\(\\) from the data"),
        ("capture(text, label)", "takes the pattern of capture\\(\\) from the data; write it out"),
        ("capture(text, '(a+)+b')", "repeats a part that can itself match in several ways"),
        ("votes[?!vote.cancelled]", "write !\\(a.b\\)"),
    ],
)
def test_an_expression_that_could_only_fail_is_refused_before_any_row(expression: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(expression)


@pytest.mark.parametrize(
    ("expression", "fields"),
    [
        ("a", {"a"}),
        ("a.b.c", {"a"}),
        ("a[?b == 'x'].c | d", {"a"}),
        ("a || b && !c", {"a", "b", "c"}),
        ("join('-', [a, to_string(b)])", {"a", "b"}),
        ("{x: a, y: b.c[].d}", {"a", "b"}),
        ("sort_by(a, &b)[0]", {"a"}),
        ("if(a == 'x', b, `1`)", {"a", "b"}),
        ("a[]", {"a"}),
        ("a.*", {"a"}),
        ("match(@, '^x')", set()),
        ("'a'", set()),
    ],
)
def test_the_columns_an_expression_reads_can_be_told_from_its_syntax(
    expression: str, fields: set[str]
) -> None:
    assert fields_read(expression) == fields


def test_plain_paths_and_the_interpreter_agree() -> None:
    for path in ("text", "deep.er", "deep.er.est", "list.x", "nothing.x", "missing"):
        assert value(path) == value(f"[{path}][0]"), path


def test_an_expression_leaves_the_row_as_it_was() -> None:
    before = json.dumps(ROW)
    for expression in (
        "zip({a: list})",
        "match(@, 'l')",
        "sort(list)",
        "reverse(list)",
        "merge(deep, {x: n})",
    ):
        value(expression)
    assert json.dumps(ROW) == before
