from datetime import UTC, datetime, timedelta

import pytest

from rampart.ledger.policies import PolicyCheckpoint
from rampart.retrain.policy import Distance, claimed_by, distance, lineage_warning, serving

START = datetime(2026, 1, 5, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


ONE = PolicyCheckpoint("pol-1", "d1", "olmo", day(0))
TWO = PolicyCheckpoint("pol-2", "d2", "olmo", day(14), parent="pol-1")
THREE = PolicyCheckpoint("pol-3", "d3", "olmo", day(28), parent="pol-2", served_to=day(60))
OTHER = PolicyCheckpoint("qw-1", "d4", "qwen", day(7), served_to=day(8))
ALL = (ONE, OTHER, TWO, THREE)


@pytest.mark.parametrize(
    ("at", "served"), [(-1, None), (0, ONE), (7.5, OTHER), (8, None), (14, TWO), (59, THREE), (60, None)]
)
def test_the_last_to_begin_is_served_until_its_end(at: float, served: PolicyCheckpoint | None) -> None:
    assert serving(ALL, day(at)) == served


def test_staleness_is_counted_in_checkpoints_and_days_of_the_policys_own_lineage() -> None:
    # By hand, on day 38: pol-1 is 2 behind and was last served on day 14, pol-2 is 1 behind, until day 28.
    found = distance({"pol-1": 30, "pol-2": 10, "pol-3": 40, "qw-1": 5, "gpt": 8, None: 7}, ALL, day(38))
    assert (found.sides, found.on_policy, found.same_lineage, found.unknown) == (100, 40, 80, 15)
    assert found.on_policy_share == 0.4
    assert found.behind == pytest.approx((2 * 30 + 1 * 10) / 80)
    assert found.days == pytest.approx((24 * 30 + 10 * 10) / 80)


def test_data_are_not_stale_before_the_next_checkpoint_is_served() -> None:
    claimed: dict[str | None, int] = {"pol-1": 10, "pol-2": 2}
    assert distance(claimed, ALL, day(5)) == Distance(12, 10, 10, 2, 0.0, 0.0)


def test_an_end_that_was_told_counts_from_then_on() -> None:
    ended = (PolicyCheckpoint("pol-1", "d1", "olmo", day(0), served_to=day(10)), TWO)
    assert distance({"pol-1": 1}, ended, day(20)).days == 10


def test_where_nothing_is_served_or_claimed_there_is_nothing_to_be_behind() -> None:
    assert distance({"pol-1": 4, None: 1}, ALL, day(60)) == Distance(5, 0, 0, 1, None, None)
    nothing = distance({}, ALL, day(1))
    assert (nothing.on_policy_share, nothing.behind, nothing.days) == (None, None, None)


def test_batches_of_a_manifest_are_counted_together_and_old_ones_claim_nothing() -> None:
    one = {"checkpoints": [{"checkpoint": "pol-1", "sides": 4}, {"checkpoint": None, "sides": 2}]}
    assert claimed_by([one, {"checkpoints": [{"checkpoint": "pol-1", "sides": 1}]}, {}]) == {
        "pol-1": 5,
        None: 2,
    }


def test_a_base_of_another_lineage_than_the_policys_is_warned_of() -> None:
    assert lineage_warning("olmo", ONE) is lineage_warning(None, ONE) is lineage_warning("qwen", None) is None
    said = lineage_warning("qwen", ONE)
    assert said is not None and "lineage qwen, the policy pol-1 of olmo" in said
