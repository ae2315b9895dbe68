"""One key for every spelling of a prompt: what splits, clusters and duplicate checks agree on."""

import hashlib

import polars as pl

SEPARATOR = "\x1f"  # ASCII unit separator: cannot be produced by joining ordinary text differently


def conversation_text(messages: pl.Expr) -> pl.Expr:
    """A list of {role, content} messages as one normalised string, roles kept."""
    # Nulls become empty text: a null in a concatenation would drop the whole message.
    said = [normalised(pl.element().struct.field(name).fill_null("")) for name in ("role", "content")]
    turn = pl.concat_str(said, separator=SEPARATOR)
    return messages.list.eval(turn).list.join(SEPARATOR)


def normalised(text: pl.Expr) -> pl.Expr:
    """`text` in NFKC, lower case, with runs of white space as one blank (Unicode UAX #15)."""
    return text.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def prompt_keys(prompts: pl.Series) -> pl.Series:
    """SHA-256 (hex) of each normalised prompt.

    `prompts` is a series of lists of {role, content}; the result has the same length and is stable across
    machines and library versions, so a split made on it is permanent.
    """
    texts = prompts.to_frame("prompt").select(text=conversation_text(pl.col("prompt")))
    keys = [hashlib.sha256((text or "").encode()).hexdigest() for text in texts["text"]]
    return pl.Series("prompt_key", keys, dtype=pl.String)
