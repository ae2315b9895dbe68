"""Conditions of a contract's rules: what they may hold, and that they mean what SQL means."""

import sqlite3
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.language.expression_error import ExpressionError
from contracts.language.row_rules import COLUMNS, condition

ATOMS = (
    *("turn = 1", "turn <> 2", "turn < duration_s", "turn >= 1.5", "turn IN (1, -2)", "turn NOT IN (1, 3)"),
    *("turn BETWEEN 1 AND 2", "turn NOT BETWEEN 0 AND 1", "turn IS NULL", "rationale IS NOT NULL"),
    *("rationale = 'ab'", "rationale < 'b'", "rationale IN ('ab', '')", "LENGTH(rationale) > 1"),
    *("COALESCE(rationale, domain) = 'ab'", "turn + duration_s > 2", "turn * 2 - 1 = 1", "-turn < 0"),
    *(
        "turn IS DISTINCT FROM duration_s",
        "turn IS NOT DISTINCT FROM 1",
        "ABS(turn) = 2",
        "TRIM(domain) = 'b'",
    ),
    *("CASE WHEN turn > 1 THEN rationale = 'ab' WHEN domain = 'b' THEN turn = 0 ELSE domain IS NULL END",),
    *("CASE WHEN rationale = 'ab' THEN 1 ELSE turn END = 1", "turn / 2.0 = 0.5"),
)
TREES = st.recursive(
    st.sampled_from(ATOMS),
    lambda below: st.one_of(
        below.map(lambda one: f"NOT ({one})"),
        st.tuples(below, st.sampled_from(["AND", "OR"]), below).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
    ),
    max_leaves=6,
)
NUMBERS = st.sampled_from([None, -2.0, 0.0, 1.0, 2.0, 3.0])
WORDS = st.sampled_from([None, "", "ab", "b", " b ", "é🙂", "AB"])
ROWS = st.lists(st.tuples(NUMBERS, NUMBERS, WORDS, WORDS), min_size=1, max_size=6)
NAMES = ("turn", "duration_s", "rationale", "domain")
KINDS = (pl.Float64, pl.Float64, pl.String, pl.String)


@settings(max_examples=300, deadline=None)
@given(TREES, ROWS)
def test_a_condition_is_true_false_or_unknown_as_in_an_sql_database(text: str, rows: list[Any]) -> None:
    frame = pl.DataFrame(rows, schema=dict(zip(NAMES, KINDS, strict=True)), orient="row")
    found = frame.select(condition(text).expression().alias("found"))["found"].to_list()
    with sqlite3.connect(":memory:") as other:
        other.execute(f"CREATE TABLE t (n INTEGER, {', '.join(NAMES)})")
        other.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?)", [(n, *row) for n, row in enumerate(rows)])
        said = [one for (one,) in other.execute(f"SELECT {text} FROM t ORDER BY n")]  # noqa: S608 (a test's own)
    other.close()
    assert found == [None if one is None else bool(one) for one in said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(SELECT 1) = 1", "may not stand in a condition"),
        ("turn IN (SELECT 1)", "lists more than constants"),
        ("EXISTS(SELECT 1)", "may not stand in a condition"),
        ("read_csv('/etc/passwd') = 'x'", "may not stand in a condition"),
        ("turn > 1; DROP TABLE t", "is no condition"),
        ("CAST(turn AS INT) = 1", "may not stand in a condition"),
        ("turn::int = 1", "may not stand in a condition"),
        ("now() > started_at", "may not stand in a condition"),
        ("t.turn = 1", "names a table"),
        ("turn IN (1, NULL)", "lists more than constants"),
        ("rationale ~ domain", "has no pattern in quotes"),
        ("rationale LIKE domain", "has no pattern in quotes"),
        ("rationale ~ 'a(?=b)'", "look-around"),
        ("rationale ~ '(a+)+b'", "could take for ever"),
        ("TRIM(BOTH 'x' FROM domain) = ''", "trims more than blanks"),
        ("langauge = 'en'", "did you mean language?"),
        ("domain = 1", "cannot be computed"),
        ("turn", "is neither true nor false"),
        ("TRUE", "names no field"),
        ("turn >", "is no condition"),
        ("", "is no condition"),
        (f"{'NOT ' * 240}both_bad", "nested too deeply"),
        ("(" * 400 + "both_bad" + ")" * 400, "nested too deeply"),
        (" OR ".join(["turn=1"] * 80), "more than 200 parts"),
        ("turn = 1 OR " * 100 + "turn = 2", "at most 1,000 are read"),
        ("row_number() OVER () = turn", "may not stand in a condition"),
        ("$1 = turn", "may not stand in a condition"),
        ("{:}", "'{:}' is no condition"),
    ],
)
def test_what_is_no_condition_or_reaches_further_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        condition(text)
    assert said in str(refused.value)


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("turn=<>'()1 ANDORSELECT.,;*-%|:[]{}\"\\\n\x00é"), max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        found = condition(text)
    except ExpressionError:
        return
    assert set(found.columns) <= set(COLUMNS)


def test_a_pattern_is_looked_for_and_a_like_covers_all_of_a_text() -> None:
    frame = pl.DataFrame({"rationale": ["ab", "xaby", "a\nb", None]})
    for text, expected in (
        ("rationale ~ 'ab'", [True, True, False, None]),
        ("rationale LIKE 'a%'", [True, False, True, None]),
        ("rationale LIKE '%a_b'", [False, False, True, None]),
        ("rationale ILIKE 'AB'", [True, False, False, None]),
    ):
        found = frame.select(condition(text).expression().alias("found"))["found"].to_list()
        assert found == expected, text
