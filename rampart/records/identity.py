"""What makes two records the same judgement, or two judgements the same work.

Keys are equal or not. What is nearly the same, `quality.gates.likeness` finds.
"""

import polars as pl
import polars_hash as plh
import pyarrow as pa
import pyarrow.compute as pc

from rampart.records.prompt_key import SEPARATOR, normalised, prompt_keys

KEYS = {"record_id": pl.String, "exact_key": pl.String, "work_key": pl.String}
_UNLABELLED = ("demonstration", "critique")  # schemes in which a label beside the response says nothing
_PARTS = "\x1e"  # ASCII record separator
_LENGTH = 32  # hex digits, 128 bits: among 10^9 records a chance match has a probability below 10^-20


def record_keys(records: pl.DataFrame) -> pl.DataFrame:
    """The three identities of every canonical record, in order (`KEYS`).

    `exact_key`: prompt, responses as shown, what the label means and annotator: spellings of one label are
    one judgement. A label its scheme does not understand is compared as text, across case and white space.
    Without annotator ids, judgements of one line are told apart by their place in it. `work_key`: prompt and
    responses, on whichever side each stood. Prompts count as the same across case and white space; responses
    byte for byte. Of a label-only record, which has neither, the item id is compared.
    """
    who = pl.coalesce("annotator_id", pl.format("#{}", "source_item"))
    answers = _digests(records)
    parts = records.select(
        "record_id",
        who.alias("who"),
        asked=_asked(records),
        shown=answers.list.join(SEPARATOR),
        answers=_in_order(answers).list.join(SEPARATOR),
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
    keyed = records.select(pl.col("prompt"), pl.col("responses").list.len().alias("many"), "item_id")
    # A label-only record has no text: what was judged is then all that the item id says.
    without_text = (pl.col("prompt").list.len() == 0) & (pl.col("many") == 0)
    asked = pl.when(without_text).then("item_id").otherwise(prompt_keys(records["prompt"]))
    return keyed.select(asked.alias("asked")).to_series()


def _digests(records: pl.DataFrame) -> pl.Series:
    sha256 = pl.col("responses").list.eval(pl.element().struct.field("sha256"))
    return records.select(sha256.alias("answers")).to_series()


def _in_order(answers: pl.Series) -> pl.Series:
    """Digests in an order that does not depend on the side on which a response stood."""
    if (answers.list.len().max() or 0) > 2:  # type: ignore[operator]  # a number of elements
        return answers.list.eval(pl.element().sort())
    first, second = (pl.col("answers").list.get(place, null_on_oob=True) for place in (0, 1))
    turned = pl.when(first > second).then(pl.col("answers").list.reverse()).otherwise("answers")
    return answers.to_frame("answers").select(turned).to_series()


def _meaning(records: pl.DataFrame) -> pl.Series:
    """The canonical label as text, equal for equal judgements however the vendor wrote them."""
    # Beside any other label marked passages are a note, and a changed note makes no new judgement.
    marked = pl.when(pl.col("scheme") == "spans").then(pl.col("spans").list.unique().list.sort())
    score = pl.element()
    scores = pl.col("ratings").list.eval(pl.when(score == 0).then(0.0).otherwise(score))  # -0.0 is 0.0
    said = [
        pl.col("ranking").cast(pl.List(pl.String)).list.join(","),
        pl.col("strength").cast(pl.String),
        pl.col("both_bad").cast(pl.String),
        scores.cast(pl.List(pl.String)).list.join(","),
        _as_json(records, marked),
        pl.col("category"),
    ]
    understood = pl.any_horizontal(
        pl.col("ranking", "ratings", "category").is_not_null(), marked.is_not_null()
    )
    found = records.select(
        pl.when(pl.col("scheme").is_in(_UNLABELLED))
        .then(pl.lit(""))
        .when(understood)
        .then(pl.concat_str([part.fill_null("~") for part in said], separator=_PARTS))
        .alias("meaning")
    ).to_series()
    if not found.has_nulls():
        return found
    spelt = normalised(records["raw_label"].fill_null("")).str.strip_chars('" ')
    return found.zip_with(found.is_not_null(), spelt)


def _as_json(records: pl.DataFrame, marked: pl.Expr) -> pl.Expr:
    """The marked passages as JSON; most schemes have none, and all records then say the same."""
    if records["spans"].null_count() == records.height:
        return pl.lit('{"spans":null}')
    return pl.struct(marked.alias("spans")).struct.json_encode()


def _digest(*parts: str | pl.Expr) -> pl.Expr:
    return plh.concat_str(parts, separator=_PARTS).chash.sha2_256().str.slice(0, _LENGTH)
