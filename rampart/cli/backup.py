"""`rampart backup`: a copy of the books and the store, and what lies in such copies."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from rampart.cli.exits import Exit, console, errors, stop
from rampart.cli.tables import safe
from rampart.delivery.errors import DeliveryError, StoreTroubleError
from rampart.settings import Settings

if TYPE_CHECKING:
    from rampart.delivery.store import ObjectStore
    from rampart.ledger.backup.manifest import Manifest

NO_KEY = (
    "the pseudonym key is not in this backup: keep a copy of it elsewhere, apart from the data. Without it "
    "annotators look like new people after a restore; with it gone nobody can be told from a pseudonym again"
)
WITH_KEY = (
    "the pseudonym key is in this backup: whoever can read it can find people behind pseudonyms, and "
    "destroying the key at home does not cut that link any more"
)
NOT_READ = (
    "there before: {:,} parts, told by their size and not read again; `rampart backup TO --check` reads them"
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart backup s3://rampart-backup/prod")(backup)


def backup(
    place: Annotated[str, typer.Argument(metavar="TO", help="A folder or s3://bucket/prefix.")],
    *,
    with_key: Annotated[bool, typer.Option("--with-key", help="Copy the pseudonym key too.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the backups there; take none.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Read a backup there whole; take none.")] = False,
    backup_id: Annotated[
        str | None, typer.Option("--id", help="Which one to check; default: newest.")
    ] = None,
) -> None:
    """Copy books and store to another place; what an earlier backup there holds is not copied again."""
    from tasks.workspace import store_at, store_there  # noqa: PLC0415

    settings = Settings()
    if listed:
        return _list(store_there(place, settings), place)
    if check:
        return _check(store_there(place, settings), backup_id)
    if backup_id:
        raise stop(Exit.USAGE, "--id names a backup to check. Fix: add --check, or leave it out")
    return _take(settings, store_at(place, settings), with_key)


def _take(settings: Settings, target: "ObjectStore", with_key: bool) -> None:
    from rampart.ledger.backup.take import take_backup  # noqa: PLC0415
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from tasks.workspace import store_at  # noqa: PLC0415

    books = open_ledger(settings.ledger_url)
    key = settings.pseudonyms() if with_key else None
    with console.status("[dim]copying books and store[/]"):
        taken = take_backup(books, store_at(settings.store_uri, settings), target, datetime.now(UTC), key)
    books.dispose()
    console.print(f"[green]ok[/] {_about(taken.manifest)}", soft_wrap=True)
    console.print(f"copied now: {taken.copied_objects:,} parts, {taken.copied_bytes:,} bytes", soft_wrap=True)
    if taken.reused_objects:
        console.print(NOT_READ.format(taken.reused_objects), soft_wrap=True)
    _notice(WITH_KEY if with_key else NO_KEY)
    for what, keys in (
        ("is not in the store", taken.manifest.absent),
        ("is damaged", taken.manifest.damaged),
    ):
        for name in keys:
            _notice(f"{safe(name)} {what}; `rampart verify` says whose it is")
    if taken.manifest.absent or taken.manifest.damaged:
        raise stop(Exit.VIOLATED, "the backup is whole, but what it is a copy of is not")


def _list(target: "ObjectStore", place: str) -> None:
    from rampart.ledger.backup.manifest import backups, open_backup  # noqa: PLC0415

    known = backups(target)
    if not known:
        raise stop(
            Exit.FAILED, f"{place}: there is no backup. Fix: check the address; `rampart backup` makes one"
        )
    damaged = []
    for backup_id in known:
        try:
            console.print(_about(open_backup(target, backup_id)), soft_wrap=True)
        except StoreTroubleError:
            raise  # it says nothing about the backup
        except DeliveryError as error:
            console.print(f"{backup_id}  [red]damaged[/]", soft_wrap=True)
            damaged.append(str(error))
    if damaged:
        raise stop(Exit.VIOLATED, *damaged)


def _check(target: "ObjectStore", backup_id: str | None) -> None:
    from rampart.ledger.backup.manifest import open_backup  # noqa: PLC0415
    from rampart.ledger.backup.restore import problems  # noqa: PLC0415

    manifest = open_backup(target, backup_id)
    with console.status("[dim]reading the backup[/]"):
        found = tuple(problems(target, manifest))
    if found:
        raise stop(Exit.VIOLATED, *found)
    console.print(f"[green]ok[/] {_about(manifest)}: every digest holds", soft_wrap=True)


def _about(manifest: "Manifest") -> str:
    rows = sum(part.rows for part in manifest.tables)
    key = "with" if manifest.pseudonym_key else "without"
    return (
        f"{manifest.id}  {rows:,} rows of the books, {len(manifest.objects):,} objects, "
        f"{manifest.bytes:,} bytes, {key} the pseudonym key"
    )


def _notice(text: str) -> None:
    errors.print(f"[yellow]![/] {text}", soft_wrap=True, highlight=False)
