"""What makes two records the same judgement, or two judgements the same work.

Keys are equal or not. What is nearly the same, `quality.gates.likeness` finds.
"""

import hashlib

import polars as pl

from rampart.records.prompt_key import SEPARATOR, normalised, prompt_keys

KEYS = {"record_id": pl.String, "exact_key": pl.String, "work_key": pl.String}
_UNLABELLED = ("demonstration", "critique")  # schemes in which a label beside the response says nothing


def record_keys(records: pl.DataFrame) -> pl.DataFrame:
    """The three identities of every canonical record, in order (`KEYS`).

    `exact_key`: prompt, responses as shown, what the label means and annotator: spellings of one label are
    one judgement. A label its scheme does not understand is compared as text, across case and white space.
    Without annotator ids, judgements of one line are told apart by their place in it. `work_key`: prompt and
    responses, on whichever side each stood. Prompts count as the same across case and white space; responses
    byte for byte. Of a label-only record, which has neither, the item id is compared.
    """
    digests = pl.col("responses").list.eval(pl.element().struct.field("sha256"))
    who = pl.coalesce("annotator_id", pl.format("#{}", "source_item"))
    # A label-only record has no text: what was judged is then all that the item id says.
    without_text = (pl.col("prompt").list.len() == 0) & (pl.col("responses").list.len() == 0)
    asked = pl.when(without_text).then(pl.col("item_id")).otherwise(pl.col("prompt_key"))
    parts = records.with_columns(prompt_keys(records["prompt"])).select(
        exact=pl.concat_str(
            asked,
            digests.list.join(SEPARATOR),
            _meaning(),
            who,
            separator="\x1e",
        ),
        work=pl.concat_str(asked, digests.list.sort().list.join(SEPARATOR), separator="\x1e"),
    )
    return pl.DataFrame(
        [records["record_id"], _digest(parts["exact"], "exact_key"), _digest(parts["work"], "work_key")],
        schema=KEYS,
    )


def _meaning() -> pl.Expr:
    """The canonical label as text, equal for equal judgements however the vendor wrote them."""
    # Beside any other label marked passages are a note, and a changed note makes no new judgement.
    marked = pl.when(pl.col("scheme") == "spans").then(pl.col("spans").list.unique().list.sort())
    score = pl.element()
    scores = pl.col("ratings").list.eval(pl.when(score == 0).then(0.0).otherwise(score))  # -0.0 is 0.0
    said = pl.struct("ranking", "strength", "both_bad", scores, "category", marked.alias("spans"))
    understood = pl.any_horizontal(
        pl.col("ranking", "ratings", "category").is_not_null(), marked.is_not_null()
    )
    spelt = normalised(pl.col("raw_label").fill_null("")).str.strip_chars('" ')
    return (
        pl.when(pl.col("scheme").is_in(_UNLABELLED))
        .then(pl.lit(""))
        .when(understood)
        .then(said.struct.json_encode())
        .otherwise(spelt)
    )


def _digest(texts: pl.Series, name: str) -> pl.Series:
    # 128 bits: among 10^9 records the chance of any accidental match is below 10^-20.
    return pl.Series(
        name, [hashlib.blake2b(text.encode(), digest_size=16).hexdigest() for text in texts], pl.String
    )
