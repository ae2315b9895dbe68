"""Damage to a folder: files lost, added, swapped, changed on the way, and things that are no files."""

from collections.abc import Callable
from random import Random

from simulator.mangled_deliveries.bytes import BYTES
from simulator.mangled_deliveries.manifests import HOSTILE

Files = dict[str, bytes]
Spoil = Callable[[Random, Files], None]
# What stands in a folder beside files. A bucket has none of it.
ODD = ("link outside", "link to nothing", "link to itself", "pipe", "folder")


def _lost(chance: Random, files: Files) -> None:
    del files[chance.choice(list(files))]


def _extra(chance: Random, files: Files) -> None:
    name = chance.choice(
        ("rows-extra.jsonl", "README.txt", ".DS_Store", "sub/rows.tmp", "rows.part", "Thumbs.db")
    )
    files[name] = chance.choice((b"", b"{}\n", chance.randbytes(300)))


def _swapped(chance: Random, files: Files) -> None:
    one, other = chance.choice(list(files)), chance.choice(list(files))
    files[one], files[other] = files[other], files[one]


def _renamed(chance: Random, files: Files) -> None:
    name = chance.choice(list(files))
    files[chance.choice((name.upper(), name + ".tmp", f"sub/{name}", "x" + name))] = files.pop(name)


def _hostile(chance: Random, files: Files) -> None:
    name = chance.choice(list(files))
    files[chance.choice(HOSTILE)] = files.pop(name)


def _changed(chance: Random, files: Files) -> None:
    name = chance.choice(list(files))
    files[name] = chance.choice(BYTES).do(chance, files[name])


SPOIL: dict[str, Spoil] = {
    "a file lost": _lost,
    "a file too many": _extra,
    "two files swapped": _swapped,
    "a file renamed": _renamed,
    "a file under a hostile name": _hostile,
    "a file changed on the way": _changed,
}


def a_folder_can_hold(name: str) -> bool:
    """Is `name` one that a file below a folder can have on Linux?"""
    names = name.split("/")
    bad = {"", ".", ".."}.intersection(names) or "\0" in name or "\ud800" in name
    return not bad and max(len(part.encode()) for part in names) <= 255 and len(name.encode()) < 1000
