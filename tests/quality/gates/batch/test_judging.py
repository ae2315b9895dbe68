"""Which batch gates speak depends on the contract alone, and each question is asked once."""

import hashlib
from typing import Any

import pyarrow as pa

from contracts.load import load_contract
from contracts.model import Contract
from contracts.terms.annotation import Demonstration, Likert
from quality.gates.batch.history import History, tally
from quality.gates.batch.judging import judge_kept
from tests.contracts.files import SPECS
from tests.quality.gates.delivered import record, table, terms

KEPT = table(*(record(number, domain="code", strength=1.0) for number in range(1, 41)))
EVERYTHING: dict[str, Any] = {
    "mix": {"domain": {"shares": {"code": 1.0}}},
    "annotators": {
        "gold": {"share": 0.05, "min_accuracy": 0.8},
        "agreement": {"least": 0.4},
        "min_overlap": 0.1,
        "max_share": 0.1,
        "max_hours_per_day": 9,
    },
}


def metrics(contract: Contract, kept: pa.Table = KEPT) -> list[str]:
    return [verdict.spec.metric for verdict in judge_kept(kept, {0: kept.num_rows}, contract)]


def test_a_contract_that_asks_for_little_is_told_of_duplicates_and_changes_only() -> None:
    assert metrics(terms()) == ["duplicate_share", "tie_shift", "strength_shift"]


def test_a_contract_that_asks_for_everything_is_answered_once_a_clause() -> None:
    guided = terms(annotation={"guideline": {"version": "2"}}, **EVERYTHING)
    assert metrics(guided) == [
        "duplicate_share",
        "guideline_share",
        "domain_mix_distance",
        "domain_unlisted_share",
        "gold_share",
        "gold_accuracy",
        "overlap_share",
        "agreement_krippendorff_alpha",
        "busiest_share",
        "longest_day_hours",
        "tie_shift",
        "strength_shift",
    ]


def test_demonstrations_have_their_checklist_and_their_domains_compared_where_none_is_planned() -> None:
    unplanned = terms(annotation={"scheme": Demonstration(kind="demonstration")})
    checked = ["contradicting_share", "unreached_share", "templated_share"]
    assert metrics(unplanned) == ["duplicate_share", "domain_shift", *checked]
    planned = terms(annotation={"scheme": Demonstration(kind="demonstration")}, mix=EVERYTHING["mix"])
    assert metrics(planned) == ["duplicate_share", "domain_mix_distance", "domain_unlisted_share", *checked]


def test_an_empty_batch_is_judged_without_a_figure() -> None:
    found = judge_kept(table(), {}, terms(annotation={"guideline": {"version": "2"}}, **EVERYTHING))
    assert {verdict.status for verdict in found} == {"not_testable"}
    assert {verdict.observed for verdict in found} == {None}


def test_earlier_batches_are_what_a_change_is_measured_against() -> None:
    usual = History(tuple(tally(pa.concat_tables([KEPT] * 3)) for _ in range(4)))
    ties = table(*(record(number, ranking=[1, 1], strength=0.0) for number in range(1, 41)))
    found = {verdict.spec.metric: verdict for verdict in judge_kept(ties, {0: 40}, terms(), usual)}
    assert (found["tie_shift"].status, found["tie_shift"].observed) == ("fail", 1.0)


def test_equal_batches_get_equal_verdicts_whatever_order_hashes_fall_in() -> None:
    contract = terms(annotation={"scheme": Likert(kind="likert", low=1, high=8)}, **EVERYTHING)
    assert judge_kept(KEPT, {0: 40}, contract) == judge_kept(KEPT, {0: 40}, contract)


def test_the_standard_contract_judges_every_clause_it_sets_on_mix_and_annotators() -> None:
    contract = load_contract(SPECS / "standard" / "six-week-preferences.odcs.yaml")
    clauses = {verdict.spec.clause for verdict in judge_kept(KEPT, {0: 40}, contract)}
    assert {
        "annotation.guideline.version",
        "annotators.gold.min_accuracy",
        "annotators.agreement.least",
        "annotators.max_share",
    } <= clauses


def test_no_gate_is_worse_than_linear_on_a_large_batch() -> None:
    number = 200_000  # one that compares every two would take hours
    rows = KEPT.take([0] * number)
    names = [hashlib.blake2b(b"%d" % (n % 500), digest_size=4).hexdigest() for n in range(rows.num_rows)]
    items = [f"item-{n // 2}" for n in range(rows.num_rows)]
    for name, values in (("annotator_id", names), ("item_id", items)):
        place = rows.column_names.index(name)
        rows = rows.set_column(place, rows.schema.field(name), pa.chunked_array([values]))
    found = {verdict.spec.metric: verdict for verdict in judge_kept(rows, {0: number}, terms(**EVERYTHING))}
    assert found["agreement_krippendorff_alpha"].n == number // 2
