"""Does the longer response win? Judged on the cluster-robust interval, never on the point estimate alone."""

from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from contracts.model import AuditLimit
from quality.audits import length
from rampart.records.comparisons import comparisons
from tests.quality.conftest import Judgements

SHORT, LONG = "brief", "a good deal longer"


def votes(longer_wins: int, of: int, *, annotators: int = 19) -> list[dict[str, Any]]:
    """`of` judgements of different prompts, of which the longer response wins `longer_wins`."""
    return [
        {
            "prompt": f"prompt {number}",
            "texts": [LONG, SHORT] if number % 2 else [SHORT, LONG],
            "ranking": [1, 2] if (number * longer_wins % of < longer_wins) == bool(number % 2) else [2, 1],
            "annotator_id": f"a{number % annotators}",
        }
        for number in range(of)
    ]


@pytest.mark.parametrize(
    ("longer_wins", "of", "status"),
    [(900, 1000, "fail"), (100, 1000, "fail"), (62, 100, "warn"), (38, 100, "warn"), (520, 1000, "pass")],
)
def test_a_lean_fails_when_the_interval_is_beyond_the_limit_and_warns_when_only_the_rate_is(
    judgements: Judgements, longer_wins: int, of: int, status: str
) -> None:
    verdict = length.audit(
        comparisons(judgements(votes(longer_wins, of))), AuditLimit(min_effective_n=50), "s3://rows"
    )
    assert verdict.observed == pytest.approx(longer_wins / of)
    assert (verdict.status, verdict.n, verdict.evidence) == (status, of, "s3://rows")
    assert (verdict.spec.clause, verdict.spec.metric, verdict.spec.threshold) == (
        "audits.length",
        "longer_wins",
        0.10,
    )


def test_a_rate_exactly_on_the_limit_is_within_it(judgements: Judgements) -> None:
    frame = comparisons(judgements(votes(80, 100)))
    assert length.audit(frame, AuditLimit(max_lean=0.3, min_effective_n=1)).status == "pass"


def test_only_a_blocking_limit_has_a_person_decide(judgements: Judgements) -> None:
    frame = comparisons(judgements(votes(900, 1000)))
    assert length.audit(frame, AuditLimit(severity="blocking")).consequence == "hold"
    assert length.audit(frame, AuditLimit(severity="advisory")).consequence == "none"


def test_too_few_effective_comparisons_are_not_judged_though_their_rate_is_told(
    judgements: Judgements,
) -> None:
    verdict = length.audit(comparisons(judgements(votes(90, 99))), AuditLimit(min_effective_n=100))
    assert verdict.status == "not_testable"
    assert verdict.observed == pytest.approx(90 / 99)
    assert "at least 100" in verdict.reason


def test_ties_and_responses_of_equal_length_are_left_out(judgements: Judgements) -> None:
    rows = [
        {"prompt": "tie", "texts": [SHORT, LONG], "ranking": [1, 1]},
        {"prompt": "equal", "texts": ["abc", "xyz"], "ranking": [1, 2]},
    ]
    verdict = length.audit(comparisons(judgements(rows)), AuditLimit())
    assert (verdict.status, verdict.observed, verdict.n) == ("not_testable", None, 0)
    assert length.audit(comparisons(judgements(rows + votes(3, 7))), AuditLimit()).n == 7


def test_length_is_counted_in_characters_not_in_bytes(judgements: Judgements) -> None:
    rows = [
        {"prompt": str(number), "texts": ["ééé", "four"], "ranking": [2, 1]} for number in range(2)
    ]  # 3 characters in 6 bytes
    assert length.audit(comparisons(judgements(rows)), AuditLimit()).observed == 1.0


def test_all_judgements_of_one_item_leave_nothing_to_generalise_from(judgements: Judgements) -> None:
    rows = [{**row, "prompt": "same", "item_id": "same"} for row in votes(900, 1000)]
    verdict = length.audit(comparisons(judgements(rows)), AuditLimit())
    assert (verdict.status, verdict.low, verdict.high) == ("not_testable", None, None)
    assert verdict.observed == pytest.approx(0.9)


def test_votes_of_one_annotator_repeated_over_the_same_few_prompts_do_not_add_up(
    judgements: Judgements,
) -> None:
    once = [{**row, "prompt": f"prompt {number}"} for number, row in enumerate(votes(45, 60))]
    frame = comparisons(judgements([row for row in once for _ in range(20)]))
    assert frame.height == 1200
    assert length.audit(frame, AuditLimit(min_effective_n=100)).status == "not_testable"


def test_a_ranking_of_four_weighs_as_much_as_one_comparison(judgements: Judgements) -> None:
    texts = ["a", "bb", "ccc", "dddd"]
    rows: list[dict[str, Any]] = [
        {"prompt": "long wins", "texts": texts, "ranking": [4, 3, 2, 1]},
        {"prompt": "short wins", "texts": ["a", "bb"], "ranking": [1, 2]},
    ]
    verdict = length.audit(comparisons(judgements(rows)), AuditLimit())
    assert verdict.n == 7
    assert verdict.observed == pytest.approx(0.5)


def test_the_reason_never_speaks_of_bias_and_gives_both_intervals(judgements: Judgements) -> None:
    reason = length.audit(comparisons(judgements(votes(900, 1000))), AuditLimit()).reason
    assert "bias" not in reason.lower()
    assert "effective n" in reason
    assert "Wilson's interval would be 88.0% to 91.7%" in reason


def test_crowd_votes_give_the_published_figures_and_too_few_prompts_to_judge(llmfao: pa.Table) -> None:
    verdict = length.audit(comparisons(llmfao), AuditLimit())
    assert verdict.n == 5460
    assert verdict.observed == pytest.approx(0.410, abs=5e-4)
    assert "Wilson's interval would be 39.7% to 42.3%" in verdict.reason
    # Thirteen prompts disagree so much about length that 5,460 votes carry less than 100 would.
    assert "13 prompts and 124 annotators" in verdict.reason
    assert verdict.status == "not_testable"


def test_crowd_votes_as_if_every_pair_had_its_own_prompt_pass(llmfao: pa.Table) -> None:
    frame = comparisons(llmfao).with_columns(prompt_key=pl.col("item_id"))
    assert length.audit(frame, AuditLimit()).status == "pass"


def test_expert_majorities_fail_as_published(pandalm: pa.Table) -> None:
    verdict = length.audit(comparisons(pandalm, "majority"), AuditLimit())
    assert (verdict.n, verdict.status) == (887, "fail")
    assert verdict.observed == pytest.approx(0.675, abs=5e-4)
    assert "annotators are not told apart" in verdict.reason


def test_three_experts_are_too_few_people_to_be_sure(pandalm: pa.Table) -> None:
    verdict = length.audit(comparisons(pandalm), AuditLimit())
    assert verdict.status == "warn"
    assert "3 annotators" in verdict.reason
