"""Two readers of the same bytes, and whether they agree to the last cell.

`agree(data, contract, one, other)` gives every difference as a sentence. A reader is a function of a file's
bytes and a contract.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow as pa

from contracts.model import Contract
from rampart.delivery.canonicalise import Canonical, FileRead, canonicalise
from rampart.delivery.errors import DeliveryError, UnreadableFileError
from rampart.delivery.landing import Landed, LandedFile
from rampart.delivery.local_store import LocalStore
from tests.delivery.reading import KEY

Reader = Callable[[bytes, Contract], Canonical]
NAME = "rows.jsonl"


def whole(data: bytes, contract: Contract) -> Canonical:
    """The file read as it is, where it lies."""
    with TemporaryDirectory() as folder:
        (Path(folder) / NAME).write_bytes(data)
        landed = Landed("", (LandedFile(NAME, "", len(data), None, NAME),), None)
        return canonicalise(landed, contract, LocalStore(Path(folder)), KEY)


def in_pieces(data: bytes, contract: Contract) -> Canonical:
    """The file cut between lines at places that its length gives, read piece by piece, and put together.

    Every line of a piece keeps its number, as blank lines stand for those before it.
    """
    found = list(_read_pieces(data, contract))
    if not found:
        raise UnreadableFileError("the delivery holds no row", NAME, None, "deliver the whole files")
    (first, *_), role = found[0].files, "rows"
    counts = [
        sum(getattr(one.files[0], name) for one in found) for name in ("lines", "records", "quarantined")
    ]
    return Canonical(
        pa.concat_tables([one.records for one in found]).combine_chunks(),
        pa.concat_tables([one.quarantine for one in found]).combine_chunks(),
        (FileRead(first.file, role, *counts),),
    )


def _read_pieces(data: bytes, contract: Contract) -> Iterator[Canonical]:
    *ended, last = data.split(b"\n")
    lines = [*(line + b"\n" for line in ended), last]
    chance = Random(len(data))  # noqa: S311 (repeatable cuts, no secret)
    cuts = sorted(chance.sample(range(len(lines) + 1), min(4, len(lines) + 1)))
    for start, end in zip([0, *cuts], [*cuts, len(lines)], strict=True):
        piece = b"\n" * start + b"".join(lines[start:end])
        try:
            yield whole(piece, contract)
        except UnreadableFileError as error:
            if "holds no row" not in error.problem:
                raise


def agree(data: bytes, contract: Contract, one: Reader = whole, other: Reader = in_pieces) -> tuple[str, ...]:
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
