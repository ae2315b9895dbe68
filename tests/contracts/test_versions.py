"""What may follow a version on the books, and what an error tells a person who tried something else."""

from datetime import date

import pytest

from contracts.load import parse_contract
from contracts.notes import lines
from contracts.reading.document import read_document
from contracts.reading.problems import Problem
from contracts.versions.reach import takes_effect
from contracts.versions.succession import IDENTITY, Registered, suggested, version_problems
from tests.contracts.files import GOOD

TODAY = date(2026, 1, 12)
PRICE = ("price: 1.25", "price: 1.50")


def text(*edits: tuple[str, str], version: str = "1.1.0", amendment: str = "") -> str:
    """`GOOD` as a later version with `edits`, and an amendment group where one is given."""
    found = GOOD.replace("version: 1.0.0", f"version: {version}")
    for old, new in edits:
        assert old in found
        found = found.replace(old, new, 1)
    return f"{found}      {amendment}\n" if amendment else found


def amendment(*clauses: str, of: str = "1.0.0", effective: str = "2026-01-12") -> str:
    return f"amendment: {{of: {of}, effective: {effective}, clauses: [{', '.join(clauses)}], reason: agreed}}"


def registered(source: str) -> Registered:
    contract = parse_contract(source.encode(), "c")
    return Registered(contract, takes_effect(contract))


FIRST = registered(GOOD)


def problems(source: str, *known: Registered) -> tuple[Problem, ...]:
    data = source.encode()
    line = lines(read_document(data, "c"))
    return version_problems(known or (FIRST,), parse_contract(data, "c"), TODAY, line)


def problem(source: str, *known: Registered) -> Problem:
    (one,) = problems(source, *known)
    return one


def test_the_first_version_follows_nothing() -> None:
    assert version_problems((), FIRST.terms, TODAY) == ()


def test_a_first_version_cannot_amend() -> None:
    found = version_problems((), registered(text(amendment=amendment("gates"))).terms, TODAY)
    assert ["no version of dc-test is on the books" in one.problem for one in found] == [True]
    assert "rampart contract register" in found[0].fix


@pytest.mark.parametrize(
    "edit",
    [
        ("status: draft", "status: active"),
        ("name: Test", "name: Tested"),
        ("name: Acme", "name: Acme Inc."),
        ("name: Acme", "name: Acme, contacts: [{name: Ada}]"),
        ("kind: DataContract", "kind: DataContract\ndescription: {purpose: told anew}"),
    ],
)
def test_what_nobody_is_judged_or_paid_by_needs_no_amendment(edit: tuple[str, str]) -> None:
    assert problems(text(edit)) == ()


def test_terms_changed_without_an_amendment_are_shown_with_the_group_to_paste() -> None:
    edits = (PRICE, ("audits:", "audits:\n        pace: {max_share: 0.3}"))
    found = problem(text(*edits))
    assert (found.field, found.line) == ("amendment", 19)
    assert "ramp.phases.production.price: 1.25 → 1.50 and 1 more" in found.problem
    pasted = found.fix.removeprefix("below `value:` write ")
    assert "effective: 2026-01-12" in pasted
    assert problems(text(*edits, amendment=pasted)) == ()


def test_a_suggestion_names_groups_where_single_terms_would_be_too_many() -> None:
    many = [f"ramp.weeks.{week}.units" for week in range(1, 30)]
    assert "clauses: [ramp.weeks]," in suggested("1", [*many], TODAY)
    assert "clauses: [a, b]," in suggested("1", [f"{'ab'[n % 2]}.{n}.x" for n in range(40)], TODAY)


def test_an_amendment_changes_exactly_what_it_names() -> None:
    edits = (PRICE, ("discard_ceiling: 0.1,", "discard_ceiling: 0.2,"))
    for named in (
        ["ramp.phases.production.price", "ramp.phases.production.discard_ceiling"],
        ["ramp.phases.production"],
        ["ramp"],
    ):
        assert problems(text(*edits, amendment=amendment(*named))) == ()


def test_a_change_that_is_not_named_is_shown_with_its_line() -> None:
    edits = (PRICE, ("max_lean: 0.1", "max_lean: 0.2"))
    found = problem(text(*edits, amendment=amendment("ramp.phases.production.price")))
    assert (found.field, found.line) == ("audits.length.max_lean", 35)
    assert "0.1 → 0.2" in found.problem
    assert "add audits.length.max_lean to amendment.clauses" in found.fix


def test_a_clause_that_is_named_and_not_changed_is_shown() -> None:
    named = amendment("ramp.phases.production.price", "ramp.phases.calibration.price")
    found = problem(text(PRICE, amendment=named))
    assert (found.field, found.line) == ("amendment.clauses.1", 36)
    assert found.problem == "names ramp.phases.calibration.price, which is as in version 1.0.0: 1.00"


def test_a_misspelt_address_is_mended() -> None:
    found = problem(text(PRICE, amendment=amendment("ramp.phases.production", "ramp.phase.production.price")))
    assert "'ramp.phase.production.price' is no clause of either version" in found.problem
    assert found.fix == "did you mean ramp.phases.production.price?"


IDENTITY_EDITS = {
    "vendor.id": ("id: acme,", "id: other,"),
    "program": ("program: rm", "program: rm2"),
    "term.start": ("start: 2026-01-05", "start: 2026-01-12"),
    "term.timezone": ("weeks: 2}", "weeks: 2, timezone: Europe/Berlin}"),
    "ramp.currency": ("      ramp:\n", "      ramp:\n        currency: EUR\n"),
    "ramp.minor_units": ("      ramp:\n", "      ramp:\n        minor_units: 3\n"),
}


def test_every_identity_clause_is_tried_below() -> None:
    assert {*IDENTITY_EDITS, "contract_id"} == {*IDENTITY}


@pytest.mark.parametrize("address", IDENTITY_EDITS)
@pytest.mark.parametrize("named", [True, False])
def test_no_version_changes_who_when_and_in_which_currency(address: str, named: bool) -> None:
    group = amendment(address, effective="2026-02-01") if named else ""
    found = problem(text(IDENTITY_EDITS[address], amendment=group))
    assert found.field == address
    assert "no amendment can change it" in found.problem
    assert "write a new contract" in found.fix


def test_an_amendment_names_a_version_on_the_books() -> None:
    found = problem(text(PRICE, amendment=amendment("ramp.phases.production.price", of="1.0.1")))
    assert (found.field, found.line) == ("amendment.of", 36)
    assert "'1.0.1' is not on the books; there are: 1.0.0" in found.problem
    assert found.fix == "did you mean 1.0.0?"


SECOND = registered(text(PRICE, amendment=amendment("ramp.phases.production.price", effective="2026-01-19")))


def test_an_amendment_follows_the_version_in_force_on_its_day() -> None:
    """Otherwise it would take back, in silence, what the amendment before it changed."""
    lean = ("max_lean: 0.1", "max_lean: 0.2")
    late = amendment("audits", effective="2026-01-19")
    found = problem(text(lean, version="1.2.0", amendment=late), FIRST, SECOND)
    assert "on 2026-01-19 version 1.1.0 is in force" in found.problem
    on_top = amendment("audits", of="1.1.0", effective="2026-01-19")
    assert problems(text(PRICE, lean, version="1.2.0", amendment=on_top), FIRST, SECOND) == ()


def test_an_amendment_cannot_slip_in_before_one_that_would_take_its_changes_back() -> None:
    lean = ("max_lean: 0.1", "max_lean: 0.2")
    between = amendment("audits", effective="2026-01-18")
    found = problem(text(lean, version="1.2.0", amendment=between), FIRST, SECOND)
    assert "version 1.1.0 takes effect after 2026-01-18 and would take these changes back" in found.problem
    assert found.fix == "amend version 1.1.0, from its own day on or later"


def test_one_and_true_are_different_words_although_python_holds_them_equal() -> None:
    words, named = ("a: [left]", "a: [1]"), ("a: [left]", "a: [true]")
    first = registered(text(words, version="1.0.0"))
    changed = text(named, PRICE, version="1.1.0", amendment=amendment("ramp.phases.production.price"))
    found = problem(changed, first)
    assert found.field == "annotation.scheme.a"
    assert "no amended clause names it" in found.problem


def test_a_version_without_an_amendment_is_held_against_the_last_to_take_effect() -> None:
    ended = ("status: draft", "status: retired")
    assert problems(text(PRICE, ended, version="1.2.0"), FIRST, SECOND) == ()
    assert "1.50 → 1.25" in problem(text(ended, version="1.2.0"), FIRST, SECOND).problem


def test_a_file_may_keep_the_amendment_group_of_the_version_it_follows() -> None:
    kept = amendment("ramp.phases.production.price", effective="2026-01-19")
    ended = text(PRICE, ("status: draft", "status: retired"), version="1.2.0", amendment=kept)
    assert problems(ended, FIRST, SECOND) == ()
