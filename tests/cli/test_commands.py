"""The commands at work: what they print, what they write, and that `--json` is JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from rampart.cli.exits import Exit
from simulator.season import Season, amending, contract_text, due, week_rows
from tests.cli.conftest import Ended, Rampart

pytestmark = pytest.mark.usefixtures("flows_can_run")


def parsed(ended: Ended) -> Any:
    """The command's one JSON value."""
    assert ended.code == int(Exit.OK), ended.err
    return json.loads(ended.out)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "north.odcs.yaml"
    path.write_text(contract_text(on_breach="hold"))
    return path


def judged(rampart: Rampart, season: Season, spec: Path, hasty: int = 4) -> Any:
    season.deliver(1, week_rows("north", 1, hasty))
    return parsed(rampart("run", spec, "--as-of", due(1).isoformat(), "--json"))


def test_a_delivery_is_judged_from_the_drop_and_the_books_can_be_read_and_verified(
    rampart: Rampart, season: Season, spec: Path
) -> None:
    outcome = judged(rampart, season, spec)
    assert [found["status"] for found in outcome.pop("verdicts")][:2] == ["pass", "pass"]
    assert outcome == {
        "contract_id": "dc-north",
        "week": 1,
        "state": "accepted",
        "reason": "every blocking clause holds",
        "changed": True,
        "accepted": 36,
        "discarded": 4,
    }
    books = parsed(rampart("status", "--json"))
    assert [(batch["week"], batch["state"]) for batch in books["batches"]] == [(1, "accepted")]
    assert [model["version"] for model in books["models"]] == [1]
    report = parsed(rampart("verify", "--json"))
    assert report == {
        "ok": True,
        "rows": {"delivered": 40, "accepted": 36, "discarded": 4, "quarantined": 0},
        "violations": [],
        "notices": [],
        "orphans": [],
        "unfinished_deletions": [],
    }
    shown = rampart("status")
    assert "Ramp" in shown.out
    assert "12.60" in shown.out
    assert "40 delivered = 36 accepted + 4 discarded + 0 unreadable" in rampart("verify").out
    assert not judged(rampart, season, spec)["changed"]


@pytest.mark.parametrize(
    ("decision", "state", "models"), [("accept", "accepted_partial", 1), ("reject", "rejected", 0)]
)
def test_a_held_batch_is_decided_by_name_and_trained_on_when_accepted(  # noqa: PLR0917
    rampart: Rampart, season: Season, spec: Path, decision: str, state: str, models: int
) -> None:
    assert judged(rampart, season, spec, hasty=30)["state"] == "held"
    told = rampart("decide", "dc-north", 1, decision, "--by", "[bold]A. Lead", "--reason", "seen")
    assert told.out.startswith(f"dc-north week 1 is now {state.replace('_', ' ')}, decided by [bold]A. Lead.")
    assert ("rampart retrain" in told.out) is (decision == "accept")
    assert season.batches() == [("dc-north", 1, 1, state)]
    assert len(parsed(rampart("retrain", "--json"))) == models
    assert "Nothing to do" in rampart("retrain").out
    again = rampart("decide", "dc-north", 1, decision, "--by", "B", "--reason", "c")
    assert (again.code, f"is {state}" in again.err) == (int(Exit.LEDGER), True)


@pytest.mark.slow
def test_a_backfill_tries_terms_out_and_then_puts_them_in_force(
    rampart: Rampart, season: Season, spec: Path, tmp_path: Path
) -> None:
    judged(rampart, season, spec)
    lenient = tmp_path / "lenient.odcs.yaml"
    amendment = amending("gates.min_duration_s")
    lenient.write_text(
        contract_text(version="1.1.0", on_breach="hold", min_duration_s=0, amendment=amendment)
    )
    words = ("backfill", "north", "--weeks", "1-2", "--terms", lenient)
    before = season.export()
    tried = parsed(rampart(*words, "--dry-run", "--json"))
    assert [(week["week"], week["before"], week["state"], week["accepted"]) for week in tried] == [
        (1, "accepted", "accepted", 40),
        (2, "expected", "absent", None),
    ]
    assert "nothing is booked" in rampart(*words, "--dry-run").out
    assert season.export() == before
    assert [week["changed"] for week in parsed(rampart(*words, "--json"))] == [True, False]
    assert season.batches() == [("dc-north", 1, 1, "superseded"), ("dc-north", 1, 2, "accepted")]
    assert parsed(rampart("verify", "--json"))["ok"]


def test_a_refused_delivery_is_said_in_json_and_by_the_exit_code(
    rampart: Rampart, season: Season, spec: Path
) -> None:
    season.deliver(1, listed={"bytes": 1})
    ended = rampart("run", spec, "--json")
    assert (ended.code, json.loads(ended.out)["state"]) == (int(Exit.REFUSED), "refused")
    assert "the manifest says 1" in ended.err


def test_verify_names_what_was_tampered_with(rampart: Rampart, season: Season, spec: Path) -> None:
    judged(rampart, season, spec)
    (landed,) = (path for path in (season.home / "store" / "landed").rglob("*") if path.is_file())
    landed.write_bytes(b"other bytes")
    report = rampart("verify", "--json")
    assert (report.code, json.loads(report.out)["ok"]) == (int(Exit.VIOLATED), False)
    assert "invariant 4, dc-north week 1 revision 1: the landed rows.jsonl" in rampart("verify").err


def test_contracts_are_checked_in_json_too(rampart: Rampart, spec: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.odcs.yaml"
    bad.write_text("id: [")
    ended = rampart("contract", "check", spec, bad, "--json")
    report = json.loads(ended.out)
    assert (ended.code, report["ok"]) == (int(Exit.CONTRACT), False)
    assert [bool(file["problems"]) for file in report["files"]] == [False, True]
    assert "ok" in rampart("contract", "check", spec).out


def test_a_work_order_is_kept_once(rampart: Rampart, season: Season, tmp_path: Path) -> None:
    order = tmp_path / "order.jsonl"
    item = {
        "item": "w-1",
        "prompt": [{"role": "user", "content": "?"}],
        "responses": [{"checkpoint_id": "pol-1", "content": "!"}],
    }
    order.write_text(json.dumps(item) + "\n")
    for _ in range(2):
        assert "1 items sent out" in rampart("work-order", "small", 1, order).out
    assert "work-orders/small/week-01.jsonl" in season.stored()
    order.write_text(json.dumps({**item, "item": "w-2"}) + "\n")
    assert rampart("work-order", "small", 1, order).code == int(Exit.REFUSED)


def test_empty_books_say_what_to_do(rampart: Rampart) -> None:
    assert "The books are empty. Try: rampart demo" in rampart("status").out
    assert parsed(rampart("status", "--json"))["batches"] == []
