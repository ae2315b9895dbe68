"""What changed between two versions, and is it stricter or looser? Planted changes, and mirror properties."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.load import load_contract, parse_contract
from contracts.model import Contract
from contracts.versions.clauses import clauses
from contracts.versions.diff import Change, counted, diff
from contracts.versions.phrases import Rating, difference_in_words, value_in_words
from tests.contracts.files import SPECS, changed

ALDER = load_contract(SPECS / "demo" / "alder.odcs.yaml")
START = datetime(2026, 1, 5, tzinfo=UTC)
AFTER_WEEK_3 = datetime(2026, 1, 26, 9, tzinfo=UTC)  # the moment week 3 is due


def edited(changes: dict[str, Any], base: Contract = ALDER) -> Contract:
    """`base` with the terms at some addresses changed; None takes a term away."""
    plain = base.model_dump(by_alias=True)
    for address, value in changes.items():
        groups: list[Any] = [int(part) if part.isdigit() else part for part in address.split(".")]
        name = groups.pop()
        inside: dict[Any, Any] = plain
        for group in groups:
            inside[group] = inside.get(group) or {}
            inside = inside[group]
        inside[name] = value
        if value is None and isinstance(name, int):
            del inside[name]
    return Contract.model_validate(plain)


def changes(new: dict[str, Any], old: dict[str, Any] | None = None) -> dict[str, Change]:
    """Address → change, from Alder with `old` to Alder with `new`."""
    return {each.address: each for each in diff(edited(old or {}), edited(new), START)}


BASE = {"ramp.phases.production.discard_ceiling": 0.08, "annotators.max_share": 0.02}
PLANTED = {
    "ramp.phases.production.discard_ceiling": 0.16,
    "ramp.phases.production.price": Decimal("1.94"),
    "annotators.max_share": 0.20,
}


def test_what_a_schema_tool_calls_information_is_rated_looser_and_ranked_first() -> None:
    harmless = {"ramp.weeks.4.units": 900, "gates.min_duration_s": 5, "name": "Alder, amended"}
    found = diff(edited(BASE), edited({**PLANTED, **harmless}), START)
    assert [(each.address, each.words) for each in found[:3]] == [
        (
            "annotators.max_share",
            "one annotator may do 2 % → 20 % of a batch: looser (10 \N{MULTIPLICATION SIGN})",
        ),
        ("ramp.phases.production.discard_ceiling", "production discard ceiling 8 % → 16 %: looser (doubled)"),
        ("ramp.phases.production.price", "production price 1.50 → 1.94 USD: dearer (+29.3 %)"),
    ]
    assert [each.rating for each in found] == ["looser"] * 3 + ["stricter"] + ["different"] * 2
    assert counted(found) == {"looser": 3, "stricter": 1, "different": 2}
    assert [each.ratio for each in found[:3]] == pytest.approx([10, 2, 1.94 / 1.5])


@pytest.mark.parametrize(
    ("old", "new", "rating", "words"),
    [
        ({}, {"ramp.phases.ramp.price": Decimal("1.25")}, "stricter", "1.50 → 1.25 USD: cheaper (-16.7 %)"),
        ({}, {"ramp.phases.ramp.on_breach": "partial"}, "looser", "hold → partial: looser"),
        ({}, {"ramp.credits.short_unit": Decimal(0)}, "looser", "missing unit 0.10 → 0.00: looser"),
        ({}, {"audits.pace.severity": "advisory"}, "looser", "blocking → advisory: looser"),
        ({}, {"gates.timestamps_in_week": False}, "looser", "yes → no: looser"),
        ({}, {"gates.min_duration_s": None}, "looser", "4 s → none: looser (nothing said any more)"),
        ({}, {"gates.max_duration_s": 600}, "stricter", "none → 600 s: stricter (nothing said before)"),
        ({}, {"gates.required": ("prompt", "responses", "label")}, "looser", "-annotator_id, -rationale"),
        ({}, {"gates.required": None}, "looser", "prompt, responses, label (general term): looser"),
        ({}, {"on_policy.checkpoints.4": ("pol-w4", "pol-w3")}, "looser", "pol-w4, pol-w3: looser (+pol-w3)"),
        ({}, {"on_policy.checkpoints.4": ("pol-w9",)}, "different", "+pol-w9, -pol-w4"),
        ({}, {"on_policy.checkpoints.4": None}, "looser", "pol-w4 → none: looser (nothing said any more)"),
        ({}, {"on_policy.checkpoints.4": ()}, "looser", "pol-w4 → none: looser (nothing said any more)"),
        ({}, {"rights.retention_days": 90}, "looser", "none → 90: looser"),
        ({"rights.delete_by": "2027-01-01"}, {"rights.delete_by": "2027-03-02"}, "stricter", "60 days later"),
        ({}, {"rights.vendor_may_name_buyer": True}, "looser", "no → yes: looser"),
        ({}, {"ramp.weeks.4.units": 1500}, "different", "week 4 units 1000 → 1500: different (+50 %)"),
        ({}, {"status": "retired"}, "different", "status active → retired: different"),
        ({}, {"ramp.phases.ramp.confidence": {"breach": 0.99}}, "looser", "95 % (general term) → 99 %"),
        ({}, {"ramp.weeks.1.discount": 0.5}, "stricter", "30 % (general term) → 50 %: stricter (+66.7 %)"),
        ({}, {"annotation.scheme.high": 7}, "different", "8 → 7: different (-12.5 %)"),
        (
            {"annotators.agreement": {"coefficient": "raw", "least": -0.1}},
            {"annotators.agreement": {"coefficient": "raw", "least": 0.1}},
            "stricter",
            "least agreement -0.1 → 0.1: stricter (+0.2)",
        ),
    ],
)  # fmt: skip
def test_each_kind_of_clause_is_rated_from_the_buyers_view(
    old: dict[str, Any], new: dict[str, Any], rating: Rating, words: str
) -> None:
    found = [each for each in changes(new, old).values() if each.rating == rating]
    assert [words in each.words for each in found] == [True], [each.words for each in found]


def test_a_term_said_where_the_general_one_says_the_same_changes_nothing_in_effect() -> None:
    (found,) = changes({"ramp.weeks.1.discount": 0.30}).values()
    assert (found.rating, found.weight) == ("different", 0)
    assert "in effect the same" in found.words


def test_a_group_that_comes_or_goes_shows_every_limit_in_it() -> None:
    gold = {"annotators.gold": {"share": 0.05, "min_accuracy": 0.9}, "delivery.record.gold": "gold"}
    assert {address: each.rating for address, each in changes(gold).items()} == {
        "annotators.gold.share": "stricter",
        "annotators.gold.min_accuracy": "stricter",
        "delivery.record.gold": "different",
    }
    assert counted(tuple(changes({}, gold).values())) == {"looser": 2, "stricter": 0, "different": 1}


def test_weeks_added_to_the_term_are_shown_with_their_plan() -> None:
    new = {"term.weeks": 7, "ramp.weeks.7": {"phase": "production", "units": 10}}
    found = changes(new)
    assert {address: each.weeks for address, each in found.items()} == {
        "term.weeks": (7,),
        "ramp.weeks.7.phase": (7,),
        "ramp.weeks.7.units": (7,),
    }
    assert found["ramp.weeks.7.units"].old is None
    assert {each.rating for each in found.values()} == {"different"}


def test_a_phase_that_comes_is_neither_stricter_nor_looser_but_the_week_that_moves_to_it_is() -> None:
    old = {"ramp.weeks.3.phase": "calibration"}
    without = edited(old).model_dump(by_alias=True)
    del without["ramp"]["phases"]["ramp"]
    found = diff(Contract.model_validate(without), edited({}), START)
    assert found[0].words == "week 3 phase calibration → ramp: stricter"
    assert {each.rating for each in found[1:]} == {"different"}
    assert "ramp price none → 1.50 USD: different (new)" in [each.words for each in found]


@pytest.mark.parametrize(
    ("address", "value", "weeks"),
    [
        ("ramp.phases.calibration.price", Decimal(2), (1, 2)),
        ("ramp.weeks.3.discount", 0.1, (3,)),
        ("ramp.weeks.3.phase", "production", (3,)),
        ("on_policy.checkpoints.2", ("other",), (2,)),
        ("gates.min_duration_s", 5, (1, 2, 3, 4, 5, 6)),
        ("vendor.name", "Alder Inc.", ()),
        ("status", "retired", ()),
    ],
)
def test_a_clause_knows_the_weeks_it_touches(address: str, value: Any, weeks: tuple[int, ...]) -> None:
    assert changes({address: value})[address].weeks == weeks


def test_a_checkpoint_counts_for_later_weeks_where_the_newest_few_are_allowed() -> None:
    both = {"on_policy.newest": 3}
    found = changes({**both, "on_policy.checkpoints.2": ("other",)}, both)
    assert found["on_policy.checkpoints.2"].weeks == (2, 3, 4)


def test_weeks_due_by_the_moment_asked_about_are_past() -> None:
    old, new = edited({}), edited({"ramp.volume_under": 0.2})
    (then,) = diff(old, new, AFTER_WEEK_3)
    assert (then.weeks, then.past) == ((1, 2, 3, 4, 5, 6), (1, 2, 3))
    (before,) = diff(old, new, START)
    assert before.past == ()


def test_only_weeks_due_from_the_effective_day_on_are_touched() -> None:
    amendment = {"of": "1.0.0", "effective": "2026-01-19", "clauses": ["ramp.volume_under"], "reason": "r"}
    new = edited({"amendment": amendment, "ramp.volume_under": 0.2})
    (found,) = diff(edited({}), new, AFTER_WEEK_3)
    assert (found.weeks, found.past) == ((2, 3, 4, 5, 6), (2, 3))  # week 2 is due on that very day


def test_what_no_amendment_can_change_is_marked() -> None:
    found = changes({"program": "other", "ramp.volume_under": 0.2})
    assert {address: each.identity for address, each in found.items()} == {
        "program": True,
        "ramp.volume_under": False,
    }


def test_hostile_text_is_shown_escaped_and_short() -> None:
    (found,) = changes({"delivery.roles.\x1b[31m" + "x" * 999: "user"}).values()
    assert found.words.isprintable()
    assert len(found.words) < 500


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (2, 4, "doubled"),
        (4, 2, "halved"),
        (1, 3, "3 \N{MULTIPLICATION SIGN}"),
        (0.2, 0.02, "1/10"),
        (1.5, 1.94, "+29.3 %"),
        (0, 5, ""),
        (-0.1, 0.1, "+0.2"),
        (("a", "b"), ("b", "a"), "in another order"),
        (True, False, ""),
        ("x", "y", ""),
    ],
)
def test_differences_are_told_in_words(old: object, new: object, words: str) -> None:
    assert difference_in_words(old, new) == words


def test_values_carry_their_unit() -> None:
    assert value_in_words(0.085, "share") == "8.5 %"
    assert value_in_words(Decimal("0.3333"), "money") == "0.3333"
    assert value_in_words(Decimal("2"), "money") == "2.00"
    assert value_in_words(4.0, "seconds") == "4 s"


SHARES = st.sampled_from([0.0, 0.01, 0.05, 0.2, 0.5, 1.0])
EDITS = st.fixed_dictionaries(
    {},
    optional={
        "ramp.phases.production.discard_ceiling": SHARES,
        "ramp.phases.production.price": st.sampled_from([Decimal(0), Decimal("1.25"), Decimal(2)]),
        "ramp.phases.ramp.confidence": st.sampled_from([None, {"breach": 0.9}, {"breach": 0.99}]),
        "ramp.phases.calibration.on_breach": st.sampled_from(["partial", "hold", "reject"]),
        "ramp.weeks.2.discount": st.none() | SHARES,
        "ramp.weeks.4.phase": st.sampled_from(["calibration", "ramp", "production"]),
        "ramp.credits.short_unit": st.sampled_from([Decimal(0), Decimal("0.2")]),
        "gates.required": st.none()
        | st.lists(st.sampled_from(["prompt", "responses", "label", "rationale"]), unique=True).map(tuple),
        "gates.copied_work": st.sampled_from(["allow", "discard"]),
        "gates.max_duration_s": st.none() | st.sampled_from([10.0, 600.0]),
        "on_policy.checkpoints.3": st.lists(st.sampled_from(["pol-w3", "x", "y"]), unique=True).map(tuple),
        "on_policy.newest": st.none() | st.integers(1, 4),
        "annotators.max_share": st.none() | st.sampled_from([0.02, 0.2]),
        "annotators.agreement": st.none() | st.sampled_from([{"least": -0.5}, {"least": 0.6}]),
        "rights.delete_by": st.none() | st.dates(min_value=START.date()).map(str),
        "rights.train": st.booleans(),
        "status": st.sampled_from(["active", "retired"]),
    },
)
MIRRORED = {"looser": "stricter", "stricter": "looser", "different": "different"}


def version(changes_: dict[str, Any]) -> Contract | None:
    try:
        return edited(changes_)
    except ValidationError:
        return None


@settings(deadline=None)
@given(EDITS)
def test_a_version_does_not_differ_from_itself(given_: dict[str, Any]) -> None:
    if one := version(given_):
        assert diff(one, one.model_copy(update={"digest": "0" * 64, "version": "9"}), START) == ()


@settings(deadline=None)
@given(EDITS, EDITS)
def test_the_way_back_is_the_mirror_image(first: dict[str, Any], second: dict[str, Any]) -> None:
    a, b = version(first), version(second)
    if a is None or b is None:
        return
    there = {each.address: each for each in diff(a, b, AFTER_WEEK_3)}
    back = {each.address: each for each in diff(b, a, AFTER_WEEK_3)}
    before, after = ({address: found.value for address, found in clauses(each).items()} for each in (a, b))
    assert set(there) == set(back) == {x for x in {**before, **after} if before.get(x) != after.get(x)}
    for address, change in there.items():
        other = back[address]
        assert (other.old, other.new) == (change.new, change.old)
        assert other.rating == MIRRORED[change.rating]
        assert other.weight == pytest.approx(change.weight)
        assert (other.weeks, other.past) == (change.weeks, change.past)
        if change.ratio and other.ratio:
            assert math.isclose(change.ratio * other.ratio, 1)


@pytest.mark.parametrize(
    ("old", "new", "address", "rating"),
    [
        (
            "on_policy: {checkpoints: {1: [a]}}",
            "on_policy: {checkpoints: {1: [a]}, newest: 3}",
            "newest",
            "looser",
        ),
        ("holds: {lifted_by: [Ann]}", "holds: {lifted_by: []}", "lifted_by", "looser"),
        ("holds: {lifted_by: [Ann, Bob]}", "holds: {lifted_by: [Ann]}", "lifted_by", "stricter"),
    ],
)
def test_what_is_left_open_is_rated_by_what_then_holds(old: str, new: str, address: str, rating: str) -> None:
    was, now = (
        parse_contract(changed("      audits:\n", f"      {group}\n      audits:\n"), "c")
        for group in (old, new)
    )
    found = {change.address.rsplit(".", 1)[-1]: change.rating for change in diff(was, now, START)}
    assert found[address] == rating


def test_the_buyers_own_rules_and_the_manifest_protect() -> None:
    rule = "      delivery:\n        require: [{test: id, problem: no id}]\n"
    was = parse_contract(changed("      delivery:\n", rule), "c")
    now = parse_contract(changed("      delivery:\n", "      delivery:\n        manifest: none\n"), "c")
    found = {change.address: change.rating for change in diff(was, now, START)}
    assert found["delivery.require.0.test"] == found["delivery.manifest"] == "looser"
