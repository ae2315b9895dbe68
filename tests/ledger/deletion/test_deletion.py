"""Deleting a vendor's data: what goes, what stays, what is certified, and what is no longer possible."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from flows.backfill import backfill
from flows.process_delivery import process_delivery
from flows.retrain import retrain
from flows.weekly import weekly
from rampart.delivery.errors import DeliveryError
from rampart.delivery.local_store import LocalStore
from rampart.ledger.batches import receive
from rampart.ledger.chain import append_event as append_to_chain
from rampart.ledger.deletion import carry_out
from rampart.ledger.deletion.carry_out import delete_data
from rampart.ledger.deletion.plan import Plan, plan_deletion
from rampart.ledger.deletion.said import STARTED, deletions
from rampart.ledger.errors import DeliveryConflictError, LedgerError, TransitionError, UnknownBatchError
from rampart.ledger.verify_all import verify_all
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tests.ledger.deletion.deleting import LEAD, WHY, delete, holding, text_of


def test_no_text_of_the_week_is_left_anywhere_and_everything_else_stays(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    before, stored = season.export(), season.stored()
    assert {key.split("/")[0] for key in holding(season, text_of(1))} == {
        "landed",
        "batches",
        "datasets",
    }
    (done,) = delete(books, kept)
    assert holding(season, text_of(1)) == set()
    assert holding(season, text_of(2)) != set()
    assert holding(season, "Question 7 of week 1 for south?") != set()
    after = season.stored()
    gone = {one.key: one.sha256 for one in done.objects}
    assert {key: stored[key] for key in stored.keys() - after.keys()} == gone
    assert {key.split("/")[0] for key in after.keys() - stored.keys()} == {"certificates"}
    export = season.export()
    assert {name: export[name] for name in export if name != "events"} == {
        name: before[name] for name in before if name != "events"
    }, "counts, verdicts, money and models stay as they were"
    assert verify_all(books, kept).violations == ()
    assert verify_all(books, kept).notices == ()


def test_the_certificate_names_everything_and_its_digest_is_in_the_chain(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    (done,) = delete(books, kept)
    assert done.certificate is not None
    said = json.loads(kept.get(done.certificate))
    assert (said["contract"], said["weeks"], said["ordered_by"], said["reason"]) == (
        "dc-north",
        [1],
        LEAD,
        WHY,
    )
    assert [one["key"] for one in said["deleted"]] == [one.key for one in done.objects]
    assert said["models_trained_on_it"] and said["models_trained_on_it"][0].startswith("small v1 (run ")
    (event,) = season.events("data.deleted")
    assert (event["certificate"], event["sha256"]) == (done.certificate, season.stored()[done.certificate])
    page = kept.get(done.certificate.replace(".json", ".md")).decode()
    assert all(f"| `{one.key}` | {one.bytes:,} | `{one.sha256}` |" in page for one in done.objects)
    assert LEAD in page and WHY in page


def test_a_deleted_week_can_be_neither_judged_nor_received_nor_trained_on(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    (done,) = delete(books, kept)
    sentence = f"the data of dc-north week 1 were deleted on 2026-01-26 (certificate {done.certificate})"
    season.agree(version="2.0.0", min_duration_s=5, amendment=AMENDED)
    with without_prefect():
        for outcome in (
            backfill("dc-north", 1, 1, due(3), under="2.0.0")[0],
            backfill("dc-north", 1, 1, due(3), under="2.0.0", dry_run=True)[0],
            process_delivery("dc-north", 1, due(3)),
        ):
            assert (outcome.state, outcome.changed) == ("refused", False)
            assert outcome.reason.startswith(sentence)
    (contract,) = [c for c in season.export()["contracts"] if c["version"] == "2.0.0"]
    with pytest.raises(DeliveryConflictError, match="were deleted on 2026-01-26"):
        receive(books, "dc-north", 1, "d9", contract["digest"], "rules", due(3))
    assert verify_all(books, kept).violations == ()


AMENDED = (
    "      rights: {retention_days: 30, delete_by: 2026-03-31}\n"
    "      amendment: {of: 1.0.0, effective: 2026-01-05, clauses: [gates.min_duration_s], reason: agreed}\n"
)


def test_later_weeks_are_judged_and_trained_on_without_what_was_deleted(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    delete(books, kept)
    season.deliver(3)
    season.deliver(3, vendor="south")
    with without_prefect():
        assert [outcome.state for outcome in weekly(due(3))] == ["accepted", "accepted"]
    newest = season.export()["models"][-1]
    used = json.loads(kept.get(f"datasets/{newest['data_digest']}.json"))["batches"]
    assert sorted((batch["contract_id"], batch["week"]) for batch in used) == [
        ("dc-north", 2),
        ("dc-north", 3),
        ("dc-south", 1),
        ("dc-south", 2),
        ("dc-south", 3),
    ]
    assert holding(season, text_of(1)) == set()
    assert verify_all(books, kept).violations == ()


def test_a_request_of_a_deleted_week_is_answered_without_training(season: Season) -> None:
    season.deliver(3)
    with without_prefect():
        process_delivery("dc-north", 3, due(3))
        engine = season.books()
        delete(engine, LocalStore(season.home / "store"), (3,))
        engine.dispose()
        assert ["were deleted" in reason for reason in retrain(due(3))] == [True]
    assert season.events("model.skipped")[-1]["reason"].startswith("the data of dc-north week 3")


def test_bytes_other_weeks_rest_on_stay_until_the_last_of_them_goes(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    season.agree("east")
    season.deliver(3, week_rows("north", 1), vendor="east")  # the bytes north delivered for week 1
    with without_prefect():
        process_delivery("dc-east", 3, due(3))
    (done,) = delete(books, kept)
    assert [key.split("/")[0] for key in done.shared] == ["landed"]
    assert done.certificate is not None
    assert json.loads(kept.get(done.certificate))["kept_because_shared"] == list(done.shared)
    assert verify_all(books, kept).violations == ()
    (last,) = delete_data(books, kept, "dc-east", by=LEAD, reason=WHY, as_of=due(3))
    assert set(done.shared) < {one.key for one in last.objects}
    assert holding(season, text_of(1)) == set()
    assert verify_all(books, kept).violations == ()


def test_a_refused_delivery_s_bytes_go_with_its_week(season: Season, books: Engine, kept: LocalStore) -> None:
    season.deliver(1, week_rows("north", 1, hasty=9))  # conflicts with the one on the books
    with without_prefect():
        assert process_delivery("dc-north", 1, due(2)).state == "refused"
    assert len([key for key in holding(season, text_of(1)) if key.startswith("landed/")]) == 2
    assert verify_all(books, kept).notices != (), "nothing on the books names them"
    delete(books, kept)
    assert holding(season, text_of(1)) == set()
    assert verify_all(books, kept).notices == ()


def test_deleting_again_changes_nothing(season: Season, books: Engine, kept: LocalStore) -> None:
    delete(books, kept)
    before, stored = season.export(), season.stored()
    assert delete(books, kept) == ()
    assert (season.export(), season.stored()) == (before, stored)
    assert plan_deletion(books, kept, "dc-north").weeks == (2,), "a week that was never delivered stays open"


@pytest.mark.parametrize(("by", "reason"), [("", WHY), (LEAD, " ")])
def test_a_deletion_names_who_and_why(books: Engine, kept: LocalStore, by: str, reason: str) -> None:
    with pytest.raises(LedgerError, match="who orders it and why"):
        delete_data(books, kept, "dc-north", by=by, reason=reason, as_of=due(3))


def test_a_week_that_is_being_judged_and_an_unknown_contract_are_refused(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    contract = season.export()["contracts"][0]
    receive(books, "dc-north", 3, "d3", contract["digest"], "rules", due(3))
    stored = season.stored()
    with pytest.raises(TransitionError, match=r"week 3 is being judged \(received\)"):
        delete(books, kept, (1, 3))
    with pytest.raises(UnknownBatchError, match="dc-west has no week on the books"):
        delete_data(books, kept, "dc-west", by=LEAD, reason=WHY, as_of=due(3))
    assert season.stored() == stored


def test_books_that_change_while_the_deletion_is_prepared_stop_it(
    season: Season, books: Engine, kept: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = season.export()["contracts"][0]

    def meanwhile(engine: Engine, *given: object) -> Plan:
        plan = plan_deletion(engine, *given)  # type: ignore[arg-type]
        receive(engine, "dc-north", 1, "d9", contract["digest"], "other", due(3), replaces=contract["digest"])
        return plan

    monkeypatch.setattr("rampart.ledger.deletion.carry_out.plan_deletion", meanwhile)
    monkeypatch.setattr("rampart.ledger.batches._check_replaces", lambda *_: None)
    stored = season.stored()
    with pytest.raises(LedgerError, match=r"week 1 is being judged|the books changed"):
        delete(books, kept)
    assert (season.stored(), deletions(books)) == (stored, ())


def test_a_locked_object_refuses_the_whole_deletion_with_the_date(
    season: Season, books: Engine, kept: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = season.stored()
    until: Callable[..., object] = lambda _, key: due(9) if key.startswith("landed/") else None  # noqa: E731
    monkeypatch.setattr(LocalStore, "locked_until", until)
    with pytest.raises(DeliveryError, match="under object lock until 2026-03-09; nothing was deleted"):
        delete(books, kept)
    assert (season.stored(), deletions(books)) == (stored, ())


@pytest.mark.parametrize("at", ["begin", "delete 0", "delete 1", "delete 9", "json", "md", "done"])
def test_a_crash_at_any_step_is_finished_by_running_it_again_with_the_same_result(
    season: Season, books: Engine, kept: LocalStore, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    with monkeypatch.context() as patched:
        crash(patched, at)
        with pytest.raises(KeyboardInterrupt):
            delete(books, kept)
    begun = deletions(books)
    assert [gone.certificate for gone in begun] == ([] if at == "begin" else [None])
    report = verify_all(books, kept)
    assert report.violations == ()
    assert [gone.id for gone in report.unfinished] == [gone.id for gone in begun]
    (done,) = delete(books, kept)
    shaken = (season.export(), season.stored())
    assert verify_all(books, kept).violations == ()
    assert done.certificate in shaken[1]
    assert len(season.events("data.deletion_started")) == len(season.events("data.deleted")) == 1
    assert not {one.key for one in done.objects} & shaken[1].keys()
    assert {key for key in shaken[1] if key.startswith("certificates/")} == {
        done.certificate,
        str(done.certificate).replace(".json", ".md"),
    }


def crash(patched: pytest.MonkeyPatch, at: str) -> None:
    """Raise at one step: before an event, at the n-th removal, at one form of the certificate."""
    step, _, number = at.partition(" ")
    removed: list[str] = []
    delete_, put = LocalStore.delete, LocalStore.put_once

    def stop_at(name: str) -> None:
        if step == name:
            raise KeyboardInterrupt

    def remove(self: LocalStore, key: str) -> bool:
        if step == "delete" and len(removed) == int(number):
            raise KeyboardInterrupt
        removed.append(key)
        return delete_(self, key)

    def put_once(self: LocalStore, key: str, data: bytes) -> None:
        stop_at(key.rsplit(".", 1)[-1])
        put(self, key, data)

    def append_event(session: object, stream: str, kind: str, *rest: object) -> None:
        stop_at("begin" if kind == STARTED else "done")
        append_to_chain(session, stream, kind, *rest)  # type: ignore[arg-type]

    patched.setattr(LocalStore, "delete", remove)
    patched.setattr(LocalStore, "put_once", put_once)
    patched.setattr(carry_out, "append_event", append_event)


def test_an_object_that_is_back_after_its_certificate_is_a_violation(books: Engine, kept: LocalStore) -> None:
    stored = {one.key: kept.get(one.key) for one in plan_deletion(books, kept, "dc-north", (1,)).objects}
    (done,) = delete(books, kept)
    back = done.objects[0].key
    kept.put_once(back, stored[back])
    (found,) = verify_all(books, kept).violations
    assert found.problem == f"{back} is in the store, but its certificate says it is gone"


def test_a_certificate_that_was_changed_or_is_gone_is_a_violation(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    (done,) = delete(books, kept)
    path = season.home / "store" / str(done.certificate)
    path.write_bytes(path.read_bytes().replace(b"A. Lead", b"B. Lead"))
    (found,) = verify_all(books, kept).violations
    assert found.problem == f"{done.certificate} is not the certificate its event names"
    path.unlink()
    (found,) = verify_all(books, kept).violations
    assert found.problem == f"the certificate is not in the store ({done.certificate})"
