"""`rampart ledger`: the schema of the books, and the way back to an older one."""

from typing import Annotated

import typer

from rampart.cli.exits import console
from rampart.ledger.engine import connect, made, open_ledger, reading
from rampart.ledger.migrations import HEAD, schema_version
from rampart.ledger.schema import downgrade
from rampart.settings import Settings

app = typer.Typer(
    help="Say the books' schema version, upgrade it or go back.", no_args_is_help=True, add_completion=False
)


@app.callback()
def _group() -> None:
    """Say the books' schema version, upgrade it or go back."""


@app.command(epilog="Example: rampart ledger version")
def version() -> None:
    """Say which schema the books have, and which one this Rampart writes; changes nothing."""
    found = _schema_of(Settings().ledger_url)
    told = f"the books have schema {found}" if found else "there are no books yet"
    console.print(f"{told}; this Rampart writes schema {HEAD}")


def _schema_of(url: str) -> str | None:
    if not made(url):  # connecting would make them
        return None
    books = connect(url)
    with reading(books) as session:
        found = schema_version(session.connection())
    books.dispose()
    return found


@app.command(epilog="Example: rampart ledger upgrade")
def upgrade() -> None:
    """Bring the books to this Rampart's schema, as every other command does when it opens them."""
    open_ledger(Settings().ledger_url).dispose()
    console.print(f"the books have schema {HEAD}")


@app.command("downgrade", epilog="Example: rampart ledger downgrade --to 0001")
def back(to: Annotated[str, typer.Option(help="An earlier schema version.")]) -> None:
    """Bring the books back to an earlier schema, to open them with an older Rampart; every row is kept."""
    books = connect(Settings().ledger_url)
    downgrade(books, to)
    books.dispose()
    console.print(f"the books have schema {to}; this Rampart brings them forward again when it opens them")
