"""How tasks are tried again: what may pass by waiting is retried, what is wrong with the input is not."""

from typing import Any

from prefect import Task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun

from contracts.load import ContractError
from rampart.delivery.errors import DeliveryError, StoreTroubleError
from rampart.ledger.errors import LedgerError

# Object stores and databases are back within seconds or not for a long while (Prefect adds jitter).
RETRY_DELAYS_S = [1.0, 5.0, 20.0]
STAGE_TIMEOUT_S = 3600.0
HOPELESS = (ContractError, DeliveryError, LedgerError, ValueError, TypeError, KeyError)


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    failure = state.data if isinstance(state.data, BaseException) else None
    return isinstance(failure, StoreTroubleError) or not isinstance(failure, HOPELESS)


# Results stay in memory: what must outlive the process is in the object store and the ledger.
STAGE: dict[str, Any] = {
    "retries": len(RETRY_DELAYS_S),
    "retry_delay_seconds": RETRY_DELAYS_S,
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": _may_pass,
    "timeout_seconds": STAGE_TIMEOUT_S,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
