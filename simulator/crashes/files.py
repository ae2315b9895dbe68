"""What is done to files below a folder: made, linked, removed, and written half way."""

import builtins
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rampart.delivery.store import UNFINISHED
from simulator.crashes.effects import Watch, readable

MOVES = ("link", "rename", "replace")
CALLS = (*MOVES, "mkdir", "unlink")


def watch_files(watch: Watch, root: Path) -> None:
    """Report every file operation of this process below `root`, but for the vendors' drop.

    Each is reported before it, a link after it too, and a write half way through its bytes. A sync is none: a
    kill just before it finds the world as a kill just after it does. Files of the database are written below
    Python and are not seen.
    """

    def name(place: Any) -> str | None:
        by_number = isinstance(place, int)
        path = Path(f"/proc/self/fd/{place}").readlink() if by_number else Path(os.fsdecode(place))
        if not path.is_relative_to(root) or path.is_relative_to(root / "drop"):
            return None
        if path.parent.name == UNFINISHED:  # its name is a different one each time
            return "an unfinished file"
        return readable(path.relative_to(root).as_posix())

    for call in CALLS:
        setattr(os, call, _watched(watch, call, getattr(os, call), name))
    os.write = _halved(watch, os.write, name)
    io.open = builtins.open = _opened(watch, io.open, name)  # what pathlib, tempfile and os.fdopen call


def _watched(
    watch: Watch, call: str, original: Callable[..., Any], name: Callable[[Any], str | None]
) -> Callable[..., Any]:
    def watched(*args: Any, **kwargs: Any) -> Any:
        place = args[1] if call in MOVES else args[0]
        what = name(place)
        if what is None or (call == "mkdir" and Path(place).is_dir()):
            return original(*args, **kwargs)
        watch.reached(f"{call} {what}", "before")
        result = original(*args, **kwargs)
        if call in MOVES:
            watch.reached(f"{call} {what}", "after")
        return result

    return watched


def _halved(watch: Watch, original: Callable[..., int], name: Callable[[Any], str | None]) -> Any:
    def halved(handle: int, data: Any) -> int:
        what = name(handle)
        if what is None:
            return original(handle, data)
        watch.reached(f"write {what}", "before")
        done = original(handle, data[: len(data) // 2])
        watch.reached(f"write {what}", "half")
        return done + original(handle, data[done:])

    return halved


def _opened(watch: Watch, original: Callable[..., Any], name: Callable[[Any], str | None]) -> Any:
    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        stream = original(file, mode, *args, **kwargs)
        what = name(file) if set(mode) & set("wax+") else None
        return stream if what is None else _Writing(stream, watch, f"write {what}")

    return opened


class _Writing:
    """An open file whose writes are reported; in all else the file itself."""

    def __init__(self, stream: Any, watch: Watch, what: str) -> None:
        self._stream, self._watch, self._what = stream, watch, what

    def write(self, data: Any) -> int:
        middle = len(data) // 2
        self._watch.reached(self._what, "before")
        self._stream.write(data[:middle])
        self._stream.flush()
        self._watch.reached(self._what, "half")
        self._stream.write(data[middle:])
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __enter__(self) -> "_Writing":
        self._stream.__enter__()
        return self

    def __exit__(self, *error: Any) -> Any:
        return self._stream.__exit__(*error)
