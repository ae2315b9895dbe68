"""The standard's own quality rules, over canonical records."""

from typing import Any

import pytest

from contracts.load import ContractError, parse_contract
from contracts.model import Contract
from quality.decision import decide
from quality.gates.declared import declared_quality
from quality.verdict import Verdict
from tests.contracts.files import GOOD
from tests.quality.gates.delivered import record, table

RECORD = """\
        record:
          record_id: id
          language: lang
          annotator_id: who
          domain: topic
          turn: turn
"""


def contract(*, of_object: str = "[]", more: str = "", **properties: str) -> Contract:
    """The contract GOOD with a schema whose properties have quality rules."""
    own = "".join(
        f"      - {{name: {name}, logicalType: string, quality: [{rule}]}}\n"
        for name, rule in properties.items()
    )
    listed = f"    properties:\n{own}" if own else ""
    schema = f"schema:\n  - name: votes\n    quality: {of_object}\n{listed}{more}"
    text = GOOD.replace("        record:\n", RECORD).replace(
        "customProperties:\n", f"{schema}customProperties:\n"
    )
    return parse_contract(text.encode(), "c.yaml")


def rows(**values: list[Any]) -> list[dict[str, Any]]:
    ((name, given),) = values.items()
    return [record(n, **{name: value}) for n, value in enumerate(given, 1)]


def one(records: list[dict[str, Any]], asked: Contract) -> Verdict:
    (verdict,) = declared_quality(table(*records), asked)
    return verdict


LANGUAGES = rows(language=["en", "en", "de", "", None, "N/A", "EN"])


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("{metric: nullValues, mustBe: 1}", 1),
        ("{metric: nullValues, unit: percent, mustBeLessThan: 15}", 100 / 7),
        ("{metric: missingValues, arguments: {missingValues: [null, '', N/A]}, mustBe: 3}", 3),
        ("{metric: missingValues, arguments: {missingValues: ['']}, mustBe: 2}", 2),
        ("{metric: invalidValues, arguments: {validValues: [en, de]}, mustBe: 3}", 3),
        ("{metric: invalidValues, arguments: {pattern: '[a-z]{2}'}, mustBe: 3}", 3),
        ("{metric: duplicateValues, mustBe: 1}", 1),
        ("{type: sql, query: 'SELECT COUNT(*) FROM ${table} WHERE ${column} IS NULL', mustBe: 1}", 1),
        ("{type: sql, query: 'SELECT MAX(LENGTH({column})) FROM {table} WHERE turn IS NULL', mustBe: 3}", 3),
        ("{type: sql, query: 'SELECT COUNT(DISTINCT ${property}) FROM ${table}', mustBe: 5}", 5),
    ],
)
def test_each_metric_counts_what_it_says(rule: str, found: float) -> None:
    verdict = one(LANGUAGES, contract(lang=rule))
    assert (verdict.status, verdict.observed, verdict.n) == ("pass", found, 7)
    assert verdict.spec.clause == "schema.votes.lang.quality.0"


@pytest.mark.parametrize(
    ("operator", "status"),
    [
        *(("mustBe: 7", "pass"), ("mustBe: 6", "fail"), ("mustNotBe: 7", "fail"), ("mustNotBe: 6", "pass")),
        *(("mustBeGreaterThan: 7", "fail"), ("mustBeGreaterThan: 6", "pass")),
        *(("mustBeGreaterOrEqualTo: 7", "pass"), ("mustBeGreaterOrEqualTo: 8", "fail")),
        *(("mustBeLessThan: 7", "fail"), ("mustBeLessThan: 8", "pass")),
        *(("mustBeLessOrEqualTo: 7", "pass"), ("mustBeLessOrEqualTo: 6", "fail")),
        *(("mustBeBetween: [7, 8]", "pass"), ("mustBeBetween: [1, 6]", "fail")),
        *(("mustNotBeBetween: [7, 8]", "fail"), ("mustNotBeBetween: [8, 9]", "pass")),
    ],
)
def test_a_figure_is_compared_as_the_standard_says(operator: str, status: str) -> None:
    assert one(LANGUAGES, contract(of_object=f"[{{metric: rowCount, {operator}}}]")).status == status


def test_only_a_rule_whose_severity_is_error_holds_the_batch() -> None:
    rule = "{name: some ids, metric: nullValues, mustBe: 0, severity: %s}"
    told, held = (one(LANGUAGES, contract(lang=rule % severity)) for severity in ("warning", "error"))
    assert (told.status, told.consequence, held.consequence) == ("fail", "none", "hold")
    assert held.reason == "some ids of votes.lang is 1, mustBe 0 asked"
    assert decide((told, held), kept=1).outcome == "held"


@pytest.mark.parametrize(
    ("name", "rule", "why"),
    [
        ("weight", "{metric: nullValues, mustBe: 0}", "no field of a record holds 'weight'"),
        ("who", "{metric: invalidValues, arguments: {validValues: [w1]}, mustBe: 0}", "only presence"),
        ("lang", "{metric: invalidValues, mustBe: 0}", "neither validValues nor pattern"),
        ("turn", "{metric: invalidValues, arguments: {pattern: a}, mustBe: 0}", "is no text"),
        ("lang", "{metric: nullValues, mustBe: none}", "is no number"),
        ("lang", "{type: sql, query: 'SELECT MAX(${column}) FROM ${table}', mustBe: 1}", "gives no number"),
        (
            "lang",
            "{type: sql, query: 'SELECT SUM(${column}) FROM ${table} WHERE turn = ${column}', mustBe: 1}",
            "run",
        ),
    ],
)
def test_what_cannot_be_judged_says_why(name: str, rule: str, why: str) -> None:
    verdict = one(LANGUAGES, contract(**{name: rule}))
    assert verdict.status == "not_testable"
    assert why in verdict.reason


def test_an_object_that_is_not_the_rows_is_not_judged_by_them() -> None:
    asked = contract(
        of_object="[{metric: rowCount, mustBe: 7}]",
        more="  - name: rows\n    quality: [{metric: rowCount, mustBe: 7}]\n",
    )
    votes, own = declared_quality(table(*LANGUAGES), asked)
    assert (votes.status, own.status) == ("not_testable", "pass")


def test_without_rules_or_records_nothing_is_claimed() -> None:
    assert declared_quality(table(*LANGUAGES), contract()) == ()
    assert (
        declared_quality(table(), contract(lang="{metric: nullValues, mustBe: 0}"))[0].status
        == "not_testable"
    )


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT COUNT(*) FROM read_csv('/etc/passwd')", "is not the rule's own object"),
        ("SELECT COUNT(*) FROM other", "is not the rule's own object"),
        ("SELECT COUNT(*) FROM ${object}; DROP TABLE x", "is not one SELECT"),
        ("SELECT COUNT(*) FROM ${object}, ${object}", "may not stand in a query"),
        (
            "SELECT COUNT(*) FROM ${object} WHERE turn IN (SELECT turn FROM ${object})",
            "lists more than constants",
        ),
        ("SELECT (SELECT COUNT(*) FROM ${object}) FROM ${object}", "may not stand in a query"),
        ("WITH a AS (SELECT 1) SELECT COUNT(*) FROM a", "may not stand in a query"),
        ("SELECT 1, 2 FROM ${object}", "is not one SELECT of one figure"),
        ("DELETE FROM ${object}", "is not one SELECT"),
        ("SELECT COUNT(*) FROM ${object} WHERE nothing = 1", "is no field of a record"),
        ("SELECT", "is not one SELECT of one figure"),
    ],
)
def test_a_query_that_reaches_further_is_refused_when_the_contract_is_read(sql: str, said: str) -> None:
    with pytest.raises(ContractError) as refused:
        contract(lang=f'{{type: sql, query: "{sql}", mustBe: 0}}')
    (problem,) = refused.value.problems
    assert said in problem.problem
    assert (problem.field, problem.line) == ("schema.0.properties.0.quality.0", 11)
