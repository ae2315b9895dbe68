"""A change against a contract's own history is told when it is beyond what weeks differ by."""

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from quality.gates.batch.history import BATCHES, History, Kind, Tally, shifts, tally
from quality.verdict import Verdict
from tests.quality.gates.delivered import record, table


def made(ties: int, decided: int, strong: int = 0, slight: int = 0) -> Tally:
    strengths = {"strength 5/5": strong, "strength 1/5": slight} if strong + slight else {}
    return Tally({"tie": ties, "decided": decided}, strengths, {})


def past(*batches: Tally) -> History:
    return History(batches)


USUAL = past(made(100, 400), made(110, 390), made(95, 405), made(105, 395))


def tie_shift(now: Tally, history: History = USUAL) -> Verdict:
    return shifts(now, history)[0]


def test_records_are_counted_by_outcome_strength_and_domain() -> None:
    found = tally(
        table(
            record(1, ranking=[1, 2], strength=1.0, domain="code"),
            record(2, ranking=[2, 1], strength=0.1, domain="code"),
            record(3, ranking=[1, 1], strength=0.0),
            record(4, ranking=[1, 1], both_bad=True),
            record(5, ranking=None),
            record(6, ranking=[1, 2, 2], strength=0.2),
        )
    )
    assert found.ties == {"both bad": 1, "decided": 3, "tie": 1}
    assert found.strengths == {"strength 1/5": 2, "strength 5/5": 1}
    assert found.domains == {"code": 2}


def test_a_week_like_the_others_passes_with_its_change_and_interval() -> None:
    found = tie_shift(made(108, 392))
    assert (found.status, found.n, found.consequence) == ("pass", 500, "none")
    assert found.observed == pytest.approx(108 / 500 - 410 / 2000)
    assert (found.low, found.spec.threshold) == (0.0, 0.05)


def test_a_surely_changed_week_fails_and_only_advises() -> None:
    found = tie_shift(made(300, 200))
    assert (found.status, found.consequence) == ("fail", "none")
    assert found.reason.startswith("'decided' is 40.0% of 500, in 4 earlier batches 79.5% of 2,000: -39.5%")


def test_a_small_change_of_a_huge_batch_is_not_told() -> None:
    huge = past(*(made(20_000, 80_000) for _ in range(4)))
    found = tie_shift(made(22_000, 78_000), huge)
    assert found.status == "pass"
    assert "beyond chance" in found.reason


def test_contracts_whose_weeks_differ_anyway_are_given_that_much() -> None:
    restless = past(made(50, 450), made(200, 300), made(90, 410), made(160, 340))
    assert tie_shift(made(200, 300), restless).status == "pass"
    assert tie_shift(made(200, 300)).status != "pass"


def test_without_spread_among_earlier_weeks_the_test_is_scipys_over_an_f() -> None:
    steady = past(*(made(100, 400) for _ in range(4)))
    p = float(tie_shift(made(140, 360), steady).reason.split("p = ")[1].split(",")[0])
    chi2 = stats.chi2_contingency([[400, 1600], [140, 360]], correction=False).statistic
    assert p == pytest.approx(stats.f.sf(chi2, 1, 3), rel=0.01)


@pytest.mark.parametrize(
    "history",
    [past(), past(made(100, 400), made(100, 400)), past(made(5, 20), made(5, 20), made(5, 20))],
    ids=["none", "two batches", "few judgements"],
)
def test_without_enough_of_a_history_nothing_is_usual(history: History) -> None:
    found = tie_shift(made(100, 400), history)
    assert (found.status, found.observed) == ("not_testable", None)
    assert "needed to know what is usual" in found.reason


def test_only_the_newest_batches_are_looked_at() -> None:
    long_ago = past(*(made(400, 100) for _ in range(20)), *(made(100, 400) for _ in range(BATCHES)))
    assert tie_shift(made(100, 400), long_ago).observed == 0.0


def test_strengths_are_a_question_of_their_own_where_there_are_any() -> None:
    history = past(*(made(100, 400, 100 + n, 300 - n) for n in range(4)))
    metrics = [found.spec.metric for found in shifts(made(100, 400, 101, 299), history)]
    assert metrics == ["tie_shift", "strength_shift"]
    assert len(shifts(made(100, 400), history)) == 1
    assert shifts(made(100, 400, 350, 50), history)[1].status == "fail"


def test_a_vendors_word_for_a_domain_stays_out_of_the_sentence() -> None:
    kinds: tuple[Kind, ...] = ("domains",)
    history = past(*(Tally({}, {}, {"<b>x</b>": 100, "y": 100}) for _ in range(3)))
    (found,) = shifts(Tally({}, {}, {"<b>x</b>": 190, "y": 10}), history, kinds)
    assert "<b>" not in found.reason
    assert found.spec.metric == "domain_shift"


@pytest.mark.parametrize("spread", [1e9, 40.0], ids=["independent rows", "weeks that differ"])
def test_an_unchanged_vendor_is_told_of_in_at_most_two_weeks_in_a_hundred(spread: float) -> None:
    rng, told = np.random.default_rng(3), Counter[str]()
    for _ in range(1000):
        rates = rng.beta(0.2 * spread, 0.8 * spread, 7)
        weeks = [made(int(ties), 400 - int(ties)) for ties in rng.binomial(400, rates)]
        told[tie_shift(weeks[-1], past(*weeks[:-1])).status] += 1
    assert told["warn"] + told["fail"] <= 0.02 * 1000  # asked at 1 %, and the draw's own spread


def test_a_planted_change_is_found() -> None:
    rng, told = np.random.default_rng(4), Counter[str]()
    for _ in range(100):
        weeks = [made(int(ties), 400 - int(ties)) for ties in rng.binomial(400, 0.2, 6)]
        told[tie_shift(made(180, 220), past(*weeks)).status] += 1
    assert told["fail"] >= 95
