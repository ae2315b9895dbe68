"""Which backends there are. Each is imported when it is first asked for: scikit-learn alone takes seconds."""

from rampart.delivery.store import ObjectStore
from rampart.retrain.backend import Backend
from rampart.settings import Settings

BACKENDS = ("linear", "trl", "command")


def backend_named(name: str, store: ObjectStore, settings: Settings | None = None) -> Backend:
    """The backend called `name`, working on `store`.

    Args:
        name: as in `training.backend` of a contract.
        store: where results are kept.
        settings: say where and how programs train on this machine; default: those of the environment.

    Raises:
        ValueError: there is no such backend (the error lists those there are), or the trainers file is wrong.
    """
    if name == "linear":
        from rampart.retrain.linear.train import LinearBackend  # noqa: PLC0415 (see above)

        return LinearBackend(store)
    if name not in BACKENDS:
        raise ValueError(f"there is no training backend {name!r}; use one of: {', '.join(BACKENDS)}")
    from rampart.retrain.trainers_file import trainers  # noqa: PLC0415

    here = trainers(settings or Settings())
    if name == "trl":
        from rampart.retrain.trl.backend import TrlBackend  # noqa: PLC0415

        return TrlBackend(store, here.folder, here.place)
    from rampart.retrain.command.backend import CommandBackend  # noqa: PLC0415

    return CommandBackend(store, here.folder, here.command, here.scoring.score, here.place)
