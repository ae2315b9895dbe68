"""What counts as found, whom it wrongs, and what the bars make of it: planted positives, clean negatives."""

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from benchmarks import detection
from benchmarks.detecting import season as seasons
from benchmarks.detecting.figures import measured
from benchmarks.detecting.found import PLANTED, found, plainly_seen, sanctions
from benchmarks.detecting.season import Season, season
from benchmarks.detecting.tables import tables
from benchmarks.detecting.walked import WalkedWeek
from contracts.load import load_contract
from quality.verdict import Consequence, GateSpec, Status, Verdict
from rampart.ledger.outcome import MoneyLine
from simulator import DEMO_CONTRACTS, World, truth
from simulator.world import VENDORS

CLICKED, AGAIN, COPIED, STALE, TILT = PLANTED
Row = tuple[str, float, tuple[str, ...]]  # annotator, seconds, reasons
# Ten people of six judgements each; two of them hurry, and half of what they do is below the minimum time.
HURRIED: tuple[Row, ...] = (("quick", 3.0, ("too_fast",)), ("quick", 5.0, ())) * 6
CALM: tuple[Row, ...] = tuple((f"calm-{n % 8}", 60.0, ()) for n in range(48))
COPIES: tuple[Row, ...] = (("calm-1", 60.0, ("copied_work", "response_not_issued")),) * 30


def verdict(
    metric: str, status: Status = "fail", consequence: Consequence = "hold", observed: float = 0.7
) -> Verdict:
    return Verdict(GateSpec("a.clause", metric, 0.1, consequence), status, observed, None, None, 60, "So.")


def walked(rows: Sequence[Row], *verdicts: Verdict, state: str = "held", vendor: str = "cedar") -> WalkedWeek:
    names = ("annotator_id", "duration_s", "reasons")
    records = pl.DataFrame(list(rows), schema=names, orient="row")
    assert state in ("accepted", "accepted_partial", "held", "rejected")
    return WalkedWeek(
        vendor=vendor,
        week=2,
        contract=load_contract(DEMO_CONTRACTS[VENDORS.index(vendor)]),
        state=state,  # type: ignore[arg-type]
        verdicts=(
            *verdicts,
            *(verdict(name, "pass", observed=0.5) for name in ("longer_wins", "first_wins")),
        ),
        money=(),
        records=records,
        sanctioned=frozenset(),
        promoted=None,
    )


def of(name: str, rows: Sequence[Row]) -> list[bool]:
    return [row[0] == name for row in rows]


def copied(rows: Sequence[Row]) -> list[bool]:
    return [bool(row[2]) for row in rows]


def test_hasty_people_are_found_by_the_clause_on_their_pace_discarded_or_not() -> None:
    rows = (*HURRIED, *CALM)
    assert found(CLICKED, walked(rows, verdict("speeder_share")), of("quick", rows))


def test_a_warning_that_holds_nothing_up_is_no_finding() -> None:
    rows = (*HURRIED, *CALM)
    week = walked(rows, verdict("speeder_share", "warn"), state="accepted")
    assert not found(CLICKED, week, of("quick", rows))
    advisory = walked(rows, verdict("speeder_share", "fail", "none"), state="accepted")
    assert not found(CLICKED, advisory, of("quick", rows))


def test_a_clause_on_something_else_is_no_finding() -> None:
    rows = (*HURRIED, *CALM)
    assert not found(CLICKED, walked(rows, verdict("discard_rate")), of("quick", rows))


def test_a_finding_that_counts_other_people_points_at_the_wrong_thing() -> None:
    rows = (*HURRIED, *CALM)
    assert not found(CLICKED, walked(rows, verdict("speeder_share")), of("calm-1", rows))


def test_copied_work_is_found_when_what_is_discarded_for_it_was_copied() -> None:
    rows = (*COPIES, *CALM)
    for state in ("held", "rejected"):
        week = walked(rows, verdict("discard_rate", "fail", "reject"), state=state)
        assert found(COPIED, week, copied(rows))
    assert not found(COPIED, walked(rows, verdict("discard_rate"), state="accepted_partial"), copied(rows))


def test_a_tenth_of_wrong_rows_is_allowed_and_no_more() -> None:
    rows = (*COPIES, *CALM)
    week = walked(rows, verdict("discard_rate"))
    assert found(COPIED, week, [number < 27 for number in range(len(rows))])
    assert not found(COPIED, week, [number < 26 for number in range(len(rows))])


def test_half_of_what_was_planted_has_to_be_among_the_rows() -> None:
    rows = (*COPIES, *CALM)
    week = walked(rows, verdict("discard_rate"))
    assert found(COPIED, week, [number < 60 for number in range(len(rows))])
    assert not found(COPIED, week, [number < 61 for number in range(len(rows))])


def test_a_batch_stopped_for_another_reason_above_all_is_no_finding() -> None:
    rows = (*COPIES, *(("calm-2", 60.0, ("outside_week",)),) * 31, *CALM)
    planted = [row[2][:1] == ("copied_work",) for row in rows]
    assert not found(COPIED, walked(rows, verdict("discard_rate")), planted)


def test_the_second_reason_does_not_name_a_fraud_that_the_first_explains() -> None:
    rows = (*COPIES, *CALM)
    assert not found(STALE, walked(rows, verdict("on_policy_share")), copied(rows))


def test_nothing_planted_is_never_found() -> None:
    rows = CALM
    week = walked(rows, verdict("discard_rate"))
    assert not any(found(what, week, [False] * len(rows)) for what in PLANTED)


def test_a_tilt_is_found_by_a_lean_in_its_own_direction_that_holds_the_batch() -> None:
    assert found(TILT, walked(CALM, verdict("longer_wins")), [])
    assert found(TILT, walked(CALM, verdict("first_wins")), [])
    assert not found(TILT, walked(CALM, verdict("longer_wins", observed=0.3)), [])
    assert not found(TILT, walked(CALM, verdict("longer_wins", "warn")), [])
    assert not found(TILT, walked(CALM, verdict("longer_wins", "fail", "none")), [])
    assert not found(TILT, walked(CALM, verdict("speeder_share")), [])


def test_an_accepted_week_with_its_faults_discarded_is_no_sanction() -> None:
    rows = (*HURRIED, *CALM)
    assert sanctions(walked(rows, state="accepted"), copied(rows)) == ()


def test_whatever_costs_an_honest_vendor_is_a_sanction() -> None:
    rows = (*HURRIED, *CALM)
    fine = walked(rows, state="accepted")
    assert sanctions(walked(rows, verdict("longer_wins")), copied(rows)) == ("held: longer_wins",)
    assert sanctions(replace(fine, state="accepted_partial"), copied(rows)) == ("accepted_partial: ",)
    assert sanctions(replace(fine, sanctioned=frozenset({"calm-1"})), copied(rows)) == ("1 annotators",)
    assert sanctions(fine, [False] * len(rows)) == ("6 good records discarded",)
    line = MoneyLine(
        "credit_short", 9, Decimal("0.10"), Decimal("-0.90"), "USD", 2, "ramp.credits.short_unit"
    )
    assert sanctions(replace(fine, money=(line,)), copied(rows)) == ("credit_short",)


def test_plain_thresholds_see_what_a_row_alone_shows_and_no_copies() -> None:
    assert plainly_seen(walked((*COPIES, *CALM))) == frozenset()
    broken = (("calm-1", 60.0, ("missing_required_field",)),) * 49  # of 97, at a ceiling of a half
    assert plainly_seen(walked((*broken, *CALM))) == {"discard_rate"}
    assert plainly_seen(walked(broken[:48] + CALM)) == frozenset()


def test_plain_thresholds_take_the_median_of_all_and_a_lean_at_its_point_estimate() -> None:
    assert plainly_seen(walked((*HURRIED, *CALM))) == frozenset()
    assert plainly_seen(walked((*HURRIED, *CALM[:11]))) == {"speeder_share"}
    week = walked(CALM)
    lean = (verdict("longer_wins", "warn", observed=0.61), verdict("first_wins", "pass", observed=0.60))
    assert plainly_seen(replace(week, verdicts=lean)) == {"longer_wins"}


WEEKS = {week: 600.0 - 100 * week for week in range(7)}


def played(seed: int, missed: int = 0, sanctioned: bool = False) -> Season:
    """A season in which everything is found in time unless `seed` is among the first `missed`."""
    return Season(
        seed=seed,
        alone=False,
        found={what.name: None if seed < missed else what.by for what in PLANTED},
        plain=dict.fromkeys((what.name for what in PLANTED), None),
        ahead={what.name: WEEKS for what in PLANTED},
        sanctions={"alder 1": ("held: length",) if sanctioned else (), "cedar 1": ()},
        plain_alarms={"alder 1": ("longer_wins",), "cedar 1": ()},
        promoted={"cedar 6": seed % 2 == 0},
    )


def test_the_bars_are_met_at_nine_worlds_in_ten_and_not_below() -> None:
    assert measured([played(seed, missed=3) for seed in range(30)])["ok"]
    figures = measured([played(seed, missed=4) for seed in range(30)])
    assert not figures["ok"]
    assert figures["planted"]["tilt"]["share"] > figures["bar"]["tilt"]


def test_one_week_in_a_hundred_may_be_sanctioned_and_no_more() -> None:
    assert measured([played(seed, sanctioned=seed < 1) for seed in range(100)])["ok"]
    figures = measured([played(seed, sanctioned=seed < 2) for seed in range(100)])
    assert not figures["ok"]
    assert figures["placebo"]["why"] == {"held: length": 2}
    assert figures["other_honest_weeks"]["sanctioned"] == 0


def test_what_is_found_late_is_counted_in_its_week_and_not_in_time() -> None:
    late = replace(played(1), found={**played(1).found, "tilt": 6})
    about = measured([played(2), late])["planted"]["tilt"]
    assert (about["share"], about["weeks"]) == (0.5, {"4": 1, "6": 1})


def test_money_ahead_is_that_of_the_weeks_after_the_finding_and_none_where_it_was_missed() -> None:
    figures = measured([played(0, missed=1), played(1, missed=1)])
    about = figures["planted"]["clicked through"]
    assert (about["ahead_usd"], about["plain_ahead_usd"], about["contract_usd"]) == (200.0, 0.0, 600.0)
    assert "| clicked through | 2 | 2 | 90 % | 50.0 % | 9.5 to 90.5 % | 2: 1, missed: 1 |" in tables(figures)
    assert "| clicked through | $200 of $600 | 0.0 % | missed: 2 | $0 |" in tables(figures)
    assert "not taken in 1 of 2 worlds" in tables(figures)
    assert figures["coin_flips_kept_out"] == {"worlds": 2, "kept_out": 1}


def test_the_last_line_is_one_json_object_and_the_exit_status_says_whether_it_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for missed, status in ((0, 0), (2, 1)):
        worlds = [played(seed, missed) for seed in range(2)]
        monkeypatch.setattr(detection, "_walked", lambda *_, of=worlds, **__: of)
        assert detection.main(["--quick"]) == status
        told = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (told["ok"], told["worlds"], told["quick"]) == (status == 0, 2, True)


def test_a_season_that_was_kept_is_not_walked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seasons, "_walked", lambda seed, *_: played(seed))
    first = season(5, False, 6, tmp_path)
    monkeypatch.setattr(seasons, "_walked", lambda *_: 1 / 0)
    assert season(5, False, 6, tmp_path) == first == played(5)
    with pytest.raises(ZeroDivisionError):
        season(6, False, 6, tmp_path)


def test_the_planted_rows_are_those_of_the_people_who_hurry() -> None:
    rows = truth(World(1001), 2).rows["cedar"]
    week = replace(
        walked([("nobody", 1.0, ())]), records=pl.DataFrame({"record_id": [row.record_id for row in rows]})
    )
    planted = seasons._planted_rows(CLICKED, World(1001), week)
    people = {row.annotator for row, one in zip(rows, planted, strict=True) if one}
    assert people == {f"ced-{number:02d}" for number in range(1, 15)}
    with pytest.raises(AssertionError, match="not in one order"):
        seasons._planted_rows(CLICKED, World(1001), replace(week, records=week.records.reverse()))


@pytest.mark.slow
def test_two_weeks_of_a_world_walk_through_the_product_and_half_a_crew_is_found() -> None:
    walked_season = season(1001, False, 2)
    assert walked_season.found == {"clicked through": 2}
    assert set(walked_season.sanctions) == {"alder 1", "alder 2", "birch 1", "birch 2", "cedar 1"}
    alone = season(1001, True, 1)
    assert (alone.found, set(alone.sanctions)) == ({}, {"alder 1"})
