"""What `rampart retrain --dry-run` says: what would be trained, on what, how, and against whom."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from rampart.cli.exits import console
from rampart.cli.tables import safe

if TYPE_CHECKING:  # the flows are loaded by the commands that need them
    from tasks.retrain_plan import Planned


def plain(one: "Planned") -> dict[str, Any]:
    """One request as JSON values."""
    return asdict(one)


def show(found: "tuple[Planned, ...]") -> None:
    """Each request in the order it would be answered."""
    for number, one in enumerate(found, 1):
        console.print(f"[bold]{number}. {safe(one.program)}[/]: {safe(one.why)}")
        if one.nothing:
            console.print(f"   nothing is trained: {safe(one.nothing)}")
            continue
        against = (
            f"{one.compared_with[:12]}, the champion now" if one.compared_with else "a coin: no champion yet"
        )
        if one.after:
            against = f"the champion after the {one.after} before it (now {against})"
        console.print(f"   backend {safe(one.backend)}, configuration {one.config_digest[:12]}")
        console.print(f"   held against {against}; look {one.look} at the data of its week")
        for rule in one.rules:
            console.print(f"   and to {safe(rule)}")
        table = Table("batch", "accepted records", "", box=None, header_style="bold")
        for batch in one.batches:
            table.add_row(safe(batch.name), f"{batch.accepted:,}", safe(batch.note))
        console.print(table)
    if not found:
        console.print("Nothing to do: every accepted batch has its reward model.")
    console.print("This was a dry run: nothing was written.")
