"""Reading a vendor's files by a contract without a home, a store or books: nothing is written anywhere."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from contracts.model import Contract
from contracts.terms.annotation import Scheme
from contracts.terms.mapping import Source
from rampart.delivery.archives import may_hold
from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.errors import DeliveryError, LandingError
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.local_store import LocalStore
from rampart.delivery.manifest import MANIFESTS
from rampart.delivery.parts import Part, parts_of
from rampart.delivery.readers import Row, read_rows
from rampart.records.schemes import label_reader

TRIAL_KEY = b"trial"  # pseudonyms of a trial are compared with nobody else's
_FOLDER = "the given files"


@dataclass(frozen=True)
class Shown:
    """One record beside the row it was read from."""

    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class LabelSeen:
    """A label as delivered (JSON text), how many records carry it, and whether the scheme knows it."""

    label: str
    count: int
    known: bool


@dataclass(frozen=True)
class Trial:
    """What a contract makes of a vendor's files.

    `unread_files` match no path of the contract. `unused_words` are words of the scheme that no label used.
    `filled` is record field → records in which it is not empty, for every field the contract maps.
    """

    read: Canonical
    shown: tuple[Shown, ...]
    labels: tuple[LabelSeen, ...]
    unused_words: tuple[str, ...]
    filled: Mapping[str, int]
    unread_files: tuple[str, ...]


def try_out(given: Sequence[Path], contract: Contract, rows: int) -> Trial:
    """Read `given` (files, or folders of files) by `contract`; `rows` records are shown beside their rows.

    One single file is taken for the rows of a contract with one source, whatever it is called. Raises
    `DeliveryError` where a file the contract reads is missing or cannot be read at all.
    """
    named, unread = _named(given, contract)
    store = LocalStore(Path("/"))
    files = tuple(_file(name, path) for name, path in sorted(named.items()))
    read = canonicalise(Landed("trial", files, None), contract, store, TRIAL_KEY)
    first = read.records.slice(0, rows).to_pylist()
    labels = _labels(read.records, contract.annotation.scheme)
    return Trial(
        read,
        tuple(_beside(first, files, contract.delivery.rows)),
        labels,
        tuple(_unused(contract.annotation.scheme, labels)),
        _filled(read.records, contract),
        unread,
    )


def _named(given: Sequence[Path], contract: Contract) -> tuple[dict[str, Path], tuple[str, ...]]:
    """Name in the delivery → file, and the names the contract does not know."""
    paths = [contract.delivery.rows.path, *(join.source.path for join in contract.delivery.join)]
    found = {name: path for each in given for name, path in _below(each)}
    if len(set(paths)) == 1 and len(found) == 1 and given[0].is_file():
        ((name, path),) = found.items()
        return {name if may_hold(name, paths[0]) else paths[0]: path}, ()
    named = {name: path for name, path in found.items() if any(may_hold(name, one) for one in paths)}
    for one in paths:
        if not any(may_hold(name, one) for name in named):
            there = ", ".join(sorted(found)[:10]) or "nothing"
            problem = f"no file matches {one!r}, which the contract reads; there is {there}"
            raise LandingError(
                problem, _FOLDER, fix="give that file too, or correct the path in the contract"
            )
    return named, tuple(sorted(set(found) - set(named) - set(MANIFESTS)))


def _below(given: Path) -> Iterable[tuple[str, Path]]:
    if given.is_dir():
        for path in sorted(given.rglob("*")):
            if path.is_file():
                yield path.relative_to(given).as_posix(), path.absolute()
    elif given.is_file():
        yield given.name, given.absolute()
    else:
        raise DeliveryError("no such file or folder", str(given), fix="give the files of one delivery")


def _file(name: str, path: Path) -> LandedFile:
    return LandedFile(name, "", path.stat().st_size, None, path.resolve().as_posix().lstrip("/"))


def _beside(records: list[dict[str, Any]], files: Iterable[LandedFile], source: Source) -> Iterable[Shown]:
    """`records` beside their rows, which are read again."""
    last: dict[str, int] = {}
    for record in records:
        last[record["source_file"]] = max(record["source_line"], last.get(record["source_file"], 0))
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    with ExitStack() as archives:
        for part in parts_of(files, LocalStore(Path("/")), archives):
            if part.file.name in last:
                rows |= _rows_up_to(last[part.file.name], part, source)
    for record in records:
        yield Shown(rows[record["source_file"], record["source_line"]], record)


def _rows_up_to(line: int, part: Part, source: Source) -> dict[tuple[str, int], dict[str, Any]]:
    name, found = part.file.name, {}
    with part.open() as text:
        for row in read_rows(text, source, name, frozenset()):
            if isinstance(row, Row):
                found[name, row.line] = row.value
            if row.line >= line:
                break
    return found


def _labels(records: pa.Table, scheme: Scheme) -> tuple[LabelSeen, ...]:
    """Every label with its count, the commonest first."""
    sizes = (len(responses) for responses in records["responses"].to_pylist())
    counted = Counter(zip(records["raw_label"].to_pylist(), sizes, strict=True))
    reads = label_reader(scheme)
    found: Counter[tuple[str, bool]] = Counter()
    for (text, size), count in counted.items():
        if text is not None:
            found[text, reads(json.loads(text), size) is not None] += count
    return tuple(LabelSeen(text, count, known) for (text, known), count in found.most_common())


def _unused(scheme: Scheme, labels: Iterable[LabelSeen]) -> Iterable[str]:
    """The scheme's meanings that no label has: a word spelt otherwise shows here."""
    seen = [json.loads(one.label) for one in labels if one.known]
    reads = label_reader(scheme)
    said = {reads(raw, 1) or reads(raw, 2) for raw in seen if isinstance(raw, str | int | float)}
    for name, words in _meanings(scheme):
        if words and not any((reads(one, 1) or reads(one, 2)) in said for one in words):
            yield name


def _meanings(scheme: Scheme) -> Iterable[tuple[str, Sequence[Any]]]:
    match scheme.kind:
        case "binary" | "arena" | "thumbs":
            for name, words in scheme:
                if isinstance(words, tuple):
                    yield name, words
        case "category":
            yield from scheme.categories.items()
        case "likert":
            for point in range(scheme.low, scheme.high + 1):
                yield str(point), (point,)
        case _:
            return


def _filled(records: pa.Table, contract: Contract) -> dict[str, int]:
    mapped = [name for name, given in contract.delivery.record if given is not None]
    columns = {"label": "raw_label"}
    return {
        name: sum(value not in (None, []) for value in records[columns.get(name, name)].to_pylist())
        for name in mapped
    }
