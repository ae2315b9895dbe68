"""What became of a fuzzed delivery, and whether that may be: absent, refused in words, or counted whole."""

import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from contracts.terms.mapping import Source
from rampart.delivery.arrival import find_delivery
from rampart.delivery.canonicalise import Canonical, FileRead, canonicalise
from rampart.delivery.errors import DeliveryError
from rampart.delivery.globs import path_matches
from rampart.delivery.landing import Landed, land
from rampart.delivery.local_store import LocalStore
from rampart.delivery.store import ObjectStore
from simulator.mangled_deliveries.case import Case
from simulator.mangled_deliveries.counting import parts, rows_in
from simulator.mangled_deliveries.dropping import FOLDER, dropped, temporary_files
from simulator.mangled_deliveries.making import WEEK

Outcome = Literal["absent", "refused", "taken in", "broken"]
_KEY = b"a key for fuzzed deliveries"
_LONGEST_MESSAGE = 4_000  # characters; vendors' words are cut far below that
_READ_AGAIN = 10  # every tenth delivery is read twice, which must give the same


@dataclass(frozen=True)
class Tried:
    """The outcome, what was said of it, everything that may not be so, and the rows that were counted twice.

    "broken" is the outcome of whatever left a traceback.
    """

    outcome: Outcome
    said: str
    problems: tuple[str, ...]
    rows: int = 0


def tried(case: Case, root: Path) -> Tried:
    """Take `case` in, in the empty folder `root`, as the intake does, and hold the outcome to the promise."""
    with temporary_files(root / "temporary") as left, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        found = _taken_in(case, root)
    noise = [f"a warning: {one.message}" for one in warned]
    noise += [f"a temporary file was left: {name}" for name in left]
    noise += [f"an unfinished write was left: {path.name}" for path in root.glob("store/.rampart-*/*")]
    if case.must != "be accounted for" and found.outcome not in (case.must.removeprefix("be "), "broken"):
        noise.append(f"it must {case.must}, but was {found.outcome}: {found.said}")
    return Tried(found.outcome, found.said, (*found.problems, *noise), found.rows)


def _taken_in(case: Case, root: Path) -> Tried:
    store = LocalStore(root / "store")
    try:
        drop = dropped(case, root / "drop")
        if find_delivery(drop, FOLDER, case.contract) is None:
            return Tried("absent", "", tuple(_absence(case)))
        landed = land(drop, FOLDER, case.contract, WEEK, store)
        read = canonicalise(landed, case.contract, store, _KEY)
        problems = [
            *_bytes(case, landed, store),
            *_lines(case, landed, read),
            *_again(case, landed, read, store),
        ]
        rows = sum(file.lines for file in read.files)
        return Tried("taken in", f"{rows} rows", tuple(problems), rows)
    except DeliveryError as error:
        return Tried("refused", str(error), tuple(_message(case, error)))
    except Exception as error:
        return Tried("broken", repr(error), (_place(error),))


def _place(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error!s:.300} ({Path(frame.filename).name}, line {frame.lineno})"


def _absence(case: Case) -> Iterator[str]:
    """Nothing is there only where nothing says that it is complete."""
    terms = case.contract.delivery
    listed, rows = terms.manifest != "none", terms.rows.path
    if terms.manifest in case.files if listed else any(_means(rows, name) for name in case.files):
        yield "a complete delivery was not seen"


def _message(case: Case, error: DeliveryError) -> Iterator[str]:
    said = str(error)
    if not said.isprintable() or len(said) > _LONGEST_MESSAGE:
        yield f"a message that cannot be shown, of {len(said):,} characters: {ascii(said)[:300]}"
    known = (FOLDER, *case.files, *case.odd, "landed/", case.contract.delivery.rows.path)
    if not any(name and name in error.file for name in known):
        yield f"the message names no file of the delivery, but {error.file!r}: {said}"
    if not error.problem or not error.fix:
        yield f"the message says not what to do: {said}"


def _bytes(case: Case, landed: Landed, store: ObjectStore) -> Iterator[str]:
    """Every file the contract reads is landed once, byte for byte, and nothing else is stored."""
    sources = [case.contract.delivery.rows, *(join.source for join in case.contract.delivery.join)]
    read = {name for name in case.files if any(_means(source.path, name) for source in sources)}
    manifest = case.contract.delivery.manifest
    wanted = Counter(read if manifest == "none" else case.files.keys() - {manifest})
    found = Counter(file.name for file in landed.files)
    if wanted != found:
        yield f"delivered {sorted(wanted)}, but landed {sorted(found.elements())}"
    for file in landed.files:
        if file.name in case.files and store.get(file.key) != case.files[file.name]:
            yield f"{file.name} was landed with other bytes"
    if sum(file.bytes for file in landed.files) != sum(len(case.files.get(name, b"")) for name in found):
        yield "the sum of bytes landed is not the sum delivered"
    if {one.key for one in store.list("")} != {file.key for file in landed.files}:
        yield "the store holds other objects than the files landed"


def _means(path: str, name: str) -> bool:
    """Does a contract's `path` mean the file, or files that may lie in it? "**/" enters any archive."""
    return path_matches(name, path) or (path.startswith("**/") and name.lower().endswith(".zip"))


def _lines(case: Case, landed: Landed, read: Canonical) -> Iterator[str]:
    """Every line of every file is a record or in quarantine, and a second count finds as many lines."""
    try:
        opened = [parts(file.name, case.files[file.name]) for file in landed.files]
    except Exception as error:  # another reader could not open what was taken in
        yield f"taken in, but {error!s:.200}"
        return
    held = {name: data for one in opened if one is not None for name, data in one.items()}
    if None in opened:
        return
    if sorted(file.file.name for file in read.files) != sorted(held):
        yield f"landed {sorted(held)}, but read {sorted(file.file.name for file in read.files)}"
        return
    for file in read.files:
        yield from _line_counts(case, file, read, held[file.file.name])
    strangers = {*read.records["source_file"].to_pylist(), *read.quarantine["source_file"].to_pylist()} - {
        *held
    }
    if strangers:
        yield f"records of no file: {sorted(strangers)}"
    whole = (read.records.num_rows, read.quarantine.num_rows) == (case.good_rows, 0)
    if case.must == "be taken in" and not whole:
        found = f"{read.records.num_rows} records, {read.quarantine.num_rows} in quarantine"
        yield f"of {case.good_rows} good rows came {found}: {read.quarantine.to_pylist()[:2]}"


def _line_counts(case: Case, file: FileRead, read: Canonical, data: bytes) -> Iterator[str]:
    name = file.file.name
    records, aside = _places(read.records, name), _places(read.quarantine, name)
    if file.role == "rows":
        if (len(records), len(aside)) != (file.records, file.quarantined):
            yield f"{name}: counted {file.records} + {file.quarantined}, held {len(records)} + {len(aside)}"
        if len({line for line, _ in records + aside}) != file.lines:
            yield f"{name}: {file.lines} lines, but places of {len({line for line, _ in records + aside})}"
        if len(set(records + aside)) != len(records + aside):
            yield f"{name}: a judgement is counted twice"
    elif file.records + file.quarantined > file.lines or len(aside) != file.quarantined:
        yield f"{name}: {file.lines} lines gave {file.records} + {file.quarantined}, {len(aside)} set aside"
    try:
        count = rows_in(data, _source(case, file))
    except Exception as error:  # another reader could not read what was taken in
        yield f"{name}: taken in, but {error!s:.200}"
        return
    if count is not None and count != file.lines:
        yield f"{name}: {file.lines} lines were read, another count finds {count}"


def _places(table: pa.Table, name: str) -> list[tuple[int, int]]:
    rows = table.select(["source_file", "source_line", "source_item"]).to_pylist()
    return [(row["source_line"], row["source_item"]) for row in rows if row["source_file"] == name]


def _source(case: Case, file: FileRead) -> Source:
    return case.contract.delivery.rows if file.role == "rows" else case.contract.delivery.join[0].source


def _again(case: Case, landed: Landed, read: Canonical, store: ObjectStore) -> Iterator[str]:
    if case.number % _READ_AGAIN == 0 and canonicalise(landed, case.contract, store, _KEY) != read:
        yield "read again, it gave something else"
