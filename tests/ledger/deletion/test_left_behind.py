"""What work that is going on during a deletion leaves behind: seen, and reached by deleting again."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import Engine

import flows.process_delivery
import tasks.intake
import tasks.retrain
from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.delivery.landing import Landed, LandedFile, land, landed_key
from rampart.delivery.listings import listing_address
from rampart.delivery.local_store import LocalStore
from rampart.delivery.tables import batch_prefix, pack_prefix, publish_bytes
from rampart.ledger.deletion.said import Deletion, deletions
from rampart.ledger.verify_all import verify_all
from rampart.retrain.run import NothingToTrain, RetrainOutcome
from rampart.retrain.run import retrain as train
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect
from tests.ledger.deletion.deleting import delete, holding, text_of


def test_what_is_left_in_a_closed_week_is_a_violation_until_deleting_again_takes_it(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    delete(books, kept)
    left = leave_behind(kept)
    report = verify_all(books, kept)
    assert {found.problem.split(" ")[0] for found in report.violations} == left
    assert {(found.invariant, found.subject) for found in report.violations} == {(4, "dc-north week 1")}
    assert all("`rampart delete dc-north --weeks 1`" in found.problem for found in report.violations)
    assert [info.key for info in report.orphans] == ["datasets/ab12.json"], "said once, as what it is"
    (done,) = delete(books, kept)
    assert ({one.key for one in done.objects}, done.weeks) == (left, (1,))
    assert done.certificate is not None and kept.exists(done.certificate)
    assert not left & season.stored().keys()
    assert (verify_all(books, kept).violations, verify_all(books, kept).notices) == ((), ())
    assert len(season.events("data.deletion_started")) == len(season.events("data.deleted")) == 2
    with without_prefect():
        assert str(deletions(books)[0].certificate) in process_delivery("dc-north", 1, due(3)).reason
    assert delete(books, kept) == ()


def leave_behind(kept: LocalStore) -> set[str]:
    """What work that was going on during a deletion of north's week 1 publishes after it; gives the keys."""
    digest = hashlib.sha256(b"redelivered").hexdigest()
    landed = landed_key(digest)
    kept.put_once(landed, b"redelivered")
    file = LandedFile("rows.jsonl", digest, 11, 1, landed)
    manifest = {"batches": [{"contract_id": f"dc-{vendor}", "week": 1} for vendor in ("north", "south")]}
    kept.put_once(listing_address("dc-north", 1, "d9"), json.dumps([asdict(file)]).encode())
    kept.put_once("datasets/ab12.json", json.dumps(manifest).encode())
    kept.put_once("datasets/ab12.parquet", b"pairs of both")
    return {
        landed,
        "datasets/ab12.parquet",
        publish_bytes(kept, pack_prefix("dc-north", 1), "summary", "md", b"# pack"),
        publish_bytes(kept, batch_prefix("dc-north", 1), "accepted", "parquet", b"rows"),
    }


def test_the_same_object_back_again_is_deleted_under_a_certificate_of_its_own(
    books: Engine, kept: LocalStore
) -> None:
    certificates = [delete(books, kept)[0].certificate]
    for _ in range(2):
        left = leave_behind(kept)
        (done,) = delete(books, kept)
        certificates.append(done.certificate)
        assert not any(kept.exists(key) for key in left)
    assert len(set(certificates)) == 3
    assert verify_all(books, kept).violations == ()


def test_verify_says_so_where_it_cannot_tell_what_is_left(books: Engine, kept: LocalStore) -> None:
    delete(books, kept)
    kept.put_once("datasets/ab12.json", b"{")
    (found,) = verify_all(books, kept).violations
    assert "cannot be told: " in found.problem
    assert "datasets/ab12.json: not the manifest of a training set" in found.problem


@pytest.mark.parametrize("when", ["before its training set is published", "before it is booked"])
def test_a_training_during_which_a_week_is_deleted_is_done_anew_without_it(
    season: Season, books: Engine, kept: LocalStore, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    season.deliver(3)
    done: list[Deletion] = []

    def meanwhile(*given: Any, **named: Any) -> RetrainOutcome | NothingToTrain:
        outcome = None if when.endswith("published") else train(*given, **named)
        if not done:
            done.extend(delete(books, kept))
        return outcome or train(*given, **named)

    monkeypatch.setattr(tasks.retrain, "retrain", meanwhile)
    with without_prefect():
        process_delivery("dc-north", 3, due(3))
        assert len(retrain(due(3))) == 1
    newest = season.export()["models"][-1]
    used = json.loads(kept.get(f"datasets/{newest['data_digest']}.json"))["batches"]
    assert ("dc-north", 3) in [(batch["contract_id"], batch["week"]) for batch in used]
    assert ("dc-north", 1) not in [(batch["contract_id"], batch["week"]) for batch in used]
    assert not any(newest["run_id"][:12] in model for model in done[0].models)
    left = {key for key in holding(season, text_of(1)) if key.startswith("datasets/")}
    assert len(left) == (1 if when.endswith("published") else 0)
    assert {found.problem.split(" ")[0] for found in verify_all(books, kept).violations} == left
    delete(books, kept)
    assert holding(season, text_of(1)) == set()
    assert verify_all(books, kept).violations == ()


def test_a_redelivery_that_lands_while_its_week_is_deleted_is_refused_unread_and_can_be_deleted(
    season: Season, books: Engine, kept: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = season.export()["batches"][0]["delivery_id"]
    season.deliver(1, week_rows("north", 1, hasty=9), replaces=replaced)

    def meanwhile(*given: Any) -> Landed:
        delete(books, kept)
        return land(*given)

    monkeypatch.setattr(tasks.intake, "land", meanwhile)
    monkeypatch.setattr(flows.process_delivery, "read_inputs", lambda *_: pytest.fail("it was read"))
    with without_prefect():
        outcome = process_delivery("dc-north", 1, due(2))
    assert (outcome.state, "were deleted on" in outcome.reason) == ("refused", True)
    left = holding(season, text_of(1))
    assert [key.split("/")[0] for key in left] == ["landed"]
    assert {found.problem.split(" ")[0] for found in verify_all(books, kept).violations} == left
    (done,) = delete(books, kept)
    assert {one.key for one in done.objects} == left
    assert (holding(season, text_of(1)), verify_all(books, kept).violations) == (set(), ())


def test_packs_lie_by_contract_and_those_of_a_try_that_died_go_with_the_week(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    packs = [key.split("/") for key in season.stored() if key.startswith("packs/")]
    assert {name for _, name, *_ in packs} == {"dc-north", "dc-south"}, "a vendor may have two contracts"
    never_settled = publish_bytes(kept, pack_prefix("dc-north", 1), "summary", "md", b"# of a try that died")
    (done,) = delete(books, kept)
    assert never_settled in {one.key for one in done.objects}
    assert [key for key in season.stored() if key.startswith("packs/dc-north/week-01/")] == []
    assert verify_all(books, kept).violations == ()
