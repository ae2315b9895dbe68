"""An export as a folder that is there whole or not at all."""

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rampart.retrain.exports.manifest import KIND, MANIFEST


def is_export(folder: Path) -> bool:
    """Did an export make the folder? Only such a one may be replaced."""
    try:
        return bool(json.loads((folder / MANIFEST).read_bytes()).get("kind") == KIND)
    except (OSError, ValueError, AttributeError):
        return False


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` into the new folder `out`; an export that is there is replaced.

    They are written beside it first, so that whatever fails leaves what was there. A process killed just
    between the last two steps leaves none at `out`, and both whole in a folder beside it.

    Raises:
        FileExistsError: `out` is there and is no export.
    """
    if out.exists() and not is_export(out):
        raise FileExistsError(f"{out} is there and is no export")
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        made = Path(scratch, "made")
        made.mkdir()
        for name, data in files.items():
            (made / name).write_bytes(data)
        before = Path(scratch, "before")
        if out.exists():
            out.rename(before)
        try:
            made.rename(out)
        except OSError:
            if before.exists():
                before.rename(out)
            raise
