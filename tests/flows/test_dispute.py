"""What a vendor contests and a person reinstates is kept, priced and trained on; what is upheld is not."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from flows.backfill import backfill
from flows.outcome import UnfinishedRoundError
from flows.process_delivery import process_delivery
from flows.reconcile import reconcile
from flows.rejudge import rejudge
from flows.weekly import weekly
from rampart.delivery.dispute_file import DisputeError
from rampart.delivery.errors import StoreTroubleError
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import BatchRow, current_batch
from rampart.ledger.deletion.carry_out import delete_data
from rampart.ledger.disputes import Dispute, Ruling
from rampart.ledger.errors import DeliveryConflictError, DisputeStateError, UnknownBatchError
from rampart.ledger.outbox import pending
from rampart.ledger.verify_all import verify_all
from simulator.season import Season, amending, due, row, week_rows
from tasks.dispute import contests, rule, take_dispute
from tasks.workspace import Workspace, workspace

CONTRACT = "dc-north"
HASTY = [f"north-1-{number}" for number in range(4)]
LATER = due(1) + timedelta(days=2)


@pytest.fixture
def place(judged: Season) -> Iterator[Workspace]:  # noqa: ARG001 (its settings are in force)
    with workspace() as opened:
        yield opened


def lines(*record_ids: str) -> bytes:
    return "".join(
        json.dumps({"record_id": one, "claim": "it is right"}) + "\n" for one in record_ids
    ).encode()


def contest(place: Workspace, *record_ids: str, week: int = 1) -> Dispute:
    return take_dispute(place, CONTRACT, week, lines(*record_ids), "d.jsonl", LATER)


def ruled(place: Workspace, dispute: Dispute, ruling: Ruling) -> None:
    rule(place, CONTRACT, 1, dispute.dispute_id, ruling, "Ada", "seen", LATER)


def batch(place: Workspace) -> BatchRow:
    found = current_batch(place.books, CONTRACT, 1)
    assert found is not None
    return found


def ids(place: Workspace, name: str) -> list[Any]:
    rows = stored_rows(place.store, batch(place).artefacts)
    found: list[Any] = (rows.accepted() if name == "accepted" else rows.discarded())["record_id"].to_pylist()
    return found


def counted(season: Season) -> list[tuple[int, str, int, int, str]]:
    """(revision, state, accepted, discarded, billed) of each revision of the first week."""
    return [
        (
            b["revision"],
            b["state"],
            sum(file["accepted"] for file in b["files"]),
            sum(file["discarded"] for file in b["files"]),
            f"{sum(line['amount_minor'] for line in b['money']) / 100:.2f}",
        )
        for b in season.export()["batches"]
        if b["week"] == 1
    ]


def test_reinstated_records_are_kept_and_paid_for_in_a_new_revision(place: Workspace, judged: Season) -> None:
    assert counted(judged) == [(1, "accepted", 36, 4, "12.60")]
    dispute = contest(place, HASTY[2], HASTY[0])
    ruled(place, dispute, "reinstated")
    assert rejudge() == ("dc-north week 1: accepted",)
    assert rejudge() == ()
    assert counted(judged) == [(1, "superseded", 36, 4, "12.60"), (2, "accepted", 38, 2, "13.30")]
    assert (ids(place, "discarded"), HASTY[0] in ids(place, "accepted")) == ([HASTY[1], HASTY[3]], True)
    assert HASTY[2] in stored_rows(place.store, batch(place).artefacts).kept_keys()["record_id"].to_pylist()
    assert batch(place).as_of == LATER
    assert verify_all(place.books, place.store).violations == ()


def test_upheld_discards_stay_and_nothing_is_judged_anew(place: Workspace, judged: Season) -> None:
    before = counted(judged)
    ruled(place, contest(place, *HASTY), "upheld")
    assert rejudge() == ()
    assert process_delivery(CONTRACT, 1, LATER, from_books=True).changed is False
    assert counted(judged) == before


def test_a_second_ruling_adds_to_the_first_in_either_order(place: Workspace, judged: Season) -> None:
    first, second = contest(place, HASTY[0]), contest(place, HASTY[1], HASTY[2])
    ruled(place, second, "reinstated")
    rejudge()
    ruled(place, first, "reinstated")
    rejudge()
    assert [one[2:] for one in counted(judged)] == [(36, 4, "12.60"), (38, 2, "13.30"), (39, 1, "13.65")]


@pytest.mark.parametrize(
    "round_", [lambda: weekly(LATER), lambda: reconcile(LATER)], ids=["weekly", "reconcile"]
)
def test_the_rounds_answer_a_ruling_and_train_on_what_is_reinstated(
    place: Workspace, judged: Season, round_: Any
) -> None:
    ruled(place, contest(place, *HASTY), "reinstated")
    round_()
    assert counted(judged)[-1] == (2, "accepted", 40, 0, "14.00")
    assert pending(place.books, "dispute.reinstated", "batch.accepted") == ()
    assert [model["revision"] for model in judged.export()["models"]] == [1, 2]


def test_a_reinstatement_holds_under_every_version(place: Workspace, judged: Season) -> None:
    ruled(place, contest(place, HASTY[0]), "reinstated")
    rejudge()
    judged.agree(at=LATER, version="1.1.0", min_duration_s=200,
                 amendment=amending("gates.min_duration_s", effective="2026-01-19"))  # fmt: skip
    backfill(CONTRACT, 1, 1, LATER, under="1.1.0")
    assert ids(place, "accepted") == [HASTY[0]]


def test_a_ruling_is_judged_under_the_version_that_judged_last(place: Workspace, judged: Season) -> None:
    judged.agree(at=LATER, version="1.1.0", min_duration_s=200,
                 amendment=amending("gates.min_duration_s", effective="2026-01-19"))  # fmt: skip
    backfill(CONTRACT, 1, 1, LATER, under="1.1.0")
    ruled(place, contest(place, "north-1-7"), "reinstated")
    rejudge()
    assert ids(place, "accepted") == ["north-1-7"]


def test_a_redelivery_is_judged_without_what_was_reinstated_before(place: Workspace, judged: Season) -> None:
    ruled(place, contest(place, *HASTY), "reinstated")
    first = batch(place).delivery_id
    judged.deliver(1, week_rows("north", 1, hasty=6), replaces=first)
    process_delivery(CONTRACT, 1, LATER)
    assert rejudge() == ()
    assert pending(place.books, "dispute.reinstated") == ()
    assert ids(place, "discarded") == [*HASTY, "north-1-4", "north-1-5"]


@pytest.mark.parametrize(
    ("record_ids", "said"),
    [
        (("north-1-9",), "no discarded record has the id 'north-1-9'"),
        ((HASTY[0], "nobody"), "no discarded record has the id 'nobody'"),
    ],
)
def test_only_discards_are_contested(place: Workspace, record_ids: tuple[str, ...], said: str) -> None:
    with pytest.raises(DisputeError, match=said):
        contest(place, *record_ids)


def test_an_id_that_names_two_discards_names_neither(plain: Season) -> None:
    plain.agree()
    rows = week_rows("north", 1)
    plain.deliver(1, [*rows, rows[0]])
    weekly(due(1))
    with (
        workspace() as place,
        pytest.raises(DisputeError, match="2 discarded records have the id 'north-1-0'"),
    ):
        contest(place, HASTY[0])


def test_the_same_file_is_one_dispute_also_after_its_ruling(place: Workspace) -> None:
    dispute = contest(place, HASTY[0])
    ruled(place, dispute, "reinstated")
    rejudge()
    assert contest(place, HASTY[0]).ruling == "reinstated"
    with pytest.raises(DisputeError, match="no discarded record"):
        contest(place, HASTY[0], HASTY[1])


def test_weeks_without_a_verdict_are_not_contested(place: Workspace) -> None:
    with pytest.raises(UnknownBatchError, match="week 3 is not on the books"):
        contest(place, HASTY[0], week=3)
    with pytest.raises(DisputeStateError, match="is expected, not judged"):
        contest(place, HASTY[0], week=2)


def test_a_deleted_week_takes_its_disputes_with_it(place: Workspace) -> None:
    dispute = contest(place, HASTY[0])
    ruled(place, dispute, "reinstated")
    delete_data(place.books, place.store, CONTRACT, by="Ada", reason="asked to", as_of=LATER)
    assert not place.store.exists(dispute.object_key)
    with pytest.raises(DeliveryConflictError, match="were deleted"):
        contest(place, HASTY[1])
    assert rejudge() == ()
    assert pending(place.books, "dispute.reinstated") == ()
    assert verify_all(place.books, place.store).violations == ()


def test_a_judgement_that_fails_is_asked_for_again(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(place, contest(place, HASTY[0]), "reinstated")

    def away(*_: object, **__: object) -> None:
        raise StoreTroubleError("the store is away", "store", fix="wait")

    with monkeypatch.context() as patched:
        patched.setattr("tasks.records.read_and_judge", away)
        with pytest.raises(UnfinishedRoundError, match="the store is away"):
            rejudge()
    (asked,) = pending(place.books, "dispute.reinstated")
    assert (asked.attempts, asked.resting) == (1, True)
    assert rejudge(patient=True) == ()
    assert rejudge() == ("dc-north week 1: accepted",)


def test_an_object_of_a_dispute_that_is_gone_is_named(place: Workspace) -> None:
    dispute = contest(place, HASTY[0])
    place.store.delete(dispute.object_key)
    (found,) = verify_all(place.books, place.store).violations
    assert f"the file of {dispute} is not in the store" in str(found)


def test_what_another_week_was_paid_for_is_not_reinstated(place: Workspace, judged: Season) -> None:
    ours, dispute = row("north", 2, 1), contest(place, HASTY[0], HASTY[1])
    redone = [{**row("north", 2, number), "id": f"north-1-{number}"} for number in range(4)]
    judged.deliver(2, [*redone, ours, *(row("north", 2, number) for number in range(5, 40))])
    weekly(due(2))
    with pytest.raises(DisputeError, match=r"record 'north-1-0' .* elsewhere already, under its id"):
        ruled(place, dispute, "reinstated")
    with pytest.raises(DisputeError, match="2 of the contested records are such"):
        contest(place, HASTY[2], HASTY[3])
    ruled(place, dispute, "upheld")


def test_a_judgement_that_was_delivered_again_meanwhile_is_not_paid_for_twice(
    place: Workspace, judged: Season
) -> None:
    ruled(place, contest(place, HASTY[0]), "reinstated")
    again = [{**row("north", 2, 0), "id": HASTY[0]}]
    judged.deliver(2, again + [row("north", 2, number) for number in range(1, 40)])
    process_delivery(CONTRACT, 2, due(2))
    with pytest.raises(UnfinishedRoundError, match=r"week 1: .*already"):
        rejudge()
    assert [one[2] for one in counted(judged)] == [36]
    assert pending(place.books, "dispute.reinstated")[0].attempts == 1


def test_equal_judgements_are_not_reinstated_together(plain: Season) -> None:
    plain.agree()
    rows = week_rows("north", 1)
    plain.deliver(1, [*rows, {**rows[0], "id": "again"}])
    weekly(due(1))
    with workspace() as place:
        with pytest.raises(DisputeError, match="or as the same judgement"):
            contest(place, HASTY[0], "again")
        ruled(place, contest(place, HASTY[0]), "reinstated")
        with pytest.raises(DisputeError, match=r"'again' .* already"):
            contest(place, "again")


def test_a_twin_of_an_accepted_record_is_not_reinstated(plain: Season) -> None:
    plain.agree()
    rows = week_rows("north", 1)
    plain.deliver(1, [*rows, {**rows[9], "id": "twin"}])
    weekly(due(1))
    with workspace() as place, pytest.raises(DisputeError, match=r"'twin' .* already"):
        contest(place, "twin")


def test_a_backfill_that_came_first_stands(
    place: Workspace, judged: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    ruled(place, contest(place, HASTY[0]), "reinstated")
    judged.agree(at=LATER, version="1.1.0", min_duration_s=0,
                 amendment=amending("gates.min_duration_s", effective="2026-01-19"))  # fmt: skip

    def later(*given: Any, **more: Any) -> Any:
        backfill(CONTRACT, 1, 1, LATER, under="1.1.0")
        return process_delivery(*given, **more)

    with monkeypatch.context() as patched:
        patched.setattr("flows.rejudge.process_delivery", later)
        assert rejudge() == ()
    assert rejudge() == ("dc-north week 1: accepted",)
    assert [one[:3] for one in counted(judged)] == [(1, "superseded", 36), (2, "accepted", 40)]


def test_one_request_that_fails_does_not_hold_up_the_others(
    place: Workspace, judged: Season, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged.agree("south")
    judged.deliver(1, vendor="south")
    process_delivery("dc-south", 1, due(1))
    ruled(place, contest(place, HASTY[0]), "reinstated")
    taken = take_dispute(place, "dc-south", 1, lines("south-1-0"), "d.jsonl", LATER)
    rule(place, "dc-south", 1, taken.dispute_id, "reinstated", "Ada", "seen", LATER)

    def north_fails(contract_id: str, *given: Any, **more: Any) -> Any:
        if contract_id == CONTRACT:
            raise OSError("no space left on device")
        return process_delivery(contract_id, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr("flows.rejudge.process_delivery", north_fails)
        with pytest.raises(UnfinishedRoundError, match="dc-north week 1: no space left"):
            rejudge()
    assert [row.contract_id for row in pending(place.books, "dispute.reinstated")] == [CONTRACT]


def test_a_dispute_is_shown_with_reasons_and_claims(place: Workspace) -> None:
    dispute = contest(place, HASTY[1], HASTY[0])
    shown = [(one.record_id, one.reasons, one.claim) for one in contests(place, dispute)]
    assert shown == [(name, ("too_fast",), "it is right") for name in (HASTY[1], HASTY[0])]
    ruled(place, dispute, "reinstated")
    rejudge()
    assert [one.reasons for one in contests(place, dispute)] == [(), ()]
