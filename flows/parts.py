"""The parts of a round: one that fails is named at the end, and does not hold up the others."""

from collections.abc import Callable
from typing import TypeVar

from prefect import get_run_logger

T = TypeVar("T")


def tried(problems: list[str], part: str, work: Callable[[], T]) -> T | None:
    """What `work` gives; None, and a line in `problems`, when it fails.

    A flow is called and caught here, never asked for its final state: where the server's answer to the last
    change of state was lost, the state it then gives holds no result.
    """
    try:
        return work()
    except Exception as error:
        get_run_logger().exception("%s could not be done", part)
        problems.append(f"{part}: {type(error).__name__}: {error}")
        return None
