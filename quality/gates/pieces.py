"""A piece of a delivery read and held against the record gates: what one worker process does at a time."""

import gc
import pickle
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from contracts.model import Contract
from quality.gates.likeness.twins import signatures
from quality.gates.record.copied import questions
from quality.gates.record.gate import Asked, References
from quality.gates.record.judging import CompiledGates
from rampart.delivery.chunk_read import ChunkRead, Told
from rampart.delivery.columnar.chunk import ChunkReader
from rampart.delivery.errors import NotReadyError
from rampart.delivery.judged_rows import write_part
from rampart.delivery.readers.jsonl import Chunk
from rampart.records.fates import PLACE
from rampart.records.identity import record_keys, with_item_ids


@dataclass(frozen=True)
class Judging:
    """What a worker must know of the judgement it takes part in."""

    contract: Contract
    week: int
    references: References
    pseudonym_key: bytes


@dataclass(frozen=True)
class Room:
    """Where the files of one piece of a delivery lie, in a scratch folder.

    Lines still to be read are the first `size` bytes of `lines`, a file that rooms use one after the other.
    """

    folder: Path
    number: int
    lines: Path = Path()
    size: int = 0

    @property
    def records(self) -> Path:
        """What was read of them (`RECORD`)."""
        return self.folder / f"records-{self.number:05d}.parquet"

    def sketches(self, code: str) -> Path:
        """Sketches of the texts compared for a reason (`SIGNATURES`), by rows of this piece."""
        return self.folder / f"{code}-{self.number:05d}.parquet"

    @property
    def found(self) -> Path:
        """A row for each record: `PLACE`, `KEYS`, `named` (does it name its annotator?), `reason_mask` and
        `flag_mask` of the gates that look at one record alone, and the key of each text compared for copies.
        """
        return self.folder / f"found-{self.number:05d}.arrow"


def write_found(found: pl.DataFrame, room: Room) -> None:
    """Lay down what was found of the records of `room`: as Arrow has it in memory, to be mapped again."""
    table = found.to_arrow()
    kinds = {field.name: field.type for field in table.schema}
    kinds |= {name: pa.string() for name, kind in found.schema.items() if kind == pl.String}
    table = table.cast(pa.schema(list(kinds.items())))
    with pa.OSFile(str(room.found), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def read_found(room: Room) -> pa.Table:
    """What was found of the records of `room`; it stays in its file, and only what is looked at is read."""
    return pa.ipc.open_file(pa.memory_map(str(room.found))).read_all()


class PieceJudge:
    """Judges pieces; one for each worker, as contracts take a while to compile."""

    def __init__(self, judging: Judging) -> None:
        asked = Asked(judging.contract, judging.week, judging.references)
        self._contract, self._gates = judging.contract, CompiledGates(asked, "record")
        self._reader = ChunkReader(judging.contract, judging.pseudonym_key)

    def lines(self, chunk: Chunk, room: Room) -> Told:
        """Read the lines of `chunk`, and judge what is found in them."""
        return self.read(self._reader.read(chunk), room)

    def read(self, read: ChunkRead, room: Room) -> Told:
        """Judge records by themselves; they and what was found of them are in `room` then."""
        frame = pl.DataFrame(pl.from_arrow(read.records))
        keys = record_keys(frame)
        records = with_item_ids(read.records, keys)
        frame = frame.with_columns(item_id=pl.Series(pl.from_arrow(records.column("item_id"))))
        masks = self._gates.masks_of(frame)
        found = keys.with_columns(
            frame.select(*PLACE, named=pl.col("annotator_id").is_not_null()),
            reason_mask=masks["mask"],
            flag_mask=masks["flags"],
            **self._sketched(frame, keys, room),
        )
        write_part(records, room.records)
        write_found(found, room)
        return read.told

    def _sketched(self, frame: pl.DataFrame, keys: pl.DataFrame, room: Room) -> dict[str, pl.Series]:
        """For each question about copies the key of every record's text; the sketches are in `room` then."""
        items = {}
        for question in questions(self._contract):
            items[question.code] = question.items(frame, keys)
            sketched = signatures(question.texts.of(frame), items[question.code])
            # Read once and thrown away: to compress it would take longer than to write and read it as it is.
            path = room.sketches(question.code)
            pq.write_table(
                sketched.to_arrow(), path, compression="none", use_dictionary=False, write_statistics=False
            )
        return items


_judge: tuple[Path, PieceJudge] | None = None


def judge_lines(judging: Path, pseudonym_key: bytes, chunk: Chunk, room: Room) -> Told:
    """`PieceJudge.lines` in a worker, by the judgement that lies pickled, without its key, at `judging`.

    The lines are in the slot of `room`; `chunk` has none.
    """
    global _judge  # noqa: PLW0603 (a worker process takes part in one judgement at a time)
    if _judge is None or _judge[0] != judging:
        told: Judging = pickle.loads(judging.read_bytes())  # noqa: S301 (our own)
        _judge = judging, PieceJudge(replace(told, pseudonym_key=pseudonym_key))
        gc.freeze()  # what was imported and compiled stays: it need not be looked through for garbage
    with room.lines.open("rb") as lines:
        data = lines.read(room.size)
    if len(data) != room.size:
        problem = f"of {room.size:,} bytes laid out for a worker it found {len(data):,}"
        raise NotReadyError(
            problem, str(room.lines), fix="check the disk of the scratch folder, then run again"
        )
    return _judge[1].lines(replace(chunk, data=data), room)
