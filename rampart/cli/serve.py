"""`rampart serve`: the dashboard."""

from collections.abc import Callable
from typing import Annotated

import typer

from rampart.cli.exits import console
from rampart.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart serve --port 9000")(serve)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default: RAMPART_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default: RAMPART_PORT.")] = None,
) -> None:
    """Serve the dashboard over the ledger, read-only."""
    import uvicorn  # noqa: PLC0415

    from dashboard.app import create_app  # noqa: PLC0415
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415

    settings = Settings()
    where, at = host or settings.host, port or settings.port
    console.print(f"Rampart dashboard on [bold]http://{where}:{at}[/] (Ctrl-C ends it)")
    dashboard = create_app(open_ledger(settings.ledger_url), _artefacts(settings))
    uvicorn.run(dashboard, host=where, port=at, log_level="warning")


def _artefacts(settings: Settings) -> Callable[[str], bytes]:
    """A reader of the store that is opened with the first artefact somebody asks for."""

    def read(key: str) -> bytes:
        from tasks.workspace import store_there  # noqa: PLC0415  # imports Prefect

        return store_there(settings.store_uri, settings).get(key)

    return read
