"""Reconciliation: what a crash or a lost event left behind is taken up from the books, once."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

import flows.reconcile
import tasks.settle
from flows.process_delivery import process_delivery
from flows.reconcile import reconcile
from flows.reconciled import Reconciled
from rampart.delivery.store import UNFINISHED
from rampart.ledger.outbox import pending
from rampart.ledger.settlement import settle
from rampart.ledger.verify import verify_books
from simulator.season import Season, contract_text, due
from tasks.reconcile import MOST_TRIES
from tasks.workspace import put_in_force, workspace

HOUR = timedelta(hours=1)
NOTHING = Reconciled()


def dies(*_: Any, **__: Any) -> None:
    """The worker is gone."""
    raise KeyboardInterrupt


def fails(*_: Any, **__: Any) -> None:
    """Settling does not work today."""
    raise OSError("no space left on device")


def left_by_its_worker(season: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker judges week 1 and dies before the last transaction."""
    season.agree()
    season.deliver(1)
    with monkeypatch.context() as patched:
        patched.setattr(tasks.settle, "settle", dies)
        with pytest.raises(KeyboardInterrupt):
            process_delivery("dc-north", 1, due(1))
    assert season.batches()[0][3] == "audited"


def test_a_delivery_its_worker_left_is_judged_as_if_it_had_never_been_left(
    plain: Season, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("RAMPART_PSEUDONYM_KEY", "the same for every home")
    left_by_its_worker(plain, monkeypatch)
    assert reconcile(due(1) + HOUR).finished == ("dc-north week 1: accepted",)

    calm = Season(tmp_path_factory.mktemp("calm"))
    monkeypatch.setenv("RAMPART_HOME", str(calm.home))
    calm.agree()
    calm.deliver(1)
    process_delivery("dc-north", 1, due(1))
    reconcile(due(1) + HOUR)
    undisturbed = calm.export(), calm.stored()
    monkeypatch.setenv("RAMPART_HOME", str(plain.home))
    assert (plain.export(), plain.stored()) == undisturbed


def test_a_delivery_is_finished_under_the_version_it_was_received_under(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_its_worker(plain, monkeypatch)
    text = contract_text(version="1.1.0", min_duration_s=5)
    amendment = (
        "      amendment: {of: 1.0.0, effective: 2026-01-05, clauses: [gates.min_duration_s], reason: agreed}"
    )
    with workspace() as place:
        put_in_force(f"{text}{amendment}\n".encode(), "north.odcs.yaml", place, due(1))
    reconcile(due(1) + HOUR)
    (batch,) = plain.export()["batches"]
    versions = {row["digest"]: row["version"] for row in plain.export()["contracts"]}
    assert (batch["revision"], batch["state"]) == (1, "accepted")
    assert versions[batch["contract_digest"]] == "1.0.0"


def test_a_second_reconciliation_changes_nothing(plain: Season, monkeypatch: pytest.MonkeyPatch) -> None:
    left_by_its_worker(plain, monkeypatch)
    plain.agree("south")
    first = reconcile(due(1) + HOUR)
    assert (first.late, first.sent, len(first.trained)) == (("dc-south week 1",), 2, 1)
    before = plain.export(), plain.stored()
    assert reconcile(due(1) + 2 * HOUR) == NOTHING
    assert (plain.export(), plain.stored()) == before


def test_two_reconciliations_at_once_do_everything_once(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_its_worker(plain, monkeypatch)
    plain.agree("south")
    with ThreadPoolExecutor(2) as both:
        reports = list(both.map(lambda _: reconcile(due(1) + HOUR), range(2)))
    assert [report.problems for report in reports] == [(), ()]
    assert sorted(name for report in reports for name in report.finished) == ["dc-north week 1: accepted"]
    reconcile(due(1) + HOUR)  # what one found taken by the other
    assert [(m["contract_id"], m["week"]) for m in plain.export()["models"]] == [("dc-north", 1)]
    assert len(plain.events("batch.late")) == 1
    books = plain.books()
    assert verify_books(books) == ()
    assert pending(books, "batch.judged", "delivery.late", "batch.accepted") == ()
    books.dispose()


def test_a_missing_week_is_flagged_and_told_of_once(plain: Season) -> None:
    plain.agree()
    assert reconcile(due(1)) == NOTHING  # nine sharp is not yet late
    assert reconcile(due(1) + HOUR).late == ("dc-north week 1",)
    assert reconcile(due(1) + 2 * HOUR) == NOTHING
    (told,) = (plain.home / "store" / "notifications").glob("*.json")
    assert (json.loads(told.read_text())["topic"], json.loads(told.read_text())["week"]) == (
        "delivery.late",
        1,
    )


def test_a_week_that_has_arrived_or_arrived_broken_is_left_to_the_weekly_round(plain: Season) -> None:
    for vendor in ("north", "south"):
        plain.agree(vendor)
        plain.deliver(1, vendor=vendor)
    (plain.drop / "south" / "week-01" / "manifest.json").write_text("{")
    assert reconcile(due(1) + HOUR) == NOTHING
    assert {state for *_, state in plain.batches()} == {"expected"}


def test_a_delivery_that_cannot_be_judged_is_told_of_once_and_left_to_people_after_some_tries(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_its_worker(plain, monkeypatch)
    plain.agree("south")
    monkeypatch.setattr(tasks.settle, "settle", fails)
    first = reconcile(due(1) + HOUR)
    problem = "dc-north week 1 revision 1 is audited and cannot be judged (OSError)"
    assert (first.stuck, first.problems, first.late) == ((problem,), (), ("dc-south week 1",))
    reports = [reconcile(due(1) + HOUR) for _ in range(MOST_TRIES)]
    assert [len(report.stuck) for report in reports] == [1] * MOST_TRIES
    assert "5 workers failed at it, or died" in reports[-1].stuck[0]
    told = [json.loads(path.read_text()) for path in (plain.home / "store" / "notifications").iterdir()]
    assert [one["problem"] for one in told if one["topic"] == "delivery.stuck"] == [
        f"{problem}; the run's log says more"
    ]
    monkeypatch.setattr(tasks.settle, "settle", settle)
    assert process_delivery("dc-north", 1, due(1)).state == "accepted"  # as the daily round does


def test_a_delivery_that_kills_its_workers_is_told_of_before_it_is_given_up(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_its_worker(plain, monkeypatch)
    monkeypatch.setattr(tasks.settle, "settle", dies)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(KeyboardInterrupt):
            reconcile(due(1) + HOUR)
    reports = [reconcile(due(1) + HOUR) for _ in range(2)]
    assert [report.stuck for report in reports] == [
        ("dc-north week 1 revision 1 is audited and cannot be judged (5 workers failed at it, or died)",)
    ] * 2
    told = [json.loads(path.read_text()) for path in (plain.home / "store" / "notifications").iterdir()]
    assert len([one for one in told if one["topic"] == "delivery.stuck"]) == 1


def test_one_part_s_failure_stops_no_other_part_and_is_named(
    plain: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_by_its_worker(plain, monkeypatch)
    monkeypatch.setattr(flows.reconcile, "flag_missing", fails)
    monkeypatch.setattr(flows.reconcile, "close_lost_runs", fails)
    report = reconcile(due(1) + HOUR)
    assert report.problems == (
        "missing weeks: OSError: no space left on device",
        "runs: OSError: no space left on device",
    )
    assert (len(report.finished), report.sent, len(report.trained)) == (1, 1, 1)


def test_unfinished_writes_are_removed_once_no_writer_can_be_at_work_on_them(plain: Season) -> None:
    left = plain.home / "store" / UNFINISHED
    left.mkdir(parents=True)
    for name, days in (("old", 8), ("young", 6)):
        (left / name).write_bytes(b"half a")
        os.utime(left / name, times=(time.time() - 86_400 * days,) * 2)
    assert [reconcile(due(1)).cleared for _ in range(2)] == [1, 0]
    assert [path.name for path in left.iterdir()] == ["young"]
