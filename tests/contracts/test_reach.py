"""Which version judges which week: by the day it takes effect and by when the week is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.load import parse_contract
from contracts.versions.reach import in_order, judging, takes_effect
from tests.contracts.files import GOOD

START = datetime(2026, 1, 5, tzinfo=UTC)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


@dataclass(frozen=True)
class Version:
    """A version of four weeks, due so many days after each week's end, at nine."""

    name: str
    effective: datetime | None = None
    grace: int = 0
    weeks: int = 4

    @property
    def due(self) -> Mapping[int, datetime]:
        return {week: day(7 * week + self.grace) + timedelta(hours=9) for week in range(1, self.weeks + 1)}


def judges(*versions: Version) -> list[str | None]:
    """Names of the versions that judge weeks 1 to 4."""
    found = [judging(versions, week) for week in (1, 2, 3, 4)]
    return [version.name if version else None for version in found]


def test_without_amendments_the_last_registered_judges_every_week() -> None:
    assert judges(Version("1"), Version("1.1")) == ["1.1"] * 4


def test_an_amendment_judges_weeks_due_on_its_effective_day_or_later() -> None:
    assert judges(Version("1"), Version("2", day(14))) == ["1", "2", "2", "2"]
    assert judges(Version("1"), Version("2", day(15))) == ["1", "1", "2", "2"]


def test_the_latest_effective_day_wins_whatever_the_order_of_registration() -> None:
    late, early = Version("late", day(28)), Version("early", day(14))
    assert judges(Version("1"), late, early) == ["1", "early", "early", "late"]
    assert judges(Version("1"), early, late) == ["1", "early", "early", "late"]


def test_on_the_same_day_the_last_registered_wins() -> None:
    assert judges(Version("1"), Version("2", day(14)), Version("2b", day(14))) == ["1", "2b", "2b", "2b"]


def test_a_longer_grace_does_not_take_over_a_week_that_was_due_before() -> None:
    """Week 2 was due on day 14. By the new calendar it would be due on day 21, after the amendment."""
    assert judges(Version("1"), Version("2", day(15), grace=7)) == ["1", "1", "2", "2"]


def test_a_shorter_grace_makes_no_delivery_late_that_was_not() -> None:
    """Week 2 was due on day 21. By the new calendar it would have been due before the amendment."""
    assert judges(Version("1", grace=7), Version("2", day(15))) == ["1", "1", "2", "2"]


def test_a_week_taken_out_of_the_term_is_judged_by_none() -> None:
    assert judges(Version("1"), Version("2", day(20), weeks=3)) == ["1", "1", "2", None]


def test_a_week_added_to_the_term_is_judged_by_the_amendment_that_adds_it() -> None:
    assert judges(Version("1", weeks=3), Version("2", day(20))) == ["1", "1", "2", "2"]


def test_no_version_judges_nothing() -> None:
    assert judging((), 1) is None


def test_an_amendment_takes_effect_at_midnight_in_the_contracts_zone() -> None:
    text = GOOD.replace("weeks: 2}", "weeks: 2, timezone: America/New_York}").replace(
        "program: rm",
        "program: rm\n      amendment: {of: '1', effective: 2026-01-19, clauses: [x], reason: r}",
    )
    assert takes_effect(parse_contract(text.encode(), "c")) == datetime(2026, 1, 19, 5, tzinfo=UTC)
    assert takes_effect(parse_contract(GOOD.encode(), "c")) is None


AMENDMENTS = st.lists(
    st.builds(
        Version, st.text("ab", min_size=1), st.integers(0, 40).map(day), st.integers(0, 10), st.integers(3, 4)
    ),
    max_size=5,
    unique_by=lambda version: version.name,  # no two versions of a contract have one name
)


@settings(deadline=None)
@given(AMENDMENTS)
def test_later_weeks_are_never_judged_by_versions_that_took_effect_earlier(amendments: list[Version]) -> None:
    versions = [Version("first"), *amendments]
    order = in_order(versions)
    found = [judging(versions, week) for week in (1, 2, 3)]
    places = [order.index(version) for version in found if version]
    assert len(places) == 3
    assert all(one <= other for one, other in pairwise(places))


@settings(deadline=None)
@given(AMENDMENTS, st.integers(1, 3))
def test_the_judge_of_a_week_had_taken_effect_when_it_was_due(amendments: list[Version], week: int) -> None:
    found = judging([Version("first"), *amendments], week)
    assert found is not None
    assert found.effective is None or found.effective <= found.due[week]
