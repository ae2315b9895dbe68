"""The state of a home, read by Rampart's own means; not in `state`, for it loads what only a run needs."""

from rampart.delivery.store import sha256_of
from rampart.ledger.export import export_ledger
from rampart.ledger.verify import verify_books
from rampart.ledger.verify_store import verify_store
from simulator.crashes.state import State
from tasks.workspace import workspace


def state_now() -> State:
    """The state of the home that the settings name."""
    with workspace() as place:
        objects = {}
        for info in place.store.list(""):
            with place.store.open(info.key) as stream:
                objects[info.key] = sha256_of(stream)
        found = (*verify_books(place.books), *verify_store(place.books, place.store))
        return State(objects, export_ledger(place.books), tuple(f"{v.subject}: {v.problem}" for v in found))
