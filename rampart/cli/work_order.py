"""`rampart work-order`: register what was sent out for labelling, so that lineage can be checked."""

from pathlib import Path
from typing import Annotated

import typer

from rampart.cli.exits import console
from rampart.cli.tables import safe
from rampart.delivery.work_orders import read_work_order, work_order_key
from rampart.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("work-order", epilog="Example: rampart work-order rm-refresh 3 week-03.jsonl")(work_order)


def work_order(
    program: Annotated[str, typer.Argument(help="The programme.")],
    week: Annotated[int, typer.Argument(help="The contract week.", min=1)],
    file: Annotated[
        Path, typer.Argument(help="JSON lines: item, prompt, responses.", exists=True, dir_okay=False)
    ],
) -> None:
    """Keep a week's work order: the prompts and on-policy responses sent out."""
    from tasks.workspace import store_at  # noqa: PLC0415

    data = file.read_bytes()
    order = read_work_order(data, str(file))
    settings = Settings()
    store_at(settings.store_uri, settings).put_once(work_order_key(program, week), data)
    console.print(f"{safe(program)} week {week}: {len(order.items)} items sent out ({order.digest[:12]}).")
