"""Which backends there are. Each is imported when it is first asked for: scikit-learn alone takes seconds."""

from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import Backend

BACKENDS = ("linear",)


def backend_named(name: str, store: ObjectStore) -> Backend:
    """The backend called `name`, working on `store`; `ValueError` lists the names there are."""
    if name == "linear":
        from rampart.retrain.linear.train import LinearBackend  # noqa: PLC0415 (see above)

        return LinearBackend(store)
    raise ValueError(f"there is no training backend {name!r}; use one of: {', '.join(BACKENDS)}")
