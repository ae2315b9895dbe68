"""One key for every spelling of a prompt: what splits, clusters and duplicate checks agree on."""

from collections.abc import Callable

import polars as pl
import polars_hash as plh
import pyarrow as pa

SEPARATOR = "\x1f"  # ASCII unit separator: cannot be produced by joining ordinary text differently

# White space but single blanks: a run of it, or one that is no blank.
_RUN = r"\s{2,}|[^\S ]"
# What NFKC leaves as it is, in any company of each other: letters of Latin-1, dashes, curly quotes (but not
# the ellipsis, which becomes three dots), kana, Chinese characters, and most emoji.
_SETTLED = (
    r"\x00-\x7f\u{c0}-\u{ff}\u{2013}\u{2014}\u{2018}-\u{201d}\u{3041}-\u{3096}\u{30a1}-\u{30fa}"
    r"\u{4e00}-\u{9fff}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6c5}"
)
UNSETTLED = rf"[^{_SETTLED}]"

# What nobody sees: soft hyphens, joiners, marks of direction, byte order marks, variants of a character.
# Listed here, as Unicode's own property grows with its versions, and a key is for ever.
_UNSEEN = (
    r"[\u{AD}\u{34F}\u{61C}\u{180B}-\u{180F}\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2060}-\u{206F}"
    r"\u{FE00}-\u{FE0F}\u{FEFF}]"
)


def conversation_texts(prompts: pl.Series) -> pl.Series:
    """Each list of {role, content} messages as one normalised string, roles kept; null for null."""
    many = prompts.list.len().fill_null(0)
    flat = prompts.explode(empty_as_null=False, keep_nulls=False).struct.unnest()
    # Nulls become empty text: a null in a concatenation would drop the whole message.
    said = [normalised(flat[name].fill_null("")).alias(name) for name in ("role", "content")]
    turns = pl.select(pl.concat_str(said, separator=SEPARATOR)).to_series()
    ends = many.cum_sum().cast(pl.Int32)
    offsets = pl.concat([pl.Series([0], dtype=pl.Int32), ends]).to_arrow()
    listed = pa.ListArray.from_arrays(offsets, turns.to_arrow().cast(pa.string()))
    texts = pl.Series(pl.from_arrow(listed)).list.join(SEPARATOR)
    return texts.zip_with(prompts.is_not_null(), pl.Series([None], dtype=pl.String))


def normalised(texts: pl.Series) -> pl.Series:
    """`texts` in NFKC (Unicode UAX #15), lower case, runs of white space as one blank, nothing unseen."""
    # Each step is taken only where it changes something: on plain English nine tenths of the time.
    beyond_ascii = texts.str.len_bytes() != texts.str.len_chars()
    texts = _where(texts, beyond_ascii, _composed)
    return _where(texts.str.to_lowercase(), beyond_ascii | _uneven(texts), _evened)


def _composed(texts: pl.Series) -> pl.Series:
    return _where(texts, texts.str.contains(UNSETTLED), _as_seen)


def _uneven(texts: pl.Series) -> pl.Series:
    """Where a text of ASCII has white space besides single blanks within it; one look each is quickest."""
    looks = [pl.col("text").str.contains(sought) for sought in ("  ", r"[\t-\r\x1c-\x1f]")]
    edges = [pl.col("text").str.starts_with(" "), pl.col("text").str.ends_with(" ")]
    return texts.to_frame("text").select(pl.any_horizontal(*looks, *edges)).to_series()


def _evened(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(_RUN, " ").str.strip_chars()


def _as_seen(texts: pl.Series) -> pl.Series:
    # Taken out first: what stands on either side of it may be one character then.
    return texts.str.replace_all(_UNSEEN, "").str.normalize("NFKC")


def _where(texts: pl.Series, found: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    found = found.fill_null(value=False)
    if not found.any():
        return texts
    return texts.scatter(found.arg_true(), change(texts.filter(found)))


def prompt_keys(prompts: pl.Series) -> pl.Series:
    """SHA-256 (hex) of each normalised prompt.

    `prompts` is a series of lists of {role, content}; the result has the same length and is stable across
    machines and library versions, so a split made on it is permanent.
    """
    texts = conversation_texts(prompts).fill_null("").to_frame("text")
    return texts.select(plh.col("text").chash.sha2_256().alias("prompt_key")).to_series()
