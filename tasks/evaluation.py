"""The evaluation sets and benchmarks a contract names: read anew for every judgement and every training."""

from collections.abc import Iterable

from prefect import task

from contracts.model import Contract
from quality.gates.evaluation.sets import EvaluationSetError, ReadSet, read_set
from rampart.delivery.errors import MissingObjectError, NotReadyError
from rampart.retrain.evaluation.benchmarks.every import BenchmarkFile, as_set, must_be_read
from rampart.retrain.evaluation.benchmarks.rows import BenchmarkError
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
    """Every set and benchmark that any of `contracts` names: what no model may be trained on.

    Raises `NotReadyError` as `sets_named` does.
    """
    terms = tuple(contracts)
    named = {(one.name, one.path, one.fields) for each in terms for one in each.gates.evaluation_sets}
    run = {(one.name, one.path) for each in terms for one in each.training.benchmarks}
    return (
        *(_read(place, *one) for one in sorted(named)),
        *(as_set(_benchmark(place, *one)) for one in sorted(run)),
    )


def benchmarks_named(place: Workspace, contract: Contract) -> tuple[BenchmarkFile, ...]:
    """The files of `training.benchmarks`, each known to be what it is said to be.

    Raises `NotReadyError` where one is missing or is no such benchmark.
    """
    return tuple(_benchmark(place, one.name, one.path) for one in contract.training.benchmarks)


def _benchmark(place: Workspace, name: str, path: str) -> BenchmarkFile:
    problem = f"the benchmark {name}, which training.benchmarks names, cannot be read"
    uri, payload = _payload(place, path, problem)
    file = BenchmarkFile(name, path, payload)
    try:
        must_be_read(file)
    except BenchmarkError as error:
        raise NotReadyError(f"{problem} ({error})", uri, fix="mend it") from error
    return file


def _read(place: Workspace, name: str, path: str, fields: tuple[str, ...]) -> ReadSet:
    problem = f"the evaluation set {name!r}, which gates.evaluation_sets names, cannot be read"
    uri, payload = _payload(place, path, problem)
    try:
        return read_set(name, path, payload, fields)
    except EvaluationSetError as error:
        raise NotReadyError(f"{problem} ({error})", uri, fix="mend it") from error


def _payload(place: Workspace, path: str, problem: str) -> tuple[str, bytes]:
    """The file at `path` below the folder of evaluation sets: its address and its bytes."""
    if place.evaluation is None:
        raise NotReadyError(f"{problem}: nothing says where such sets lie", path, fix=_FIX)
    try:
        return place.evaluation.uri(path), place.evaluation.get(path)
    except MissingObjectError as error:
        raise NotReadyError(f"{problem}: it is not there", place.evaluation.uri(path), fix=_FIX) from error
