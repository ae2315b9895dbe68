"""Work from annotators who were too fast to have read it is counted, and nobody is judged on too little."""

from typing import Any

import pyarrow as pa
import pytest
from statsmodels.stats.proportion import proportion_confint

from contracts.model import Pace
from quality.annotators.pace import pace, speeders

SCHEMA = pa.schema([("annotator_id", pa.string()), ("duration_s", pa.float64())])


def batch(**durations_s: list[float | None]) -> pa.Table:
    """One annotator a keyword; `nobody` stands for judgements without an annotator id."""
    rows: list[dict[str, Any]] = [
        {"annotator_id": None if name == "nobody" else name, "duration_s": seconds}
        for name, each in durations_s.items()
        for seconds in each
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def test_the_share_is_of_judgements_and_its_interval_is_statsmodels_wilson_interval() -> None:
    verdict = pace(batch(quick=[2.0] * 30, calm=[60.0] * 70), Pace())
    assert verdict.observed == 0.3
    assert (verdict.low, verdict.high) == pytest.approx(proportion_confint(30, 100, method="wilson"))
    assert (verdict.status, verdict.n, verdict.spec.threshold) == ("fail", 100, 0.10)
    assert "1 of 2 annotators" in verdict.reason


def test_a_share_above_the_limit_warns_while_its_interval_reaches_below() -> None:
    assert pace(batch(quick=[2.0] * 12, calm=[60.0] * 88), Pace()).status == "warn"
    assert pace(batch(quick=[2.0] * 10, calm=[60.0] * 90), Pace()).status == "pass"


def test_one_long_break_does_not_hide_a_speeder() -> None:
    assert pace(batch(quick=[*[2.0] * 9, 90_000.0]), Pace()).observed == 1.0


def test_a_median_exactly_at_the_limit_is_not_too_fast() -> None:
    assert pace(batch(steady=[8.0] * 10), Pace(min_median_s=8.0)).observed == 0.0


def test_annotators_with_few_judgements_are_not_judged_but_stay_in_the_batch() -> None:
    verdict = pace(batch(brief=[1.0] * 4, quick=[1.0] * 5, calm=[60.0] * 11), Pace(min_judgements=5))
    assert verdict.observed == 5 / 20
    assert "16 could be judged" in verdict.reason


def test_untimed_and_impossible_durations_say_nothing_about_pace() -> None:
    odd = [None, float("nan"), float("inf"), -3.0]
    verdict = pace(batch(calm=[60.0, 61.0, 62.0, *odd]), Pace(min_judgements=4))
    assert verdict.status == "not_testable"
    assert pace(batch(calm=[60.0, 61.0, 62.0, *odd]), Pace(min_judgements=3)).observed == 0.0


def test_a_speeders_untimed_judgements_are_theirs_as_well() -> None:
    assert pace(batch(quick=[*[2.0] * 5, None, None], calm=[60.0] * 7), Pace()).observed == 7 / 14


@pytest.mark.parametrize(
    "records",
    [batch(), batch(nobody=[1.0] * 50), batch(quick=[None] * 50)],
    ids=["empty", "no ids", "no times"],
)
def test_without_ids_or_durations_nobody_is_judged(records: pa.Table) -> None:
    verdict = pace(records, Pace(min_judgements=1), "s3://evidence")
    assert (verdict.status, verdict.observed, verdict.low, verdict.high) == ("not_testable", None, None, None)
    assert (verdict.n, verdict.evidence) == (records.num_rows, "s3://evidence")


def test_a_batch_without_judgements_is_not_testable_even_when_one_would_be_enough() -> None:
    assert pace(batch(quick=[None]), Pace(min_judgements=1)).status == "not_testable"


def test_only_a_blocking_limit_has_a_person_decide() -> None:
    quick = batch(quick=[2.0] * 50)
    assert pace(quick, Pace(severity="blocking")).consequence == "hold"
    assert pace(quick, Pace(severity="advisory")).consequence == "none"


def test_the_people_behind_the_share_are_named_and_nobody_else() -> None:
    records = batch(
        quick=[2.0] * 6,
        hasty=[3.0] * 8,
        brief=[1.0] * 4,
        calm=[60.0] * 20,
        nobody=[1.0] * 9,
        steady=[8.0] * 10,
    )
    found = speeders(records, Pace())
    assert found.select("annotator_id", "judgements", "median_s").rows() == [
        ("hasty", 8, 3.0),
        ("quick", 6, 2.0),
    ]
    assert pace(records, Pace()).observed == found["judgements"].sum() / records.num_rows
