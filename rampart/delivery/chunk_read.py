"""What became of some lines of a file."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class ChunkRead:
    """What became of some lines, in their order.

    `records` (`RECORD`) and `quarantine` (`QUARANTINE`) are what was found in them; `lines` counts those that
    hold data, `blank` those that hold none, `unread` those that are not one object each.
    """

    records: pa.Table
    quarantine: pa.Table
    lines: int
    blank: int
    unread: int

    @property
    def told(self) -> "Told":
        """The same without the records, of which only their number is left."""
        return Told(self.records.num_rows, self.quarantine, self.lines, self.blank, self.unread)


@dataclass(frozen=True)
class Told:
    """`ChunkRead` of records that lie elsewhere: `records` is how many there are."""

    records: int
    quarantine: pa.Table
    lines: int
    blank: int
    unread: int


def joined(reads: Sequence[ChunkRead]) -> ChunkRead:
    """Several of them as one, in their order; there is at least one."""
    return ChunkRead(
        pa.concat_tables([read.records for read in reads]),
        pa.concat_tables([read.quarantine for read in reads]),
        sum(read.lines for read in reads),
        sum(read.blank for read in reads),
        sum(read.unread for read in reads),
    )
