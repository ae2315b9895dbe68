"""The evaluation sets a contract names: read anew for every judgement, and part of what it rests on."""

from collections.abc import Iterable

from prefect import task

from contracts.model import Contract
from quality.gates.evaluation.sets import EvaluationSetError, ReadSet, read_set
from rampart.delivery.errors import MissingObjectError, NotReadyError
from tasks.policy import STAGE
from tasks.workspace import Workspace

_FIX = "put it there, or say where the sets lie (RAMPART_EVALUATION_SETS), then run again"


@task(**STAGE)
def evaluation_sets(place: Workspace, contract: Contract) -> tuple[ReadSet, ...]:
    """`sets_named`, as a stage of a run."""
    return sets_named(place, contract)


def sets_named(place: Workspace, contract: Contract) -> tuple[ReadSet, ...]:
    """The sets of `gates.evaluation_sets`; none where the contract does not look for them.

    Raises `NotReadyError` where one is missing or cannot be read: it is ours, and no delivery is at fault.
    """
    terms = contract.gates
    if terms.evaluation_overlap == "allow":
        return ()
    return tuple(_read(place, one.name, one.path, one.fields) for one in terms.evaluation_sets)


def sets_to_keep_clear_of(place: Workspace, contracts: Iterable[Contract]) -> tuple[ReadSet, ...]:
    """Every set that any of `contracts` names: what no model may be trained on, however it is paid for.

    Raises `NotReadyError` as `sets_named` does.
    """
    named = {(one.name, one.path, one.fields) for terms in contracts for one in terms.gates.evaluation_sets}
    return tuple(_read(place, *one) for one in sorted(named))


def _read(place: Workspace, name: str, path: str, fields: tuple[str, ...]) -> ReadSet:
    problem = f"the evaluation set {name!r}, which gates.evaluation_sets names, cannot be read"
    if place.evaluation is None:
        raise NotReadyError(f"{problem}: nothing says where such sets lie", path, fix=_FIX)
    try:
        return read_set(name, path, place.evaluation.get(path), fields)
    except MissingObjectError as error:
        raise NotReadyError(f"{problem}: it is not there", place.evaluation.uri(path), fix=_FIX) from error
    except EvaluationSetError as error:
        raise NotReadyError(f"{problem} ({error})", place.evaluation.uri(path), fix="mend it") from error
