"""What is broken or missing on our side is never booked as the vendor's: the run says what to do."""

from collections.abc import Callable

import pytest

from flows.backfill import backfill
from flows.outcome import UnfinishedRoundError
from flows.process_delivery import process_delivery
from flows.weekly import weekly
from rampart.delivery.errors import DamagedReadError
from rampart.ledger.verify_all import verify_all
from simulator.season import Season, amending, contract_text, due
from tasks.workspace import put_in_force, workspace

CONTRACT = "dc-north"
BLAME = ("delivery.refused", "batch.late")


def flipped(season: Season) -> None:
    (landed,) = (season.home / "store" / "landed").rglob("*/*/*")
    landed.write_bytes(b"X" + landed.read_bytes()[1:])


def gone(season: Season) -> None:
    (landed,) = (season.home / "store" / "landed").rglob("*/*/*")
    landed.unlink()


def blamed(season: Season) -> list[object]:
    return [said for kind in BLAME for said in season.events(kind) if said["week"] == 1]


def test_a_damaged_landed_copy_fails_the_landing_of_the_same_bytes(judged: Season) -> None:
    flipped(judged)
    with pytest.raises(DamagedReadError, match=r"not hold the bytes its name stands for.* Fix: restore"):
        process_delivery(CONTRACT, 1, due(1))
    assert blamed(judged) == []


@pytest.mark.parametrize(
    ("fault", "said"), [(flipped, "is not what was landed"), (gone, "the landed copy of rows.jsonl is gone")]
)
def test_a_landed_copy_that_is_damaged_or_gone_fails_the_backfill(
    judged: Season, fault: Callable[[Season], None], said: str
) -> None:
    judged.agree(at=due(1), version="1.1.0", min_duration_s=0,
                 amendment=amending("gates.min_duration_s", effective="2026-01-19"))  # fmt: skip
    fault(judged)
    with pytest.raises(DamagedReadError, match=said):
        backfill(CONTRACT, 1, 1, due(2), under="1.1.0")
    assert blamed(judged) == []


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (None, r"is not in the store.* \(rampart work-order small 1 FILE\), then run again"),
        (b"{", "the work order of week 1 is not what was registered"),
    ],
)
def test_a_work_order_that_is_missing_or_broken_fails_the_round(
    plain: Season, order: bytes | None, said: str
) -> None:
    lineage = "      on_policy: {lineage: work_order}\n"
    terms = contract_text(amendment=lineage).replace(
        "          record_id: id\n", "          record_id: id\n          work_order_item: item\n"
    )
    with workspace() as place:
        put_in_force(terms.encode(), "north.odcs.yaml", place, due(0))
        if order is not None:
            place.store.put_once("work-orders/small/week-01.jsonl", order)
    plain.deliver(1)
    with pytest.raises(UnfinishedRoundError, match=f"dc-north week 1: .*{said}"):
        weekly(due(1))
    assert blamed(plain) == []
    assert plain.batches()[0] == (CONTRACT, 1, 1, "expected")


PUBLISHED = (
    "landed/*/*/*",
    "batches/*/*/*",
    "packs/*/*/*",
    "models/*/*",
    "datasets/*.parquet",
    "contracts/*",
)


@pytest.mark.parametrize("pattern", [*PUBLISHED, "notifications/*"])
def test_a_flipped_byte_anywhere_is_found_by_verify(judged: Season, pattern: str) -> None:
    with workspace() as place:
        assert verify_all(place.books, place.store).violations == ()
        for path in sorted((judged.home / "store").glob(pattern)):
            whole = path.read_bytes()
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if whole else b"no more empty")
            found = verify_all(place.books, place.store).violations
            path.write_bytes(whole)
            assert found, path
