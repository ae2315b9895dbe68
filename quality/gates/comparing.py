"""Records compared with each other and with earlier ones, and with that the fate of each.

Of each record this holds some thirty bytes, its id and keys as numbers of 64 bits (of ten million different
ones two are equal with a probability below 3 in a million); where copies are looked for, sketches as well.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from quality.gates.likeness.copies import NO_TWINS, Question, copies
from quality.gates.likeness.twins import SIGNATURES, Signed
from quality.gates.pieces import Room, read_found
from quality.gates.reading import ReadDelivery
from quality.gates.record.copied import kept_for, questions
from quality.gates.record.gate import Asked
from quality.gates.record.judging import masks_of
from quality.gates.record.repeats import Earlier, facts
from rampart.delivery.judged_rows import local_rows
from rampart.records.fates import FATES, codes_of
from rampart.records.identity import KEYS
from rampart.records.reasons import reasons_of

# Ids and keys are all different: a dictionary of them would only be tried and thrown away.
_FOLDED = ["source_file", "source_item", "reason_mask", "flag_mask", "reasons.list.element"]


@dataclass
class FateCounts:
    """How many records have which masks: what the whole delivery is judged on.

    `masks` counts records by the mask of their reasons, `flags` by that of their flags; `accepted` and
    `discarded` count them by file. `twins` (`TWINS`) has the records that are copies, and of what.
    """

    twins: pl.DataFrame = field(default_factory=lambda: NO_TWINS)
    masks: Counter[int] = field(default_factory=Counter)
    flags: Counter[int] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    discarded: Counter[str] = field(default_factory=Counter)

    @property
    def kept(self) -> int:
        """Records without a reason."""
        return self.masks[0]

    @property
    def lost(self) -> int:
        """Records with one."""
        return self.masks.total() - self.kept

    @property
    def reasons(self) -> Mapping[str, tuple[int, int]]:
        """Reason code → (records for which it is the first reason, records that have it at all)."""
        first, every = Counter[str](), Counter[str]()
        for mask, count in self.masks.items():
            codes = [reason.code for reason in reasons_of(mask)]
            first.update(dict.fromkeys(codes[:1], count))
            every.update(dict.fromkeys(codes, count))
        return {code: (first[code], count) for code, count in every.items()}

    def add(self, table: pa.Table) -> None:
        """Count some more records (`FATES`)."""
        frame = pl.DataFrame(pl.from_arrow(table.select(["source_file", "reason_mask", "flag_mask"])))
        for file, mask, flags, count in frame.group_by(frame.columns).len().iter_rows():
            self.masks[mask] += count
            self.flags[flags] += count
            (self.discarded if mask else self.accepted)[file] += count


def numbered(keys: pl.DataFrame) -> pl.DataFrame:
    """`keys` (`KEYS`) as 64-bit numbers."""
    return keys.select(pl.col(name).hash() for name in KEYS)


def compare(
    delivery: ReadDelivery, asked: Asked, earlier: Earlier, reinstated: Collection[str], fates: Path
) -> FateCounts:
    """Write the fate of every record (`FATES`) to the Parquet file `fates`, and count them.

    Args:
        delivery: what was read.
        asked: the terms.
        earlier: keys kept before, `numbered`.
        reinstated: ids of records whose discard a person took back; they have no reason left.
        fates: the file to write, piece by piece.
    """
    copied = _twins(delivery, asked, earlier)
    known = pl.concat([_known(room) for room in delivery.rooms])
    together = masks_of(facts(known.drop("named"), known["named"], earlier, copied), asked, "delivery")
    del known
    counted, start = FateCounts(copied), 0
    with pq.ParquetWriter(fates, FATES, compression="zstd", use_dictionary=_FOLDED) as writer:
        for room in delivery.rooms:
            found = read_found(room)
            here = together.slice(start, found.num_rows)
            table = _fates(found, here, reinstated)
            writer.write_table(table)
            counted.add(table)
            start += found.num_rows
    return counted


def _twins(delivery: ReadDelivery, asked: Asked, earlier: Earlier) -> pl.DataFrame:
    """Every record that is a copy, and of which one, as far as the contract asks."""
    rows = local_rows(Path(), [room.records for room in delivery.rooms])
    found = [NO_TWINS]
    for question in questions(asked.contract):
        code = question.code
        fresh = Signed(_sketched(delivery, code), rows.at)
        items = pl.concat([_column(room, code) for room in delivery.rooms])
        found.append(copies(fresh, items, kept_for(question, earlier.batches), question))
    return pl.concat(found)


def kept_sketches(delivery: ReadDelivery, question: Question, fates: Path) -> pa.Table:
    """The sketches (`SIGNATURES`) of the accepted records' texts, for later batches to be compared with."""
    masks = pl.Series(pl.from_arrow(pq.read_table(fates, columns=["reason_mask"])["reason_mask"]))
    items = pl.concat([_column(room, question.code) for room in delivery.rooms])
    # An item is kept if any judgement of it is, though its sketch was made of the first.
    kept = (
        pl.DataFrame({"item": items, "mask": masks})
        .with_row_index("row")
        .filter(pl.col("mask") == 0, pl.col("item").is_not_null())
        .unique("item", keep="first", maintain_order=True)
        .select("item", "row")
    )
    sketched = _sketched(delivery, question.code).unique("item", keep="first", maintain_order=True)
    found = kept.lazy().join(sketched.drop("row"), on="item", maintain_order="left").collect()
    return found.select(SIGNATURES.names).to_arrow().cast(SIGNATURES)


def _sketched(delivery: ReadDelivery, code: str) -> pl.LazyFrame:
    """The sketches made for a reason, by rows of the delivery."""
    starts = np.cumsum([0, *(read_found(room).num_rows for room in delivery.rooms)])
    return pl.concat(
        [
            pl.scan_parquet(room.sketches(code)).with_columns(pl.col("row") + pl.lit(start, pl.UInt32))
            for room, start in zip(delivery.rooms, starts[:-1], strict=True)
        ]
    )


def _column(room: Room, name: str) -> pl.Series:
    return pl.Series(pl.from_arrow(read_found(room)[name]))


def _known(room: Room) -> pl.DataFrame:
    frame = pl.DataFrame(pl.from_arrow(read_found(room).select([*KEYS, "named"])))
    return numbered(frame).with_columns(frame["named"])


def _fates(found: pa.Table, together: pl.DataFrame, reinstated: Collection[str]) -> pa.Table:
    masks = {
        name: found[mine].to_numpy() | together[theirs].to_numpy()
        for name, mine, theirs in (
            ("reason_mask", "reason_mask", "mask"),
            ("flag_mask", "flag_mask", "flags"),
        )
    }
    if reinstated:
        back = pl.Series(pl.from_arrow(found["record_id"])).is_in(list(reinstated)).to_numpy()
        masks["reason_mask"] = np.where(back, np.uint64(0), masks["reason_mask"])
    reasons = pa.array(masks["reason_mask"], pa.uint64())
    columns = {
        **{name: found[name] for name in found.schema.names},
        "reason_mask": reasons,
        "flag_mask": pa.array(masks["flag_mask"], pa.uint64()),
        "reasons": codes_of(reasons),
    }
    return pa.table([columns[one.name].cast(one.type) for one in FATES], schema=FATES)
