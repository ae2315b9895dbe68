"""Texts that are nearly an earlier one's, and which: what sketches suggest, compared word for word.

Sketching is done a chunk at a time, in whatever process has the chunk (`signatures`). The rest is done once
for a delivery (`near_pairs`): it knows sketches only, and asks for the records of the few pairs that agree.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl
import pyarrow as pa

from quality.gates.likeness.alike import likeness, text_of
from quality.gates.likeness.candidates import candidates
from quality.gates.likeness.shingles import edged
from quality.gates.likeness.sketch import COLUMNS, LANES, SKETCH, SKETCH_VERSION, sketches_of

# What later weeks need of a batch: one row an item, and where its text can be read again.
SIGNATURES = pa.schema(
    [
        pa.field("row", pa.uint32(), nullable=False),  # of the batch's records, from 0
        pa.field("item", pa.string(), nullable=False),  # equal for what is the same text
        *(pa.field(name, pa.uint64(), nullable=False) for name in COLUMNS),
    ],
    metadata={"sketch_version": str(SKETCH_VERSION)},
)
_SCHEMA = {"row": pl.UInt32, "item": pl.String, **SKETCH}
PAIRS = {"later": pl.UInt32, "batch": pl.UInt32, "earlier": pl.UInt32, "likeness": pl.Float64}
_SKETCHED = 4_000  # texts whose copies on the way to a sketch are in memory together
IN_MEMORY = 1_000_000  # sketches of 128 bytes; of more, a few columns are read at a time, several times


@dataclass(frozen=True)
class Texts:
    """What is compared of records: `of` makes lists of text, `asked` and `answers`, of their `columns`.

    The texts of `pairs` pairs are in memory together, some 100 MB; for each such lot all may be read again.
    """

    columns: tuple[str, ...]
    of: Callable[[pl.DataFrame], pl.DataFrame]
    pairs: int = 25_000


@dataclass(frozen=True)
class Signed:
    """The signatures of one batch (`SIGNATURES`), and a way to columns of its records by their rows."""

    signatures: pl.DataFrame | pl.LazyFrame
    records: Callable[[Sequence[int], Sequence[str]], pl.DataFrame]


def signatures(texts: pl.DataFrame, items: pl.Series, first_row: int = 0) -> pl.DataFrame:
    """The signatures of a chunk's texts (`SIGNATURES`): one row for each of its items.

    Args:
        texts: `asked` and `answers` of every record.
        items: the key by which a text is the same as another; null for what is not to be compared.
        first_row: the row of the chunk's first record in its batch.
    """
    numbered = texts.with_columns(item=items).with_row_index("row", first_row)
    told = numbered.filter(items.is_first_distinct() & items.is_not_null())
    sketched = [
        sketches_of(some.select(edged("asked", "answers")).to_series())
        for some in told.iter_slices(_SKETCHED)
    ]
    every = pl.concat([pl.DataFrame(schema=SKETCH), *sketched])
    return pl.DataFrame(told.select("row", "item").hstack(every), schema=_SCHEMA)


def near_pairs(fresh: Signed, earlier: Sequence[Signed], texts: Texts, at_least: float) -> pl.DataFrame:
    """Each item of a delivery that is nearly an earlier one, with the likeliest such (`PAIRS`).

    Args:
        fresh: the delivery, in its order.
        earlier: batches kept before.
        texts: what is compared of a record, as it was for the signatures.
        at_least: the share of words that a copy has from its original.

    Returns:
        `later` is a row of the delivery; `earlier` is one of `earlier[batch]`, or of the delivery itself
        where `batch` is null. Two records of the same item are no pair: several annotators may judge one.
    """
    batches = [*earlier, fresh]
    index = pl.concat(
        [one.signatures.lazy().with_columns(batch=pl.lit(n, pl.UInt32)) for n, one in enumerate(batches)]
    )
    places = index.select("batch", "row", pl.col("item").hash()).collect()  # 64 bits will do, as for keys
    first = places["item"].is_first_distinct()
    places = places.filter(first).drop("item")
    fresh_from = int((places["batch"] < len(earlier)).sum())
    sketched = (index if first.all() else index.filter(first)).select(COLUMNS)
    small = places.height <= IN_MEMORY
    suggested = candidates(_collected(sketched) if small else sketched, fresh_from, at_least)
    compared = [
        _compared(pairs, _read(pairs, places, batches, texts), places, at_least)
        for pairs in suggested.select("later", "earlier").iter_slices(texts.pairs)
    ]
    return (
        pl.concat([pl.DataFrame(schema=PAIRS), *compared])
        .unique("later", keep="first", maintain_order=True)
        .with_columns(batch=pl.when(pl.col("batch") < len(earlier)).then("batch"))
    )


def _collected(sketched: pl.LazyFrame) -> pl.DataFrame:
    """All in memory, each column in one piece: some after others, as all in both forms take twice as much."""
    some = [COLUMNS[first : first + LANES] for first in range(0, len(COLUMNS), LANES)]
    return pl.concat([sketched.select(names).collect().rechunk() for names in some], how="horizontal")


def _compared(pairs: pl.DataFrame, said: pl.DataFrame, places: pl.DataFrame, at_least: float) -> pl.DataFrame:
    """The first of each later one's pairs that are alike."""
    from quality.gates.likeness.screen import may_be_alike  # noqa: PLC0415 (SciPy, which workers never need)

    ones, others = (np.searchsorted(said["place"], pairs[name]) for name in ("earlier", "later"))
    kept = may_be_alike(said, ones, others, at_least)
    ones, others = ones[kept], others[kept]
    rows = np.unique([ones, others])
    texts = dict(zip(rows.tolist(), said[rows].select("asked", "answers").iter_rows(), strict=True))
    text = cache(lambda row: text_of(*texts[row]))
    found: dict[int, tuple[int, float]] = {}
    for one, other in zip(ones.tolist(), others.tolist(), strict=True):
        if other not in found and (alike := likeness(text(one), text(other), at_least)) is not None:
            found[other] = one, alike
    here = places[said["place"][list(found)]]
    there = places[said["place"][[one for one, _ in found.values()]]]
    columns = {"later": here["row"], "batch": there["batch"], "earlier": there["row"]}
    return pl.DataFrame({**columns, "likeness": [alike for _, alike in found.values()]}, schema=PAIRS)


def _read(pairs: pl.DataFrame, places: pl.DataFrame, batches: Sequence[Signed], texts: Texts) -> pl.DataFrame:
    """What is compared of all `pairs`, by their `place` in the index."""
    index = pl.concat([pairs["later"], pairs["earlier"]]).unique().sort().alias("place")
    said = []
    for wanted in places[index].with_columns(index).partition_by("batch", maintain_order=True):
        records = batches[wanted["batch"][0]].records(wanted["row"].to_list(), texts.columns)
        said.append(wanted.select("place").hstack(texts.of(records).select("asked", "answers")))
    return pl.concat(said)
