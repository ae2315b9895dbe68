"""Two readers of the same bytes, and whether they agree to the last cell.

`agree(data, contract, one, other)` gives every difference as a sentence. A reader is a function of a file's
bytes and a contract.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import accumulate
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pyarrow as pa

from contracts.model import Contract
from rampart.delivery.canonicalise import Canonical, FileRead, canonicalise
from rampart.delivery.errors import DeliveryError, UnreadableFileError
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.local_store import LocalStore
from rampart.delivery.mapping import Record
from rampart.delivery.parts import parts_of
from rampart.delivery.readers import Unread, jsonl
from rampart.delivery.rows import RowReader
from rampart.records.canonical import QUARANTINE, RECORD
from rampart.records.identity import with_item_ids
from tests.delivery.reading import KEY

Reader = Callable[[bytes, Contract], Canonical]
NAME = "rows.jsonl"


def whole(data: bytes, contract: Contract) -> Canonical:
    """The file read as deliveries are."""
    with _lying(data) as (landed, store):
        return canonicalise(landed, contract, store, KEY)


def in_small_chunks(data: bytes, contract: Contract) -> Canonical:
    """The same in chunks of a few lines, or of less than one; the file's length gives how many bytes."""
    size = 1 + Random(len(data)).randrange(4_000)  # noqa: S311 (repeatable, no secret)
    with patch.object(jsonl, "CHUNK", size):
        return whole(data, contract)


def by_rows(data: bytes, contract: Contract) -> Canonical:
    """The reference: row after row, nothing by columns, and lines counted by hand."""
    reader = RowReader(contract, KEY)
    records: list[Record] = []
    entries: list[dict[str, Any]] = []
    lines = 0
    with _lying(data) as (landed, store), ExitStack() as stack:
        (part,) = parts_of(landed.files, store, stack)
        with part.open() as stream:
            text = stream.read()
    mark = len(jsonl.BOM) if text.startswith(jsonl.BOM) else 0
    starts = [mark, *accumulate(len(line) + 1 for line in text.split(b"\n"))]
    for row in jsonl.jsonl_rows(io.BytesIO(text), NAME):
        lines += 1
        for found in reader.judgements(row, NAME):
            if isinstance(found, Unread):
                entries.append(found.entry(NAME, starts[row.line - 1]))
            else:
                records.append(found)
    if not lines:
        raise UnreadableFileError("the delivery holds no row", NAME, None, "deliver the whole files")
    counts = FileRead(part.file, "rows", lines, len(records), len(entries))
    return Canonical(
        with_item_ids(pa.Table.from_pylist(records, RECORD)),
        pa.Table.from_pylist(entries, QUARANTINE),
        (counts,),
    )


@contextmanager
def _lying(data: bytes) -> Iterator[tuple[Landed, LocalStore]]:
    """A file that is read where it lies."""
    with TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(data)
        yield Landed("", (LandedFile(NAME, "", len(data), None, NAME),), None), LocalStore(Path(folder))


def agree(data: bytes, contract: Contract, one: Reader = whole, other: Reader = by_rows) -> tuple[str, ...]:
    """What the two readers do not agree about in `data`; nothing where they do."""
    found, again = _read(one, data, contract), _read(other, data, contract)
    if isinstance(found, Canonical) and isinstance(again, Canonical):
        return tuple(_differences(found, again))
    return () if found == again else (f"one: {_short(found)}; the other: {_short(again)}",)


def _read(reader: Reader, data: bytes, contract: Contract) -> Canonical | str:
    """What was read, or the words of a refusal. Any other error is a fault of the reader's."""
    try:
        return reader(data, contract)
    except DeliveryError as error:
        return str(error)


def _short(found: Canonical | str) -> str:
    if isinstance(found, str):
        return f"refused ({found})"
    return f"{found.records.num_rows} records, {found.quarantine.num_rows} in quarantine"


def _differences(one: Canonical, other: Canonical) -> Iterator[str]:
    counts = [[(f.role, f.lines, f.records, f.quarantined) for f in each.files] for each in (one, other)]
    if counts[0] != counts[1]:
        yield f"the files were counted as {counts[0]} and as {counts[1]}"
    yield from _table_differences("records", one.records, other.records)
    yield from _table_differences("quarantine", one.quarantine, other.quarantine)
    if one.notes != other.notes:
        yield f"the notes are {one.notes} and {other.notes}"


def _table_differences(name: str, one: pa.Table, other: pa.Table) -> Iterator[str]:
    if one.schema != other.schema:
        yield f"{name} have other columns: {one.schema} and {other.schema}"
    elif one.num_rows != other.num_rows:
        yield f"{name} are {one.num_rows} and {other.num_rows}"
    else:
        yield from _cell_differences(name, one, other)


def _cell_differences(name: str, one: pa.Table, other: pa.Table) -> Iterator[str]:
    """The first difference of each column; NaN, which no record may hold, would differ from itself."""
    for column in one.column_names:
        if one[column].equals(other[column]):
            continue
        pairs = zip(one[column].to_pylist(), other[column].to_pylist(), strict=True)
        row, (left, right) = next((at, pair) for at, pair in enumerate(pairs) if pair[0] != pair[1])
        yield f"{name}, row {row}, {column}: {left!r:.200} and {right!r:.200}"
