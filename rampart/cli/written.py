"""Files that a command writes where it is told to: none is overwritten unasked."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from rampart.cli.exits import Exit, stop


def refuse_existing(paths: Iterable[Path], what: str, *, force: bool) -> None:
    """End the program if one of `paths` exists; `what` is to be named instead (a file, a folder)."""
    if not force and (there := sorted(path for path in paths if path.exists())):
        raise stop(Exit.USAGE, f"{there[0]} exists. Fix: name another {what}, or add --force")


def write(made: Mapping[Path, bytes]) -> None:
    """Write the files, and the folders that they lie in."""
    for path, data in made.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as error:
            why, fix = error.strerror or error, "name a place you may write to"
            raise stop(Exit.USAGE, f"{path} cannot be written ({why}). Fix: {fix}") from error
