"""Everything on annotators together: what it lacks it names, whom it shows it shows with evidence."""

import re
from functools import cache
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from benchmarks import audit_people
from benchmarks.audit_people import BAR, calm, evidence_of, flags
from contracts.model import Contract
from contracts.terms.annotation import Binary, Demonstration
from quality.annotators import consensus
from quality.annotators.people import STATISTICS, People, people
from quality.annotators.tiers import tiered
from quality.annotators.wording import sentence
from rampart.records.comparisons import comparisons
from simulator.people import votes
from tests.delivery.published import delivered, terms
from tests.quality.gates.delivered import record, response, table
from tests.quality.gates.delivered import terms as agreed

GOLD = {"share": 0.05, "min_accuracy": 0.8}
NOUNS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "kilo")


def row(rng: np.random.Generator, item: int, who: int) -> dict[str, Any]:
    """A judgement with everything that any statistic asks for; each prompt has three responses."""
    one, other = ((0, 1), (1, 2), (0, 2))[item % 3]
    right = bool(rng.random() < 0.8)
    return record(
        1000 * item + who,
        item_id=f"item-{item}",
        annotator_id=f"ann-{who}",
        prompt=[{"role": "user", "content": f"Question {item // 3}?"}],
        responses=[
            {**response(f"Text {item // 3} {place}" * (1 + place)), "response_id": str(place)}
            for place in (one, other)
        ],
        ranking=[1, 2] if right else [2, 1],
        raw_label='"a"' if right else '"b"',
        gold='"a"' if item % 4 == 0 else None,
        rationale=" ".join(rng.choice(NOUNS, 14)),
        duration_s=float(rng.uniform(20, 60)),
    )


@cache
def batch() -> pa.Table:
    rng = np.random.default_rng(1)
    return table(*(row(rng, item, who) for item in range(48) for who in range(8)))


def contract(**annotation: Any) -> Contract:
    return agreed(annotation={"scheme": Binary(), **annotation}, annotators={"gold": GOLD})


def deltas(records: pa.Table) -> pl.DataFrame:
    frame = comparisons(records)
    lengths = (frame[name].str.len_chars().cast(pl.Float64) for name in ("first", "second"))
    one, other = lengths
    return pl.DataFrame({"length": one - other})


def without(field: str) -> pa.Table:
    """The batch with one field null everywhere."""
    records = batch()
    names = ("submitted_at", "started_at") if field == "submitted_at" else (field,)
    for name in names:
        kind = records.schema.field(name).type
        records = records.set_column(records.column_names.index(name), name, pa.nulls(records.num_rows, kind))
    return records


def judged(records: pa.Table, given: Contract, features: pl.DataFrame | None) -> People:
    return people(records, given, features)


def test_nothing_is_lacking_where_every_field_is_there() -> None:
    found = judged(batch(), contract(), deltas(batch()))
    assert found.missing == ()
    slopes = {"slope:length" if name == "slopes" else name for name in STATISTICS}
    assert set(found.evidence["statistic"]) == slopes
    assert found.by_pace is not None
    assert found.consensus is not None
    assert found.pairs.height == 28


@pytest.mark.parametrize(
    ("statistic", "field"),
    [
        ("gold_accuracy", "gold"),
        ("gold_promise", "gold"),
        ("pace", "duration_s"),
        ("haste", "duration_s"),
        ("runs", "submitted_at"),
        ("shared_rationales", "rationale"),
        ("model_like_rationales", "rationale"),
        *((name, "annotator_id") for name in STATISTICS),
    ],
)
def test_a_field_that_is_not_there_is_named_by_every_statistic_that_needs_it(
    statistic: str, field: str
) -> None:
    records = without(field)
    found = judged(records, contract(), deltas(records))
    assert (statistic, field) in {(each.statistic, each.field) for each in found.missing}
    (verdict,) = [each for each in found.verdicts if each.spec.metric == f"{statistic}_share"]
    assert verdict.status == "not_testable"
    assert field in verdict.reason


@pytest.mark.parametrize(
    ("given", "features", "statistic", "field"),
    [
        ({"order_shown": False}, True, "first_side", "order_shown"),
        ({"order_shown": False}, True, "runs", "order_shown"),
        ({}, False, "slopes", "features"),
        ({"scheme": Demonstration(kind="demonstration")}, True, "peer_agreement", "scheme"),
        ({"scheme": Demonstration(kind="demonstration")}, True, "cycles", "ranking"),
    ],
)
def test_what_the_contract_does_not_give_is_named_too(
    given: dict[str, Any], features: bool, statistic: str, field: str
) -> None:
    found = judged(batch(), contract(**given), deltas(batch()) if features else None)
    assert (statistic, field) in {(each.statistic, each.field) for each in found.missing}


def test_a_batch_of_nothing_is_judged_without_an_error() -> None:
    found = judged(batch().slice(0, 0), contract(), None)
    assert {each.statistic for each in found.missing} == set(STATISTICS)
    assert all(verdict.status == "not_testable" for verdict in found.verdicts)


def test_a_consensus_of_too_many_people_and_values_is_named_and_not_fitted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consensus, "MOST_CELLS", 8 * 2 * 2 - 1)
    found = judged(batch(), contract(), deltas(batch()))
    assert found.consensus is None
    assert [each.statistic for each in found.missing] == ["consensus"]
    (verdict,) = [each for each in found.verdicts if each.spec.metric == "consensus_share"]
    assert verdict.status == "not_testable"
    assert "is not fitted" in verdict.reason


def test_figures_about_few_people_are_not_reported() -> None:
    found = people(delivered("pandalm").records, terms("pandalm"))
    assert found.evidence.is_empty()
    assert {each.field for each in found.missing} == {"annotator_id"}


def test_the_report_says_that_the_model_is_worse_and_that_fast_is_not_bad() -> None:
    found = people(delivered("crowd-timing").records, terms("crowd-timing"))
    assert found.consensus is not None
    assert "worse by 1.3%" in found.consensus.sentence
    assert found.by_pace is not None
    assert found.by_pace["accuracy"][0] == max(found.by_pace["accuracy"])


def test_no_sentence_calls_anybody_anything() -> None:
    found = people(delivered("crowd-timing").records, terms("crowd-timing"))
    world = evidence_of(votes(np.random.default_rng(1), ("swayed", "careless", "one_sided")))
    told = [*found.evidence["sentence"], *(sentence(row) for row in world.iter_rows(named=True))]
    assert all(re.search(r"\d", each) for each in told)
    told += [verdict.reason for verdict in found.verdicts]
    assert not [
        each for each in told if re.search(r"cheat|fraud|liar|spam|dishonest|guilt|suspect", each, re.I)
    ]


def test_whoever_bears_a_consequence_is_shown_too_and_speed_bears_none() -> None:
    rng = np.random.default_rng(2)
    for _ in range(5):
        rows = evidence_of(votes(rng, ("swayed", "careless", "one_sided")))
        assert rows.filter(pl.col("sanction") & ~pl.col("investigate")).is_empty()
        assert not rows.filter(pl.col("statistic").is_in(["pace", "haste"]))["sanction"].any()


def test_adjusted_p_values_are_benjamini_and_hochbergs() -> None:
    # The fifteen p-values of the 1995 paper: at 5 % the first four are rejected.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262]
    p += [0.5719, 0.6528, 0.759, 1.0]
    found = tiered(pl.DataFrame({"p": p, "sanction_p": [None, *p[1:]]}), investigate=0.05, sanction=0.05)
    assert found["investigate"].sum() == 4
    assert found["sanction"].to_list()[0] is False


@pytest.mark.slow
@pytest.mark.parametrize(
    "rogues",
    [
        pytest.param((), marks=pytest.mark.exhaustive),
        pytest.param(("swayed",) * 3, marks=pytest.mark.exhaustive),
        ("swayed", "careless", "one_sided"),
    ],
)
def test_in_a_hundred_worlds_rogues_are_found_and_honest_people_left_alone(rogues: Any) -> None:
    found = flags(rogues, 100)
    assert found["investigate_false"] <= BAR["investigate_false"]
    assert found["sanction_false"] <= BAR["sanction_false"]
    if rogues:
        assert found["recall"] >= BAR["recall"]
    else:
        assert calm(found)


def test_in_ten_worlds_rogues_are_found_and_honest_people_left_alone() -> None:
    found = flags(("swayed",) * 3, 10)
    assert found["recall"] >= 0.5
    assert found["investigate_false"] <= 2.5
    assert found["sanction_false"] <= 0.5


def test_a_statistic_that_cries_wolf_or_sleeps_fails_the_benchmark_unless_it_may_be_noise() -> None:
    def judged_at(rate: float, se: float) -> bool:
        return calm({"alarm_rate": {"pace": 0.05, "runs": rate}, "alarm_se": {"pace": 0.001, "runs": se}})

    assert judged_at(0.05, 0.002)
    assert judged_at(0.073, 0.002)
    assert not judged_at(0.08, 0.002)
    assert not judged_at(0.02, 0.002)


def test_a_p_value_that_is_too_small_is_seen_in_ten_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    def quartered(world: Any) -> pl.DataFrame:
        return evidence_of(world).with_columns(p=pl.col("p") / 4)

    assert calm(flags((), 10))
    monkeypatch.setattr(audit_people, "evidence_of", quartered)
    assert not calm(flags((), 10))
