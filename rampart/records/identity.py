"""What makes two records the same judgement, or two judgements the same work.

Keys are equal or not. What is nearly the same, `quality.gates.likeness` finds.
"""

from typing import Any

import numpy as np
import polars as pl
import polars_hash as plh
import pyarrow as pa
import pyarrow.compute as pc

from rampart.records.prompt_key import joined, normalised, prompt_keys

KEYS = {"record_id": pl.String, "exact_key": pl.String, "work_key": pl.String}
_UNLABELLED = ("demonstration", "critique")  # schemes in which a label beside the response says nothing
_PARTS = "\x1e"  # ASCII record separator
_DIGEST = 64  # hex digits of a response's SHA-256
_LENGTH = 32  # hex digits, 128 bits: among 10^9 records a chance match has a probability below 10^-20

# Beside any other label marked passages are a note, and a changed note makes no new judgement.
_MARKED = pl.when(pl.col("scheme") == "spans").then(pl.col("spans").list.unique().list.sort())
_SPANS = pl.struct(_MARKED.alias("spans")).struct.json_encode()
# 0.0 and -0.0 are one score.
_SCORES = pl.col("ratings").list.eval(pl.when(pl.element() == 0).then(0.0).otherwise(pl.element()))
_SAID = (
    pl.col("ranking").cast(pl.List(pl.String)).list.join(","),
    pl.col("strength").cast(pl.String),
    pl.col("both_bad").cast(pl.String),
    _SCORES.cast(pl.List(pl.String)).list.join(","),
)
_UNDERSTOOD = pl.any_horizontal(pl.col("ranking", "ratings", "category").is_not_null(), _MARKED.is_not_null())


def record_keys(records: pl.DataFrame) -> pl.DataFrame:
    """The three identities of every canonical record, in order (`KEYS`).

    `exact_key`: prompt, responses as shown, what the label means and annotator: spellings of one label are
    one judgement. A label its scheme does not understand is compared as text, across case and white space.
    Without annotator ids, judgements of one line are told apart by their place in it. `work_key`: prompt and
    responses, on whichever side each stood. Prompts count as the same across case and white space; responses
    byte for byte. Of a label-only record, which has neither, the item id is compared.
    """
    who = pl.coalesce("annotator_id", pl.format("#{}", "source_item"))
    digests = _digests(records)
    parts = records.select(
        "record_id",
        who.alias("who"),
        asked=_asked(records),
        shown=joined(digests),
        answers=joined(_in_order(digests)),
        meaning=_meaning(records),
    )
    return parts.select(
        "record_id",
        exact_key=_digest("asked", "shown", "meaning", "who"),
        work_key=_digest("asked", "answers"),
    )


def with_item_ids(records: pa.Table, keys: pl.DataFrame | None = None) -> pa.Table:
    """`records` (`RECORD`) with the record's `work_key` as item where the vendor names none.

    That is what annotators judged together, whichever side each response stood on. `keys` are the records',
    where they are known already.
    """
    place = records.schema.get_field_index("item_id")
    given = records.column(place)
    if not given.null_count:
        return records
    if keys is None:
        keys = record_keys(pl.DataFrame(pl.from_arrow(records)))
    filled = pc.coalesce(given, keys["work_key"].to_arrow().cast(pa.string()))
    return records.set_column(place, records.schema.field(place), filled)


def _asked(records: pl.DataFrame) -> pl.Series:
    keys = prompt_keys(records["prompt"])
    # A label-only record has no text: what was judged is then all that the item id says.
    without_text = (pl.col("prompt").list.len() == 0) & (pl.col("responses").list.len() == 0)
    found = records.select(without_text.fill_null(value=False)).to_series()
    return keys.zip_with(~found, records["item_id"]) if found.any() else keys


def _digests(records: pl.DataFrame) -> Any:
    """The digests of each record's responses, as an Arrow array of lists."""
    sha256 = pl.col("responses").list.eval(pl.element().struct.field("sha256"))
    digests = records.select(sha256.alias("digests")).to_series()
    found = digests.to_arrow()
    return digests.list.drop_nulls().to_arrow() if found.flatten().null_count else found


def _in_order(digests: Any) -> Any:
    """Those of each record in an order that does not depend on the side on which a response stood."""
    flat, many = digests.flatten(), pc.min_max(pc.list_value_length(digests)).as_py()
    lengths = pc.min_max(pc.binary_length(flat)).as_py()
    if digests.null_count or many["min"] != many["max"] or set(lengths.values()) != {_DIGEST}:
        return pl.Series(pl.from_arrow(digests)).list.eval(pl.element().sort()).to_arrow()
    # As many everywhere: rows of a matrix, which are sorted in a fifth of the time that lists of text take.
    _, ends, octets = flat.buffers()
    first = np.frombuffer(ends, np.int64)[flat.offset]
    rows = np.frombuffer(octets, f"S{_DIGEST}", len(flat), first).reshape(len(digests), -1)
    ends = pa.py_buffer(np.arange(len(flat) + 1) * _DIGEST)
    ordered = [None, ends, pa.py_buffer(np.sort(rows, axis=1))]
    offsets = pa.array(np.arange(len(digests) + 1) * many["max"])
    return pa.LargeListArray.from_arrays(offsets, pa.Array.from_buffers(flat.type, len(flat), ordered))


def _meaning(records: pl.DataFrame) -> pl.Series:
    """The canonical label as text, equal for equal judgements however the vendor wrote them."""
    # Most schemes have no marked passages, and all records then say the same.
    spans = _SPANS if records["spans"].null_count() < records.height else pl.lit('{"spans":null}')
    parts = [part.fill_null("~") for part in (*_SAID, spans, pl.col("category"))]
    said = pl.concat_str(parts, separator=_PARTS)
    meaning = pl.when(pl.col("scheme").is_in(_UNLABELLED)).then(pl.lit("")).when(_UNDERSTOOD).then(said)
    found = records.select(meaning.alias("meaning")).to_series()
    if not found.has_nulls():
        return found
    unclear = found.is_null()
    spelt = normalised(records["raw_label"].filter(unclear).fill_null("")).str.strip_chars('" ')
    return found.scatter(unclear.arg_true(), spelt)


def _digest(*parts: str | pl.Expr) -> pl.Expr:
    return plh.concat_str(parts, separator=_PARTS).chash.sha2_256().str.slice(0, _LENGTH)
