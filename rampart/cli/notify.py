"""`rampart notify`: the routes of notices, and a test of one."""

import json
import os
import uuid
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.table import Table

from rampart.cli.exits import Exit, console, stop
from rampart.cli.tables import safe
from rampart.notify.receivers import WEBHOOK, Receiver
from rampart.notify.routes import Routes, RoutesError, read_routes
from rampart.settings import Settings

app = typer.Typer(help="Show and test where notices go.", no_args_is_help=True, add_completion=False)


@app.callback()
def _group() -> None:
    """Show and test where notices go."""


@app.command(epilog="Example: rampart notify test leads")
def test(route: Annotated[str, typer.Argument(help="A route of the routes file, or webhook.")]) -> None:
    """Send a test over one route, now, whatever its quiet hours."""
    from rampart.notify.door import send  # noqa: PLC0415 (it loads what only a sender needs)
    from rampart.notify.message import test_message  # noqa: PLC0415
    from rampart.webhook import UndeliveredError, post  # noqa: PLC0415

    settings, routes = Settings(), _routes()
    try:
        if route == WEBHOOK and settings.notify_url is not None:
            body = json.dumps({"id": f"test-{uuid.uuid4()}", "topic": "test"})
            address = settings.notify_url.get_secret_value()
            post(address, json.loads(body)["id"], body.encode(), settings.notify_timeout_s)
        elif route in routes.routes:
            send(Receiver(route, routes.routes[route]), test_message(route), settings.notify_timeout_s)
        else:
            known = ", ".join([*routes.routes, *([WEBHOOK] if settings.notify_url else [])]) or "none"
            raise stop(
                Exit.USAGE, f"no route {route!r}; there are: {known}. RAMPART_NOTIFY_ROUTES names the file"
            )
    except UndeliveredError as error:
        raise stop(Exit.FAILED, str(error)) from error
    console.print(f"{safe(route)} took the test.")


@app.command("routes", epilog="Example: rampart notify routes")
def every() -> None:
    """List the routes: who is told over them, when they are quiet, and whether their address is set."""
    settings, routes = Settings(), _routes()
    table = Table("route", "roles", "from", "quiet", "address", box=None, header_style="bold")
    for line in _lines(settings, routes):
        table.add_row(*map(safe, (line.name, line.roles, line.least, line.quiet, line.address)))
    console.print(table)


@dataclass(frozen=True)
class _Line:
    name: str
    roles: str
    least: str
    quiet: str
    address: str


def _lines(settings: Settings, routes: Routes) -> list[_Line]:
    said = "RAMPART_NOTIFY_URL, set" if settings.notify_url else "RAMPART_NOTIFY_URL, not set"
    lines = [_Line(WEBHOOK, "everything", "info", "never", said)]
    for name, route in routes.routes.items():
        quiet = f"{route.quiet} {route.timezone}" if route.quiet else "never"
        lines.append(_Line(name, ", ".join(route.roles), route.min_severity, quiet, _address(route.url_from)))
    if door := routes.vendors:
        quiet = f"{door.quiet} {door.timezone}" if door.quiet else "never"
        lines.append(_Line("vendors", "the contract's contacts", "info", quiet, _address(door.url_from)))
    return lines


def _address(variable: str) -> str:
    return f"{variable}, {'set' if os.environ.get(variable) else 'not set'}"


def _routes() -> Routes:
    try:
        return read_routes(Settings().notify_routes)
    except RoutesError as error:
        raise stop(Exit.USAGE, str(error)) from error
