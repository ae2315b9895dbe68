"""The state of a home, read by Rampart's own means; not in `state`, for it loads what only a run needs."""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory

from rampart.delivery.local_store import LocalStore
from rampart.ledger.export import export_ledger
from rampart.ledger.verify import verify_books
from rampart.ledger.verify_store import verify_store
from simulator.crashes.stacks import MEMORY
from simulator.crashes.state import State
from tasks.workspace import workspace


def state_now() -> State:
    """The state of the home that the settings name. Each object is read once, and verified in a copy."""
    with workspace() as place, TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        copy, objects = LocalStore(Path(folder)), {}
        for info in place.store.list(""):
            data = place.store.get(info.key)
            copy.put_once(info.key, data)
            objects[info.key] = hashlib.sha256(data).hexdigest()
        found = (*verify_books(place.books), *verify_store(place.books, copy))
        return State(objects, export_ledger(place.books), tuple(f"{v.subject}: {v.problem}" for v in found))
