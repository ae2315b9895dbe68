"""Feedback packs → where the contract says: byte for byte as in our store, whole or not at all."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from prefect import get_run_logger, task

from contracts.model import Contract
from rampart.delivery.errors import DeliveryError, MissingObjectError
from rampart.delivery.store import ObjectStore
from rampart.ledger.claims import this_worker
from rampart.ledger.deletion.said import deletion_of
from rampart.ledger.outbox import OutboxRow, mark_done, pending
from rampart.ledger.read import batch_detail
from rampart.ledger.turns import Turn, give_up, take
from rampart.settings import Settings
from tasks.policy import STAGE
from tasks.settle import PACK
from tasks.workspace import Workspace, drop_there, terms_of

LISTING = "pack.json"  # written last: where it lies, the pack is whole


@dataclass(frozen=True)
class HandedOver:
    """The packs that were written to their vendors, and those that failed so often that it is odd."""

    packs: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()


@task(**STAGE)
def hand_over_packs(place: Workspace) -> HandedOver:
    """Write every pack that waits to the place its contract names (`feedback.to`).

    One that fails holds up no other, and no verdict: it rests and is tried again for ever. What is written
    twice is the same bytes under the same names.
    """
    done = []
    for row in pending(place.books, "feedback.ready"):
        turn = None if row.resting else take(place.books, row.id, this_worker(), place.lease_s)
        if turn and _handed_over(place, row, turn):
            mark_done(place.books, row.id)
            done.append(f"{row.contract_id} week {row.week}, revision {row.revision}")
    left = (row for row in pending(place.books, "feedback.ready") if row.stuck)
    stuck = tuple(f"{row}: {row.last_error} ({row.attempts} tries)" for row in left)
    for said in stuck:
        get_run_logger().error("a pack cannot be written: %s", said)
    return HandedOver(tuple(done), stuck)


def _handed_over(place: Workspace, row: OutboxRow, turn: Turn) -> bool:
    """Write one pack; a failure is noted on the row. A pack whose week was deleted since goes nowhere."""
    try:
        if not deletion_of(place.books, row.contract_id, row.week):
            _write(place, row)
    except (DeliveryError, OSError) as error:
        get_run_logger().warning("%s was not written: %s", row, error)
        said = (
            str(error) if isinstance(error, DeliveryError) else f"the place failed ({type(error).__name__})"
        )
        give_up(place.books, turn, said)
        return False
    return True


def _write(place: Workspace, row: OutboxRow) -> None:
    detail = batch_detail(place.books, row.contract_id, row.week, row.revision)
    target = _target(terms_of(detail.batch.contract_digest, place))
    if target is None:
        return
    folder = f"{row.contract_id}/week-{row.week:02d}/revision-{row.revision}"
    files = []
    for name, key in sorted(detail.artefacts.items()):
        if name.startswith(PACK):
            data = place.store.get(key)
            named = name.removeprefix(PACK)
            target.put_once(f"{folder}/{named}", data)
            files.append({"name": named, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    about = {"contract_id": row.contract_id, "week": row.week, "revision": row.revision, "files": files}
    target.put_once(f"{folder}/{LISTING}", (json.dumps(about, indent=1, sort_keys=True) + "\n").encode())


def _target(contract: Contract) -> ObjectStore | None:
    """The place the contract names. A folder must be there: of a disk that is not mounted none is made."""
    to = contract.feedback.to
    if to is None:
        return None
    if to.startswith("/") and not Path(to).is_dir():
        fix = "make the folder, or mount what it lies on; the pack is written at the next round"
        raise MissingObjectError("there is no such folder to write feedback packs to", to, fix=fix)
    return drop_there(to, Settings())
