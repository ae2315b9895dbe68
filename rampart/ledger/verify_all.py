"""Everything `rampart verify` checks, in one report. Nothing is repaired."""

from dataclasses import dataclass

from sqlalchemy import Engine

from rampart.delivery.store import ObjectInfo, ObjectStore
from rampart.ledger.deletion.said import Deletion
from rampart.ledger.verify import Violation, verify_books
from rampart.ledger.verify_money import verify_money
from rampart.ledger.verify_orphans import take_inventory
from rampart.ledger.verify_store import verify_store

SHOWN = 3  # orphans named in a sentence


@dataclass(frozen=True)
class Report:
    """What breaks an invariant, and what somebody should look at although it breaks none."""

    violations: tuple[Violation, ...]
    orphans: tuple[ObjectInfo, ...]
    unfinished: tuple[Deletion, ...]

    @property
    def notices(self) -> tuple[str, ...]:
        """The sentences on what breaks nothing."""
        found = [_of_deletion(gone) for gone in self.unfinished]
        return (*found, _of_orphans(self.orphans)) if self.orphans else tuple(found)


def verify_all(engine: Engine, store: ObjectStore) -> Report:
    """Books, published rows and stored objects, held against each other."""
    found = take_inventory(engine, store)
    broken = (
        *verify_books(engine),
        *verify_money(engine, store),
        *verify_store(engine, store),
        *found.violations,
    )
    return Report(tuple(dict.fromkeys(broken)), found.orphans, found.unfinished)


def _of_orphans(orphans: tuple[ObjectInfo, ...]) -> str:
    keys = ", ".join(info.key for info in orphans[:SHOWN])
    more = f" and {len(orphans) - SHOWN:,} more" if len(orphans) > SHOWN else ""
    size = sum(info.bytes for info in orphans)
    return (
        f"{len(orphans):,} objects ({size:,} bytes) are named by nothing: {keys}{more}. A crash or a refused "
        "delivery leaves such objects; while a run is going on they may be in the making"
    )


def _of_deletion(gone: Deletion) -> str:
    return (
        f"a deletion of {gone.contract_id} was begun on {gone.ordered_at:%Y-%m-%d} and not finished; finish "
        f"it with the same `rampart delete {gone.contract_id}`"
    )
