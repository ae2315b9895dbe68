"""`rampart rm`: reward models."""

import typer

from rampart.cli.rm_value import add_to

app = typer.Typer(help="Reward models: what a batch was worth.", no_args_is_help=True, add_completion=False)


@app.callback()
def _group() -> None:
    """Reward models: what a batch was worth."""


add_to(app)
