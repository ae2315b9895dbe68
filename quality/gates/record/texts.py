"""Which texts a record holds, and how gates look for something in them.

A gate over text says two things: a cheap expression that is true of every text it could object to, and,
where an expression cannot decide, a function that decides on the few texts that are left.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from quality.gates.record.gate import Seen

Where = Literal["prompt", "responses", "rationale"]
EVERYWHERE: tuple[Where, ...] = ("prompt", "responses", "rationale")
# Around what was found, so that a person recognises the place.
_CONTEXT_CHARS = 40


def phrases(gate: str) -> dict[str, Any]:
    """The words and patterns of a gate: the TOML file of its name beside this one."""
    return tomllib.loads((Path(__file__).parent / f"{gate}.toml").read_text("utf-8"))


def any_text(
    where: tuple[Where, ...],
    suspect: pl.Expr,
    confirm: Callable[[str], bool] | None = None,
    *,
    beyond_ascii: bool = False,
) -> pl.Expr:
    """True where a text of the record is suspect and, where there is more to know, confirmed.

    Args:
        where: the fields to look into; what is null holds no text.
        suspect: a test of one text, over `pl.element()`.
        confirm: called with each suspect text.
        beyond_ascii: pass over texts of plain ASCII, which are most, at no cost.
    """

    def found(given: pl.Series) -> pl.Series:
        return _found(given, suspect, confirm, beyond_ascii)

    return pl.any_horizontal([texts(field).map_batches(found, return_dtype=pl.Boolean) for field in where])


def texts(field: Where) -> pl.Expr:
    """The texts of a field, as a list of strings."""
    if field == "rationale":
        return pl.concat_list("rationale")  # a list of one, like the others
    return pl.col(field).list.eval(pl.element().struct.field("content"))


def _found(
    held: pl.Series, suspect: pl.Expr, confirm: Callable[[str], bool] | None, beyond_ascii: bool
) -> pl.Series:
    """Of each list of texts: is one of them suspect and confirmed? A text that recurs is asked about once."""
    flat = held.explode(empty_as_null=False, keep_nulls=False).fill_null("")
    places = np.arange(len(flat))
    if beyond_ascii:
        places = np.flatnonzero((flat.str.len_bytes() > flat.str.len_chars()).to_numpy())
        flat = flat.gather(places)
    hits = flat.implode().list.eval(suspect).explode(empty_as_null=False).fill_null(value=False).to_numpy()
    found = np.zeros(len(held), np.bool_)
    if hits.any():
        left = flat.filter(pl.Series(hits)).to_list()
        verdicts = {text: confirm is None or confirm(text) for text in set(left)}
        confirmed = places[hits][[verdicts[text] for text in left]]
        ends = np.cumsum(held.list.len().fill_null(0).to_numpy())
        found[np.searchsorted(ends, confirmed, side="right")] = True
    return pl.Series(found)


def named_texts(record: Mapping[str, Any], where: tuple[Where, ...]) -> Iterator[tuple[str, str]]:
    """What each text of a record is called, and the text."""
    if "prompt" in where:
        yield from (("the prompt", one["content"] or "") for one in record["prompt"])
    if "responses" in where:
        yield from ((f"response {place}", one["content"]) for place, one in enumerate(record["responses"], 1))
    if "rationale" in where:
        yield "the rationale", record.get("rationale") or ""


def seen_in(
    record: Mapping[str, Any], where: tuple[Where, ...], find: Callable[[str], str | None], expected: str
) -> Seen:
    """What `find` names in the record's texts, and where."""
    found = [f"{name}: {what}" for name, text in named_texts(record, where) if (what := find(text))]
    return Seen("; ".join(found), expected)


def excerpt(text: str, start: int, end: int) -> str:
    """The passage with a few words around it, on one line."""
    before, after = max(0, start - _CONTEXT_CHARS), end + _CONTEXT_CHARS
    cut = " ".join(text[before:after].split())
    return f"{'…' if before else ''}{cut}{'…' if after < len(text) else ''}"


def quick(pattern: str) -> str:
    r"""A pattern without regard to case, for polars: where ``\b`` stands for words of ASCII.

    The engine falls back to a way many times slower where a word of Unicode may end beside other letters.
    """
    return "(?i)" + pattern.replace(r"\b", r"(?-u:\b)")


def first_match(pattern: str, text: str) -> str | None:
    """What a polars pattern matches in `text` first, on one line; None where nothing."""
    found: str | None = pl.Series([text]).str.extract(f"({pattern})", 1).item()
    return None if found is None else " ".join(found.split())
