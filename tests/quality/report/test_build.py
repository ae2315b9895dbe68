"""The whole report of a batch: nothing is missing in it, nothing passes in silence, sides do not matter."""

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from quality.audits.every import AUDITS, Beside
from quality.audits.features.catalogue import JOINT
from quality.audits.joint.multiplicity import adjusted
from quality.audits.joint.placebos import placebos
from quality.audits.joint.power import power
from quality.report.build import Quality, audit_report
from quality.report.canonical import as_json, plain
from quality.report.model import AuditReport, Row
from rampart.records.canonical import RECORD
from tests.quality.audits.test_every import exchanged
from tests.quality.report.batches import beside, records, report, terms, told, without


def test_a_report_answers_every_audit_feature_and_statistic() -> None:
    found = report()
    assert {row.audit for row in found.findings} == set(AUDITS)
    assert [row.feature for row in found.joint.effects] == ["position", *(one.name for one in JOINT)]
    assert {row.statistic for row in found.people.evidence} >= {"gold_accuracy", "first_side", "pace"}
    assert found.own is not None
    assert set(found.own.false_alarms) == {"pair", "source"}
    assert len(found.own.found) == len(found.own.planted) == 4
    assert {row.dimension for row in found.slices} == {"annotator", "domain", "week", "source model"}
    assert set(found.not_sliced) == {"language"}
    assert sum(found.summary.values()) == len(found.rows)


def test_the_same_batch_gives_the_same_bytes_in_whatever_order_it_is_asked() -> None:
    again = audit_report(records(), terms(), 2, beside=beside())
    assert hashlib.sha256(as_json(again)).digest() == hashlib.sha256(as_json(report())).digest()
    assert report().facts.seed != audit_report(records()[:600], terms(), 2).facts.seed


def test_every_figure_is_in_the_canonical_form_and_none_of_it_is_nan() -> None:
    told = json.loads(as_json(report()), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert list(told) == [field.name for field in fields(AuditReport)]
    assert told["joint"]["effects"][1]["more"].keys() == {
        *("scale", "beta", "se", "design_effect", "minimum_detectable", "identifiable_share")
    }
    assert plain(float("nan")) is None
    assert plain(0.1234567891234) == 0.123456789


def test_multiplicity_is_handled_once_over_features_slices_and_findings() -> None:
    found = report()
    families: dict[str, list[float | None]] = {
        "features": [row.p if row.q is not None else None for row in found.joint.effects],
        "slices": [row.p for row in found.slices],
        "findings": [row.p for row in found.findings],
    }
    q = adjusted(families)
    assert [row.q for row in found.joint.effects] == pytest.approx(q["features"])
    assert [row.q for row in found.slices] == pytest.approx(q["slices"])
    assert [row.q for row in found.findings] == pytest.approx(q["findings"])
    assert dict(found.multiplicity.families) == {
        name: sum(p is not None for p in family) for name, family in families.items()
    }


def test_what_chance_gives_among_so_many_does_not_stand() -> None:
    for row in report().findings:
        if (
            row.status in ("fail", "warn")
            and row.q is not None
            and row.metric not in ("longer_wins", "first_wins")
        ):
            assert row.q <= 0.05 or row.status == "warn"


def test_only_matched_or_counterfactual_evidence_is_called_bias() -> None:
    for row in report().rows:
        if row.basis == "association":
            assert "bias" not in row.reason.lower()


def test_examples_name_records_with_their_place_and_show_both_directions() -> None:
    table = records()
    places = {
        record: (file, line)
        for record, file, line in zip(
            *(table[name].to_pylist() for name in ("record_id", "source_file", "source_line")), strict=True
        )
    }
    rows = [row for row in report().rows if row.examples]
    assert len(rows) > 40
    for row in rows:
        assert all(places[each.record_id] == (each.file, each.line) for each in row.examples)
        assert len({each.shows for each in row.examples}) == 2 or row.observed in (0.0, 1.0) or row.n < 20
        assert len(row.examples) <= 6


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Placebos and plants enough to be there, where what they say does not matter."""
    monkeypatch.setitem(placebos.__kwdefaults__ or {}, "number", 10)
    monkeypatch.setitem(power.__kwdefaults__ or {}, "plants", 5)


NEEDED = [(name, field) for name, audit in AUDITS.items() for field in audit.needs]
OF_PEOPLE = [
    ("gold_accuracy_share", "gold"),
    ("pace_share", "duration_s"),
    ("haste_share", "duration_s"),
    ("runs_share", "submitted_at"),
    ("shared_rationales_share", "rationale"),
    ("model_like_rationales_share", "rationale"),
]


@pytest.mark.usefixtures("few_draws")
@pytest.mark.parametrize("field", sorted({field for _, field in NEEDED} | {field for _, field in OF_PEOPLE}))
def test_without_a_field_the_report_is_not_testable_where_it_is_needed_and_names_it(field: str) -> None:
    bare = without(field)
    found = audit_report(bare.records, bare.contract, 2, beside=bare.beside)
    for audit in {name for name, needed in NEEDED if needed == field}:
        rows = [row for row in found.findings if row.audit == audit]
        assert rows, audit
        assert {row.status for row in rows} == {"not_testable"}, audit
        assert {row.lacks for row in rows} == {field}, audit
    for metric in (metric for metric, needed in OF_PEOPLE if needed == field):
        (row,) = (row for row in found.people.statistics if row.metric == metric)
        assert (row.status, row.lacks) == ("not_testable", field)
    if field in ("ranking", "responses"):
        features = found.joint.effects[1:]
        assert {(row.status, row.lacks) for row in features} == {("not_testable", field)}
    if field == "annotator_id":
        assert {row.lacks for row in found.people.reliability} == {field}
        assert {row.status for row in found.people.statistics} == {"not_testable"}


def test_a_batch_without_records_is_not_testable_throughout() -> None:
    found = audit_report(RECORD.empty_table(), terms(), 1)
    assert {row.status for row in found.rows} == {"not_testable"}
    assert found.own is None


def figures(rows: tuple[Row, ...]) -> list[Any]:
    """What rows say in numbers."""
    return [
        (
            row.metric,
            row.status,
            row.n,
            *(None if x is None else round(x, 8) for x in (row.observed, row.low, row.p)),
        )
        for row in rows
    ]


@pytest.mark.usefixtures("few_draws")
def test_texts_swapped_between_sides_change_nothing_in_the_whole_report() -> None:
    which = np.random.default_rng(2).random(records().num_rows) < 0.5
    given = beside()
    assert given.judge is not None
    turned = given.judge.with_columns(
        judge=pl.when(pl.Series(which)).then(1 - pl.col("judge")).otherwise("judge")
    )
    unplaced = terms(order_shown=False)  # where places count, an exchange of places is a change
    before = audit_report(records(), unplaced, 2, beside=given)
    swapped = _relabelled(exchanged(records(), which), which)
    after = audit_report(swapped, unplaced, 2, beside=replace(given, judge=turned))
    assert figures(after.findings) == figures(before.findings)
    assert figures(after.people.reliability) == figures(before.people.reliability)
    assert figures(after.joint.effects) == figures(before.joint.effects)
    assert figures(after.people.statistics) == figures(before.people.statistics)


def _relabelled(table: pa.Table, which: np.ndarray) -> pa.Table:
    """The labels as delivered follow the sides."""
    other = {'"A"': '"B"', '"B"': '"A"'}
    labels = [
        other.get(label, label) if turned else label
        for label, turned in zip(table["raw_label"].to_pylist(), which, strict=True)
    ]
    index = table.schema.get_field_index("raw_label")
    return table.set_column(
        index, RECORD.field("raw_label"), pa.array(labels, RECORD.field("raw_label").type)
    )


@pytest.mark.usefixtures("few_draws")
def test_a_reward_model_holds_quality_still_and_is_named() -> None:
    def score(frame: pl.DataFrame) -> np.ndarray:
        return np.random.default_rng(0).normal(size=frame.height)

    found = audit_report(records(), terms(), 2, quality=Quality(score, "Held still by version 3."))
    assert found.joint.quality == "Held still by version 3."
    assert found.joint.quality_coefficient is not None
    assert report().joint.quality_coefficient is None
    assert "No reward model" in report().joint.quality


@pytest.mark.usefixtures("few_draws")
def test_this_week_is_compared_with_the_coefficients_of_earlier_ones() -> None:
    (row,) = (row for row in report().findings if row.audit == "drift")
    assert (row.feature, row.n) == ("length", 2)
    alone = audit_report(records(), terms(), 2, beside=Beside())
    assert {row.lacks for row in alone.findings if row.audit == "drift"} == {"history"}


@pytest.mark.usefixtures("few_draws")
def test_a_large_batch_says_which_figures_are_of_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quality.report.sample.drawn_items.__defaults__", (600,))
    monkeypatch.setattr("quality.report.sample.drawn_pairs.__defaults__", (400,))
    found = audit_report(records(), terms(), 2)
    assert found.facts.sampled is not None
    taken = found.facts.sampled.taken
    assert 500 < taken < 700
    assert (found.facts.records, found.facts.sampled.of, found.facts.comparisons) == (1_000, 1_000, taken)
    assert f"This report is of {taken} of 1,000 judgements" in found.facts.sampled.reason
    assert f"The joint model, its slices, placebos and power are of 400 of {taken} pairs" in (
        found.facts.sampled.reason
    )
    judged = {row.n for row in found.findings if row.metric == "tie_share"}
    assert judged == {taken}
    assert told()["facts"]["sampled"] is None
