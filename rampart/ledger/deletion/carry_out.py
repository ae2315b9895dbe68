"""Carrying a deletion out: say it, do it, certify it. The only place that removes objects from a store.

First an event lists what is to go; from then on the weeks are closed, and a crash at any line is finished by
running the same command again. Then the objects go, then the certificate is published, and the last event
names its digest.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.delivery.errors import DeliveryError
from rampart.delivery.store import ObjectStore
from rampart.ledger.canonical import Json, digest, moment
from rampart.ledger.chain import append_event, contract_stream
from rampart.ledger.deletion.certificate import certificate_json, certificate_markdown, certificate_stem
from rampart.ledger.deletion.plan import Plan, must_be_unlocked, open_weeks, plan_deletion
from rampart.ledger.deletion.said import DONE, STARTED, Deletion, deletions, deletions_in
from rampart.ledger.engine import writing
from rampart.ledger.errors import LedgerError
from rampart.ledger.named import named_in_books


def delete_data(
    engine: Engine,
    store: ObjectStore,
    contract_id: str,
    wanted: Iterable[int] | None = None,
    *,
    by: str,
    reason: str,
    as_of: datetime,
) -> tuple[Deletion, ...]:
    """Delete the data of a contract's weeks (None: all of them) and give every deletion finished now.

    What was begun before and not finished is finished first, as it was ordered then. Of weeks that were
    deleted before goes what is there all the same, as a deletion of its own; weeks that were never delivered
    are left out. Where nothing is found nothing is written.

    Raises:
        LedgerError: nobody or nothing is named, a week is being judged, or the books changed meanwhile.
        DeliveryError: the store refuses, for example because an object is locked.
    """
    if not by.strip() or not reason.strip():
        raise LedgerError("a deletion names who orders it and why; give both --by and --reason")
    finished = finish_begun(engine, store, contract_id, as_of)
    plan = plan_deletion(engine, store, contract_id, wanted)
    if not plan.weeks:
        return finished
    must_be_unlocked(store, plan)
    _begin(engine, plan, by, reason, as_of)
    return (*finished, *finish_begun(engine, store, contract_id, as_of))


def finish_begun(
    engine: Engine, store: ObjectStore, contract_id: str, as_of: datetime
) -> tuple[Deletion, ...]:
    """Finish what was begun under a contract and give it, with certificates; nothing begun, nothing done."""
    begun = [gone for gone in deletions(engine, contract_id) if gone.certificate is None]
    for gone in begun:
        _finish(engine, store, gone, as_of)
    ids = {gone.id for gone in begun}
    return tuple(gone for gone in deletions(engine, contract_id) if gone.id in ids)


def _begin(engine: Engine, plan: Plan, by: str, reason: str, as_of: datetime) -> None:
    said: dict[str, Json] = {
        "weeks": plan.weeks,
        "by": by,
        "reason": reason,
        "objects": [asdict(one) for one in plan.objects],
        "shared": plan.shared,
        "models": plan.models,
    }
    said["deletion"] = digest([plan.contract_id, moment(as_of), plan.earlier, said])[:16]
    with writing(engine) as session:
        _must_be_as_seen(session, plan)
        append_event(session, contract_stream(plan.contract_id), STARTED, as_of, said)


def _must_be_as_seen(session: Session, plan: Plan) -> None:
    """Between looking and writing another worker may have taken a delivery in, or rest on the same bytes."""
    open_weeks(session, plan.contract_id, plan.weeks)  # refuses a week that is being judged
    same = frozenset(named_in_books(session)) == plan.seen
    if not same or len(deletions_in(session, plan.contract_id)) != plan.earlier:
        raise LedgerError(
            f"the books changed while the deletion of {plan.contract_id} was being prepared; nothing was "
            "deleted, run the command again"
        )


def _finish(engine: Engine, store: ObjectStore, gone: Deletion, as_of: datetime) -> None:
    versions = tuple(one.key for one in gone.objects if not store.delete(one.key))
    if left := [one.key for one in gone.objects if store.exists(one.key)]:
        raise DeliveryError(
            "the store said that it removed this object, but it is still there",
            store.uri(left[0]),
            fix="see what writes to the store beside Rampart, then run the command again",
        )
    data = certificate_json(gone, versions)
    stem = certificate_stem(gone, data)
    store.put_once(f"{stem}.json", data)
    store.put_once(f"{stem}.md", certificate_markdown(gone, versions))
    about: dict[str, Json] = {
        "deletion": gone.id,
        "weeks": gone.weeks,
        "certificate": f"{stem}.json",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    with writing(engine) as session:
        known = {found.id: found for found in deletions_in(session, gone.contract_id)}
        if known[gone.id].certificate is None:  # otherwise another worker finished it meanwhile
            append_event(session, contract_stream(gone.contract_id), DONE, as_of, about)
