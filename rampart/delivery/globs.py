"""Which files of a delivery a contract's `path` means."""

import fnmatch
from collections.abc import Iterable


def files_matching(names: Iterable[str], pattern: str) -> tuple[str, ...]:
    """The `names` that `path_matches`, in their order."""
    return tuple(name for name in names if path_matches(name, pattern))


def path_matches(name: str, pattern: str) -> bool:
    """Does a contract's `path` mean the file `name`? Both are relative to the delivery's folder.

    ``*``, ``?`` and ``[…]`` stay within one folder, ``**`` spans any number of them; a name that equals the
    pattern always matches.
    """
    return name == pattern or _matches(name.split("/"), pattern.split("/"))


def path_enters(name: str, pattern: str) -> bool:
    """Does `pattern` mean something below `name`, as if that were a folder? It may be an archive."""
    parts = pattern.split("/")
    return any(_matches(name.split("/"), parts[:count]) for count in range(1, len(parts)))


def _matches(names: list[str], parts: list[str]) -> bool:
    if not parts:
        return not names
    if parts[0] == "**":
        return any(_matches(names[skip:], parts[1:]) for skip in range(len(names) + 1))
    return bool(names) and fnmatch.fnmatchcase(names[0], parts[0]) and _matches(names[1:], parts[1:])
