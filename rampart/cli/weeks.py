"""How contract weeks are given on the command line."""

from typing import Annotated

import typer

from rampart.cli.exits import Exit, stop

LAST_WEEK = 9_999  # no contract runs for two hundred years, and a database's numbers end somewhere

Week = Annotated[int, typer.Argument(help="The contract week.", min=1, max=LAST_WEEK)]


def week_range(weeks: str) -> tuple[int, int]:
    """First and last week of ``3`` or ``2-4``."""
    parts = weeks.split("-")
    numbers = [int(part) for part in parts if part.isdecimal() and len(part) <= len(str(LAST_WEEK))]
    if len(numbers) != len(parts) or len(parts) > 2 or not 0 < numbers[0] <= numbers[-1]:
        raise stop(
            Exit.USAGE,
            f"--weeks {weeks!r} is neither a week nor a range up to {LAST_WEEK:,}; give for example 3 or 2-4",
        )
    return numbers[0], numbers[-1]
