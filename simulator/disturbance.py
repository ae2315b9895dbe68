"""One walk under a fault, then as often as needed without it: what was said meanwhile, and how it ended."""

import io
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, redirect_stderr
from dataclasses import dataclass, replace
from unittest.mock import patch

from contracts.load import ContractError
from flows.outcome import Outcome
from rampart.cli.app import main
from rampart.ledger.errors import LedgerError
from rampart.ledger.states import ACCEPTED
from simulator.stacks import Ending, Place, strangers

RERUNS = 3
LEASE_S = 3.0  # of a claim: it outlasts a walk, and can be waited for when a fault keeps it from its end
Struck = Callable[[], int]  # how often a fault has happened so far
FaultOnHand = Callable[[], AbstractContextManager[Struck]]  # entered, it lasts; it says how often it struck


@dataclass(frozen=True)
class Disturbed:
    """What a fault did to a walk.

    Attributes:
        struck: how often the fault happened; 0 says that the walk never met it, and that nothing was tried.
        error: the class of the exception that ended the disturbed walk; "" when it came through.
        said: what a user was told: the command line's sentence for that exception, or why the delivery was
            refused; "" when the walk came through.
        unclean: what was wrong with the failure itself, in words; "" for a clean one, or none.
        refused: the disturbed walk blamed the delivery.
        torn: objects that lay in the store after the disturbed walk, but never do undisturbed.
        attempts: walks until the week was settled, the disturbed one among them.
        seconds: how long the disturbed walk took.
        ending: what was there at last.
    """

    struck: int
    error: str
    said: str
    unclean: str
    refused: bool
    torn: tuple[str, ...]
    attempts: int
    seconds: float
    ending: Ending


def disturbed(place: Place, fault: FaultOnHand, expected: Ending) -> Disturbed:
    """Walk week 1 of `place` while `fault` lasts, then without it until the week is settled."""
    place = replace(place, environment={**place.environment, "RAMPART_LEASE_S": str(LEASE_S)})
    with fault() as struck:
        started = time.monotonic()
        ended = _walk(place)
        seconds = time.monotonic() - started
        times = struck()
    error = ended if isinstance(ended, Exception) else None
    refused = isinstance(ended, Outcome) and ended.state == "refused"
    said = _sentence(error) if error else ended.reason if isinstance(ended, Outcome) and refused else ""
    torn = strangers(place.stored(), expected.store)
    return Disturbed(
        struck=times,
        error=type(error).__name__ if error else "",
        said=said,
        unclean=_unclean(error, said) if error or refused else "",
        refused=refused,
        torn=torn,
        attempts=1 if _settled(ended) else 1 + _until_settled(place),
        seconds=seconds,
        ending=place.ending(),
    )


def _walk(place: Place) -> Outcome | Exception:
    try:
        return place.walk()
    except Exception as error:  # whatever it is: what the command line makes of it is judged
        return error


def _settled(ended: Outcome | Exception) -> bool:
    return isinstance(ended, Outcome) and ended.state in ACCEPTED


def _until_settled(place: Place) -> int:
    """Walk again until the week is settled; how often it took. The last walk's error is raised."""
    for attempt in range(1, RERUNS):
        if _settled(_walk(place)):
            return attempt
        time.sleep(LEASE_S)
    place.walk()
    return RERUNS


def _sentence(error: Exception) -> str:
    """What the command line prints when a command ends with `error`; "" where it would show a traceback."""
    told = io.StringIO()
    try:
        with patch("rampart.cli.app.app", side_effect=error), redirect_stderr(told):
            main()
    except SystemExit:
        return " ".join(told.getvalue().split())
    except Exception:  # not one the command line knows
        return ""
    return ""


def _unclean(error: Exception | None, said: str) -> str:
    """What is wrong with what a user was told of a failure; "" when it says what to do."""
    if not said:
        return f"the command line shows a traceback for {type(error).__name__}: {error}"
    # The ledger's and the contract's own errors say what to do in sentences of their own.
    if "Fix: " in said or isinstance(error, LedgerError | ContractError):
        return ""
    return f"no way out is named: {said}"
