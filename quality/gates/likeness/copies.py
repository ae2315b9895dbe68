"""Records of a delivery whose text is another record's, and that record: the twin `rampart why` shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
import pyarrow as pa

from quality.gates.likeness.twins import Signed, Texts, near_pairs

# One row a record that was found. `contract_id` and `week` are null where the twin is of the same delivery.
TWINS = pa.schema(
    [
        pa.field("row", pa.uint32(), nullable=False),  # of the delivery's records, from 0
        pa.field("code", pa.string(), nullable=False),  # the reason
        pa.field("likeness", pa.float64(), nullable=False),  # share of words that are the same
        pa.field("contract_id", pa.string()),
        pa.field("week", pa.int32()),
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),
    ]
)
NO_TWINS = pl.DataFrame(schema=pl.Schema(TWINS))
_ITEM = pl.col("item").hash()  # in 64 bits, as other keys of records are compared
_ADDRESS = ("record_id", "source_file", "source_line")


@dataclass(frozen=True)
class KeptBatch:
    """An earlier batch of the programme, as copies are looked for in it: by reason, what was kept for it."""

    contract_id: str
    week: int
    kept: Mapping[str, Signed] = field(default_factory=dict)


@dataclass(frozen=True)
class Twin:
    """The record that a copy is like; `contract_id` and `week` are None for one of the same delivery."""

    likeness: float
    contract_id: str | None
    week: int | None
    record_id: str
    source_file: str
    source_line: int

    @property
    def sentence(self) -> str:
        """What a person is told; ids and file names are the vendor's words."""
        where = "" if self.week is None else f", kept in week {self.week} of {self.contract_id}"
        place = f"{self.source_file}, line {self.source_line}{where}"
        return f"{self.likeness:.0%} of the words are those of record {self.record_id} ({place})"


@dataclass(frozen=True)
class Question:
    """A reason that is about copies: what is compared, how near is near, and is the same item a copy too?"""

    code: str
    texts: Texts
    items: Callable[[pl.DataFrame, pl.DataFrame], pl.Series]  # records and keys → the key of each one's text
    at_least: float
    same_item: bool = False


def copies(
    fresh: Signed, items: pl.Series, earlier: Sequence[tuple[KeptBatch, Signed]], question: Question
) -> pl.DataFrame:
    """The records of a delivery that are copies, each with its twin (`TWINS`).

    Args:
        fresh: the delivery.
        items: the key of each of its records, as it was for the signatures.
        earlier: batches kept before, with what of them is compared.
        question: what is asked.
    """
    signed = [one for _, one in earlier]
    near = near_pairs(fresh, signed, question.texts, question.at_least)
    rows = pl.DataFrame({"item": items}).with_row_index("row").drop_nulls().with_columns(_ITEM)
    firsts = rows.unique("item", keep="first", maintain_order=True).rename({"row": "later"})
    found = rows.join(firsts.join(near, on="later"), on="item").select("row", "batch", "earlier", "likeness")
    if question.same_item:
        found = pl.concat([_same(rows, firsts, signed), found])
    found = found.unique("row", keep="first", maintain_order=True).sort("row")
    return _addressed(found, fresh, earlier, question.code)


def twin_of(twins: pl.DataFrame, row: int, code: str) -> Twin | None:
    """The twin of one record of a delivery (`TWINS`), if it was found to be a copy by the reason `code`."""
    found = twins.filter((pl.col("row") == row) & (pl.col("code") == code))
    return Twin(**found.drop("row", "code").row(0, named=True)) if found.height else None


def _same(rows: pl.DataFrame, firsts: pl.DataFrame, earlier: Sequence[Signed]) -> pl.DataFrame:
    """Rows whose very item was there before."""
    seen = [
        one.signatures.lazy().select(_ITEM, earlier="row", batch=pl.lit(n, pl.UInt32)).collect()
        for n, one in enumerate(earlier)
    ]
    own = firsts.select("item", earlier="later", batch=pl.lit(None, pl.UInt32))
    known = pl.concat([*seen, own]).unique("item", keep="first", maintain_order=True)
    again = rows.join(known, on="item", maintain_order="left")
    itself = pl.col("batch").is_null() & (pl.col("row") == pl.col("earlier"))
    return again.filter(~itself).select("row", "batch", "earlier", likeness=pl.lit(1.0))


def _addressed(
    found: pl.DataFrame, fresh: Signed, earlier: Sequence[tuple[KeptBatch, Signed]], code: str
) -> pl.DataFrame:
    """`found` with the addresses of the twins instead of their rows."""
    parts = [NO_TWINS]
    for pairs in found.partition_by("batch", maintain_order=True):
        batch = pairs["batch"][0]
        kept, signed = (None, fresh) if batch is None else earlier[batch]
        address = signed.records(pairs["earlier"].to_list(), _ADDRESS).select(_ADDRESS)
        told = pairs.select(
            "row",
            "likeness",
            code=pl.lit(code),
            contract_id=pl.lit(kept and kept.contract_id, pl.String),
            week=pl.lit(kept and kept.week, pl.Int32),
        )
        parts.append(told.hstack(address).select(NO_TWINS.columns))
    return pl.concat(parts).sort("row")
