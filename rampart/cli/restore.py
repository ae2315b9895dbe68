"""`rampart restore`: books and store from a backup, into an empty home."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rampart.cli.exits import Exit, console, errors, stop
from rampart.cli.home import refuse_demo_home
from rampart.settings import Settings

if TYPE_CHECKING:
    from rampart.delivery.store import ObjectStore
    from rampart.ledger.backup.manifest import Manifest

BRING_KEY = (
    "there is no pseudonym key here yet: put yours in place ({path}, or RAMPART_PSEUDONYM_KEY) before the "
    "next round; otherwise a new one is made, and annotators look like new people"
)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command(epilog="Example: rampart restore s3://rampart-backup/prod")(restore)


def restore(
    place: Annotated[str, typer.Argument(metavar="FROM", help="Where `rampart backup` wrote to.")],
    backup_id: Annotated[str | None, typer.Option("--id", help="Which backup; default: the newest.")] = None,
) -> None:
    """Restore a backup into empty books and an empty store, then verify them. Run it again if interrupted."""
    from rampart.ledger.backup.manifest import open_backup  # noqa: PLC0415
    from rampart.ledger.backup.restore import restore_backup  # noqa: PLC0415
    from tasks.workspace import store_at, store_there  # noqa: PLC0415

    refuse_demo_home()
    settings = Settings()
    source = store_there(place, settings)
    manifest = open_backup(source, backup_id)
    store = store_at(settings.store_uri, settings)
    with console.status(f"[dim]restoring {manifest.id}[/]"):
        restore_backup(source, manifest, settings.ledger_url, store)
        _restore_key(source, manifest, settings)
    console.print(f"restored {manifest.id}: {len(manifest.objects):,} objects, {manifest.bytes:,} bytes")
    _verify(settings, store)


def _restore_key(source: "ObjectStore", manifest: "Manifest", settings: Settings) -> None:
    from rampart.ledger.backup.pool import fetched  # noqa: PLC0415

    path = settings.root / "pseudonym.key"
    secret = manifest.pseudonym_key
    if secret is None:
        if settings.pseudonym_key is None and not path.exists():
            said = BRING_KEY.format(path=path)
            errors.print(f"[yellow]![/] {said}", soft_wrap=True, highlight=False)
        return
    with fetched(source, "the pseudonym key", secret.sha256, secret.bytes) as copy:
        key = copy.read_bytes()
    if settings.pseudonym_key is None and not path.exists():
        _write_secret(path, key)
    if settings.pseudonyms() != key:
        raise stop(
            Exit.FAILED,
            "the pseudonym key set here is not the one in the backup. Fix: remove the wrong one "
            f"({path}, or RAMPART_PSEUDONYM_KEY), then restore again",
        )


def _write_secret(path: Path, key: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(key)


def _verify(settings: Settings, store: "ObjectStore") -> None:
    from rampart.ledger.engine import open_ledger  # noqa: PLC0415
    from rampart.ledger.verify_all import verify_all  # noqa: PLC0415

    books = open_ledger(settings.ledger_url)
    with console.status("[dim]verifying[/]"):
        report = verify_all(books, store)
    books.dispose()
    if report.violations:
        raise stop(Exit.VIOLATED, *map(str, report.violations))
    console.print("[green]ok[/] every invariant holds")
