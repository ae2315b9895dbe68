"""`rampart why`: one record, what became of it, and what every gate said."""

import json
from typing import Any

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, contract_text, due, row, week_rows
from simulator.without_prefect import without_prefect
from tasks.stored_records import Wanted, wanted
from tasks.workspace import put_in_force, workspace
from tests.cli.conftest import Rampart

EVIL = "\x1b[31m[bold]evil[/]"


def judge(*weeks: int) -> None:
    with without_prefect():
        for week in weeks:
            weekly(due(week))


def told(rampart: Rampart, *words: object) -> list[dict[str, Any]]:
    ended = rampart("why", *words, "--json")
    assert ended.code == Exit.OK, ended.err
    found: list[dict[str, Any]] = json.loads(ended.out)
    return found


def found(one: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {gate["code"]: gate for gate in one["gates"] if gate["outcome"] == "found"}


@pytest.fixture
def judged(season: Season) -> Season:
    """One judged week: four records too hasty, one copied, one with evil text, and a line that is none."""
    season.agree()
    copy = row("north", 1, 10, id="copy")
    evil = row("north", 1, 41, prompt=EVIL, label="neither")
    lines = [json.dumps(one) for one in [*week_rows("north", 1), copy, evil]]
    season.deliver(1, "\n".join([*lines, "{broken"]).encode() + b"\n")
    judge(1)
    return season


@pytest.mark.usefixtures("judged")
def test_a_discarded_record_is_told_with_what_was_seen_and_what_was_expected(rampart: Rampart) -> None:
    ended = rampart("why", "north-1-0")
    said = " ".join(ended.out.split())
    assert ended.code == Exit.OK
    for words in (
        "north-1-0: discarded for too_fast",
        "dc-north week 1 revision 1 (accepted), from rows.jsonl line 1",
        'raw_label: "a"',
        "Fix: Have annotators read both responses; remove speeders.",
    ):
        assert words in said
    (one,) = told(rampart, "north-1-0")
    fast = found(one)["too_fast"]
    assert (fast["seen"], fast["expected"]) == ("0 s", "at least 4 s")
    assert (fast["policy"], fast["clause"]) == ("discard", "gates.min_duration_s")
    outcomes = {gate["code"]: gate["outcome"] for gate in one["gates"]}
    assert (outcomes["empty_response"], outcomes["author_judged"]) == ("passed", "off")
    assert one["record"]["prompt"][0]["content"] == "Question 0 of week 1 for north?"
    assert one["rules_changed"] is False


@pytest.mark.usefixtures("judged")
def test_an_accepted_record_passed_every_gate_the_contract_asks_for(rampart: Rampart) -> None:
    (one,) = told(rampart, "north-1-20", "--contract", "dc-north", "--week", 1)
    assert (one["fate"], one["reasons"], one["flags"], found(one)) == ("accepted", [], [], {})
    assert "accepted" in rampart("why", "north-1-20").out


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("w03-r17", Wanted("w03-r17")),
        ("rows.jsonl:17", Wanted("rows.jsonl:17", ("rows.jsonl", 17))),
        ("rows.jsonl:17:2", Wanted("rows.jsonl:17:2", ("rows.jsonl", 17), 2)),
        ("a:b:7", Wanted("a:b:7", ("a:b", 7))),
        ("a:7:b", Wanted("a:7:b")),
        (":", Wanted(":")),
    ],
)
def test_a_name_is_an_id_and_perhaps_a_place_in_a_file(name: str, meant: Wanted) -> None:
    assert wanted(name) == meant


@pytest.mark.usefixtures("judged")
def test_a_copy_names_the_record_it_repeats(rampart: Rampart) -> None:
    (one,) = told(rampart, "copy")
    twin = found(one)["exact_duplicate"]["twin"]
    assert (twin["record_id"], twin["file"], twin["line"], twin["week"]) == (
        "north-1-10",
        "rows.jsonl",
        11,
        1,
    )
    assert "repeats north-1-10: rows.jsonl line 11 of dc-north week 1" in rampart("why", "copy").out


@pytest.mark.usefixtures("judged")
def test_a_line_that_could_not_be_read_is_asked_for_by_its_place(rampart: Rampart) -> None:
    (one,) = told(rampart, "rows.jsonl:43")
    assert (one["fate"], one["gates"], one["record"]["excerpt"]) == ("quarantined", [], "{broken")
    ended = rampart("why", "rows.jsonl:43")
    assert "quarantined, because it could not be read as a record" in ended.out
    assert one["record"]["problem"][:20] in ended.out


@pytest.mark.usefixtures("judged")
def test_a_readable_line_is_found_by_its_place_too(rampart: Rampart) -> None:
    assert [one["record"]["record_id"] for one in told(rampart, "rows.jsonl:2")] == ["north-1-1"]
    assert [one["record"]["record_id"] for one in told(rampart, "rows.jsonl:2:0")] == ["north-1-1"]
    assert rampart("why", "rows.jsonl:2:1").code == Exit.LEDGER


@pytest.mark.usefixtures("judged")
def test_what_a_vendor_wrote_does_not_act_in_a_terminal(rampart: Rampart) -> None:
    out = rampart("why", "north-1-41").out
    assert "\x1b" not in out
    assert "[bold]evil[/]" in out
    assert "label_outside_scheme" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("north-1-99",), "no record 'north-1-99'"),
        (("rows.jsonl:99",), "no record 'rows.jsonl:99'"),
        (("north-1-0", "--week", 2), "week 2"),
        (("north-1-0", "--contract", "dc-nobody"), "no contract 'dc-nobody' on the books"),
        ((EVIL,), "no record"),
    ],
)
@pytest.mark.usefixtures("judged")
def test_what_is_on_no_books_ends_with_a_sentence(
    rampart: Rampart, words: tuple[object, ...], said: str
) -> None:
    ended = rampart("why", *words)
    assert (ended.code, said in " ".join(ended.err.split())) == (Exit.LEDGER, True), ended.err
    assert "\x1b" not in ended.err


def test_an_id_in_several_weeks_lists_them_and_a_later_one_names_the_first(
    rampart: Rampart, season: Season
) -> None:
    season.agree()
    season.deliver(1)
    again = row("north", 2, 7, id="north-1-7")
    season.deliver(2, [*week_rows("north", 2), again])
    judge(1, 2)
    listed = rampart("why", "north-1-7").out
    assert "In several weeks" in listed
    assert [word for word in listed.split() if word in {"accepted", "discarded"}] == ["accepted", "discarded"]
    (one,) = told(rampart, "north-1-7", "--week", 2)
    twin = found(one)["duplicate_record_id"]["twin"]
    assert (twin["contract_id"], twin["week"], twin["line"]) == ("dc-north", 1, 8)
    assert len(told(rampart, "north-1-7")) == 2


def test_work_copied_from_an_earlier_batch_names_it_across_vendors(rampart: Rampart, season: Season) -> None:
    season.agree()
    season.agree("south")
    season.deliver(1)
    copied = row(
        "north", 1, 12, id="s-1", opened=row("south", 2, 1)["opened"], closed=row("south", 2, 1)["closed"]
    )
    season.deliver(2, [*week_rows("south", 2), copied], vendor="south")
    judge(1, 2)
    (one,) = told(rampart, "s-1")
    twin = found(one)["copied_work"]["twin"]
    assert (twin["contract_id"], twin["week"], twin["record_id"]) == ("dc-north", 1, "north-1-12")


def test_flags_and_the_guideline_s_sections_are_told(rampart: Rampart, season: Season) -> None:
    text = contract_text().replace("copied_work: discard", "exact_duplicates: flag")
    text = text.replace(
        "scheme: {kind: binary}",
        "scheme: {kind: binary}\n        guideline: {version: '7', sections: {exact_duplicate: '§ 2.10'}}",
    )
    with workspace() as place:
        put_in_force(text.encode(), "north.odcs.yaml", place, due(0))
    season.deliver(1, [*week_rows("north", 1), row("north", 1, 10, id="copy")])
    judge(1)
    (one,) = told(rampart, "copy")
    assert (one["fate"], one["flags"]) == ("accepted", ["exact_duplicate"])
    gate = found(one)["exact_duplicate"]
    assert (gate["policy"], gate["section"], gate["twin"]["record_id"]) == ("flag", "§ 2.10", "north-1-10")
    assert told(rampart, "north-1-10")[0]["flags"] == []
    out = rampart("why", "copy").out
    assert "copy: accepted, flagged for exact_duplicate" in out
    assert "Guideline: § 2.10." in out


@pytest.mark.usefixtures("flows_can_run")
def test_a_reinstated_record_says_who_took_its_discard_back(rampart: Rampart, judged: Season) -> None:
    file = judged.home / "dispute.jsonl"
    file.write_text(json.dumps({"record_id": "north-1-0", "claim": "it is right"}) + "\n")
    taken = rampart("dispute", "open", "dc-north", 1, file, "--as-of", due(1)).out
    name = taken.split("dispute rule dc-north 1 ")[1].split()[0]
    rampart("dispute", "rule", "dc-north", 1, name, "reinstate", "--by", "Ada", "--reason", "[seen]")
    (before,) = told(rampart, "north-1-0")
    assert (before["fate"], before["reinstated_by"]) == ("discarded", None)
    rampart("reconcile", "--as-of", due(1))
    (one,) = told(rampart, "north-1-0")
    assert (one["fate"], one["revision"], list(found(one))) == ("accepted", 2, ["too_fast"])
    assert "ruled by Ada: [seen]" in one["reinstated_by"]
    assert "reinstated by dispute" in " ".join(rampart("why", "north-1-0").out.split())
