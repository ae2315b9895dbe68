"""`rampart contract`: everything about contract files."""

from collections.abc import Mapping
from typing import ClassVar

import typer

from rampart.cli.lazy import LazyGroup


class Commands(LazyGroup):
    """In the order of their use."""

    modules: ClassVar[Mapping[str, str]] = {
        "new": "contract_new",
        "check": "contract_check",
        "try": "contract_try",
        "show": "contract_show",
        "diff": "contract_diff",
        "export": "contract_export",
        "register": "contract_register",
    }


app = typer.Typer(
    cls=Commands,
    help="Write, check, compare and export contracts.",
    no_args_is_help=True,
    add_completion=False,
)


@app.callback()
def _group() -> None:
    """Write, check, compare and export contracts."""
