"""Rampart with a mistake put in, to see that the harness finds it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine
from sqlmodel import Session

import tasks.settle
from rampart.delivery.local_store import LocalStore
from rampart.delivery.local_writing import Copy
from rampart.ledger import batches, settlement
from rampart.ledger.batch_rows import find, key_of
from rampart.ledger.chain import append_event
from rampart.ledger.claims import Claim
from rampart.ledger.engine import writing
from rampart.ledger.outbox import announce_accepted
from rampart.ledger.outcome import Settlement
from rampart.ledger.tables import Batch

Later = Callable[[Session], None]


def outbox_after_the_settlement() -> None:
    """The retraining is asked for in a second transaction, after the settlement's."""

    def deferred(later: list[Later]) -> Callable[..., None]:
        def announce(_session: Session, batch: Batch, program: str, accepted: int, as_of: datetime) -> None:
            key = key_of(batch)
            later.append(
                lambda session: announce_accepted(session, find(session, key), program, accepted, as_of)
            )

        return announce

    _settle_in_two(settlement, "announce_accepted", deferred)


def event_after_the_settlement() -> None:
    """The events of a settlement are appended in a transaction of their own, after the settlement's."""

    def deferred(later: list[Later]) -> Callable[..., None]:
        return lambda _session, *about: later.append(lambda session: append_event(session, *about))

    _settle_in_two(batches, "append_event", deferred)


def publish_in_place() -> None:
    """A local object is written under its final name, byte by byte, instead of being linked there whole."""

    def write(store: LocalStore, key: str, copy: Copy) -> None:
        target = Path(unquote(urlsplit(store.uri(key)).path))
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            with target.open("wb") as stream:
                stream.write(copy.path.read_bytes())

    setattr(LocalStore, "_link", write)  # noqa: B010 (its type is another's business)


MUTANTS: dict[str, Callable[[], None]] = {
    made.__name__: made
    for made in (outbox_after_the_settlement, event_after_the_settlement, publish_in_place)
}


def _settle_in_two(module: Any, name: str, deferred: Callable[[list[Later]], Callable[..., None]]) -> None:
    whole = settlement.settle

    def settle(engine: Engine, claim: Claim, found: Settlement, as_of: datetime, **more: bool) -> None:
        later: list[Later] = []
        with patch.object(module, name, deferred(later)):
            whole(engine, claim, found, as_of, **more)
        with writing(engine) as session:
            for write in later:
                write(session)

    setattr(tasks.settle, "settle", settle)  # noqa: B010 (it is imported there, not exported)
