"""All commands, each with an example. Heavy imports wait until a command needs them."""

import typer

from rampart.cli import backfill, contract, decide, demo, retrain, run, serve, status, verify, work_order
from rampart.cli.exits import spoken_errors

app = typer.Typer(
    name="rampart",
    help="From a data vendor's weekly delivery to a verdict, the books and a retrained reward model.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(contract.app, name="contract")
for module in (run, status, backfill, retrain, decide, work_order, verify, serve, demo):
    module.add_to(app)


def main() -> None:
    """Run the command line."""
    with spoken_errors():
        app()
