"""What of a record is compared with other records, and by which key it is the same as another's."""

import polars as pl
import polars_hash as plh

from quality.gates.likeness.twins import Texts
from rampart.records.prompt_key import normalised

# Words of a rationale; in fewer, such as "A is better.", honest annotators say the same.
SHORTEST_RATIONALE = 8
# All that stands between two words but a single blank: to put a blank for those as well takes thrice as long.
_BETWEEN_WORDS = r"[^\p{L}\p{N} ][^\p{L}\p{N}]*| [^\p{L}\p{N}]+"
_SAID = r"[\p{L}\p{N}]"


def work_of(records: pl.DataFrame) -> pl.DataFrame:
    """What was asked and the answers, as lists of texts, one list each a record.

    What a system prompt says is not compared: all records of one deployment share it, however long it is.
    """
    content = pl.element().struct.field("content").fill_null("")
    ours = pl.element().filter(pl.element().struct.field("role").ne_missing("system"))
    return records.select(
        asked=pl.col("prompt").list.eval(ours.struct.field("content").fill_null("")),
        answers=pl.col("responses").list.eval(content),
    )


def rationale_of(records: pl.DataFrame) -> pl.DataFrame:
    """The rationale, in the form of `work_of`; nothing is answered."""
    said = pl.concat_list(pl.col("rationale").fill_null(""))
    return records.select(asked=said, answers=said.list.head(0))


WORK = Texts(
    ("prompt.list.element.role", "prompt.list.element.content", "responses.list.element.content"), work_of
)
RATIONALE = Texts(("rationale",), rationale_of, pairs=200_000)


def work_items(records: pl.DataFrame, keys: pl.DataFrame) -> pl.Series:
    """`work_key` of each record that has words; null for the others, as label-only ones."""
    said = [pl.col(name).list.join(" ").str.contains(_SAID) for name in ("asked", "answers")]
    told = work_of(records).select(pl.any_horizontal(said)).to_series()
    return keys.select(pl.when(told).then("work_key"))["work_key"].alias("item")


def rationale_items(rationales: pl.Series) -> pl.Series:
    """One key for every spelling of a rationale; null where it is too short to be anybody's own."""
    spelt = _spelt(normalised(rationales)).alias("spelt").to_frame()
    long = pl.col("spelt").str.contains(rf"^(?:[^ ]* ){{{SHORTEST_RATIONALE - 1}}}")
    digest = plh.col("spelt").chash.blake3().str.head(32)  # 128 bits, as all keys of records
    return spelt.select(pl.when(long).then("spelt").alias("spelt")).select(digest.alias("item"))["item"]


def _spelt(texts: pl.Series) -> pl.Series:
    """`texts`, which are normalised, with one blank for all that stands between two words."""
    return texts.str.replace_all(_BETWEEN_WORDS, " ").str.strip_chars()
