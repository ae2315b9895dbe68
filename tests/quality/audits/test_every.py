"""All audits together: what each needs, that sides do not matter, and that nothing passes in silence."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from quality.audits.every import AUDITS, Batch, Beside, every_audit
from quality.audits.finding import Finding
from rampart.records.canonical import RECORD
from simulator.crowd import batch
from tests.quality.audits.test_suite import contract
from tests.quality.conftest import Judgements

PERMISSIVE: dict[str, Any] = {
    name: {"min_effective_n": 1}
    for name in ("length", "position", "format", "opening", "wording", "tone", "sycophancy")
}
TERMS = contract(audits=PERMISSIVE)


@pytest.fixture(scope="module")
def full(judgements: Judgements) -> Batch:
    """A batch that has everything any audit needs."""
    frame, _ = batch(np.random.default_rng(1))
    rows = [
        {
            "prompt": row["prompt"],
            "texts": [row["first"], row["second"]],
            "ranking": {1.0: [1, 2], 0.0: [2, 1], 0.5: [1, 1]}[row["outcome"]],
            "item_id": row["item_id"],
            "annotator_id": row["annotator_id"],
            "prompt_author_id": row["prompt_author_id"],
            "submitted_at": row["submitted_at"],
            "language": "en",
            "gold": None if row["known"] is None else json.dumps({1.0: "A", 0.0: "B"}[row["known"]]),
            "aspects": [{"axis": "agrees_with_view", "scores": [row["agreement"], 0.0]}],
        }
        for row in frame.iter_rows(named=True)
    ]
    records = judgements(rows)
    beside = Beside(
        people=pl.DataFrame(
            {"annotator_id": [f"a{n}" for n in range(40)], "region": ["north", "south"] * 20}
        ),
        judge=pl.DataFrame(
            {
                "record_id": records["record_id"].to_pylist(),
                "first_position": 0,
                "second_position": 1,
                "judge": frame["judge"],
            }
        ),
        history=pl.DataFrame(
            {"week": [1, 2], "feature": ["length"] * 2, "beta": [0.1, 0.3], "se": [0.1, 0.1]}
        ),
    )
    terms = contract(annotation={"scheme": {"kind": "arena", "a": ["A"], "b": ["B"]}}, audits=PERMISSIVE)
    return Batch(records, terms, beside)


def without(full: Batch, field: str) -> Batch:
    """The same batch in which no record, or nothing beside them, has `field`."""
    if field in RECORD.names:
        records = full.records
        index = records.schema.get_field_index(field)
        if field == "responses":
            answers = records[field].to_pylist()
            bare = [[{**response, "content": None} for response in each] for each in answers]
            column = pa.array(bare, type=RECORD.field(field).type)
        else:
            column = pa.nulls(records.num_rows, RECORD.field(field).type)
        nullable = RECORD.field(field).with_nullable(True)
        return Batch(records.set_column(index, nullable, column), full.contract, full.beside)
    return Batch(full.records, full.contract, replace(full.beside, **{field: None}))


def test_a_batch_with_everything_is_judged_by_every_audit(full: Batch) -> None:
    for name, findings in every_audit(full, "s3://rows").items():
        assert findings, name
        told = [finding for finding in findings if finding.status != "not_testable"]
        assert told, (name, [finding.reason for finding in findings])
        assert {finding.evidence for finding in findings} == {"s3://rows"}


@pytest.mark.parametrize(
    ("name", "field"), [(name, field) for name, audit in AUDITS.items() for field in audit.needs]
)
def test_without_a_field_it_needs_an_audit_is_not_testable_and_names_the_field(
    full: Batch, name: str, field: str
) -> None:
    findings = AUDITS[name].run(without(full, field), None)
    assert findings
    for finding in findings:
        assert finding.status == "not_testable", finding.reason
        assert f"`{field}`" in finding.reason
        assert (finding.low, finding.high, finding.p) == (None, None, None)


def test_a_batch_without_records_is_not_testable_throughout() -> None:
    empty = Batch(RECORD.empty_table(), TERMS)
    for name, findings in every_audit(empty).items():
        assert {finding.status for finding in findings} == {"not_testable"}, name


def exchanged(records: pa.Table, which: np.ndarray) -> pa.Table:
    """The records with the two responses of some rows the other way round, labels and all."""
    rows = records.to_pylist()
    for number in np.flatnonzero(which):
        row = rows[number]
        row["responses"] = row["responses"][::-1]
        row["ranking"] = row["ranking"][::-1]
        row["aspects"] = [{**each, "scores": each["scores"][::-1]} for each in row["aspects"]]
        if row["gold"] is not None:
            row["gold"] = json.dumps({"A": "B", "B": "A"}[json.loads(row["gold"])])
    return pa.Table.from_pylist(rows, schema=RECORD)


def figures(findings: tuple[Finding, ...]) -> list[tuple[Any, ...]]:
    """What a finding says in numbers."""
    return [
        (
            *(finding.spec.metric, finding.status, finding.n),
            *(
                None if figure is None else round(figure, 9)
                for figure in (finding.observed, finding.low, finding.high, finding.p)
            ),
        )
        for finding in findings
    ]


@pytest.mark.parametrize("name", [name for name in AUDITS if name != "position"])
def test_texts_swapped_between_sides_change_nothing(full: Batch, name: str) -> None:
    which = np.random.default_rng(2).random(full.records.num_rows) < 0.5
    assert full.beside.judge is not None
    said = full.beside.judge.with_columns(
        judge=pl.when(pl.Series(which)).then(1 - pl.col("judge")).otherwise("judge")
    )
    turned = Batch(exchanged(full.records, which), full.contract, replace(full.beside, judge=said))
    assert figures(AUDITS[name].run(turned, None)) == figures(AUDITS[name].run(full, None))


def test_position_follows_the_screen_when_sides_are_swapped(full: Batch) -> None:
    turned = Batch(exchanged(full.records, np.ones(full.records.num_rows, bool)), full.contract)
    (before,), (after,) = (AUDITS["position"].run(each, None) for each in (full, turned))
    assert after.observed == pytest.approx(1 - before.observed)  # type: ignore[operator]


def test_audits_of_people_see_judgements_where_the_contract_joins_them_by_majority(full: Batch) -> None:
    terms = full.contract.model_copy(
        update={"annotation": full.contract.annotation.model_copy(update={"aggregation": "majority"})}
    )
    joined = every_audit(Batch(full.records, terms, full.beside))
    single = every_audit(full)
    for name in ("disagreement", "ties_by_annotator", "authorship", "gold_misses", "judge", "sycophancy"):
        assert figures(joined[name]) == figures(single[name])
    assert joined["length"][0].n < single["length"][0].n


def test_files_that_do_not_keep_the_order_shown_leave_only_position_untestable(full: Batch) -> None:
    terms = full.contract.model_copy(
        update={"annotation": full.contract.annotation.model_copy(update={"order_shown": False})}
    )
    hidden = every_audit(Batch(full.records, terms, full.beside))
    shown = every_audit(full)
    assert hidden.pop("position")[0].status == "not_testable"
    for name, findings in hidden.items():
        assert figures(findings) == figures(shown[name]), name


def test_no_finding_on_an_association_speaks_of_bias(full: Batch) -> None:
    for findings in every_audit(full).values():
        for finding in findings:
            if finding.basis == "association":
                assert "bias" not in finding.reason.lower()
