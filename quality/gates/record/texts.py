"""How gates look for something in the texts of records.

A gate over text says two things: a cheap look that finds every text it could object to, and, where a look
cannot decide, a function that decides on the few texts that are left.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from quality.gates.record.gate import Seen, Test
from quality.gates.record.held import Held, Places, Records, Texts, Where

# Around what was found, so that a person recognises the place.
_CONTEXT_CHARS = 40


def phrases(gate: str) -> dict[str, Any]:
    """The words and patterns of a gate: the TOML file of its name beside this one."""
    return tomllib.loads((Path(__file__).parent / f"{gate}.toml").read_text("utf-8"))


def any_text(
    where: tuple[Where, ...],
    suspects: Callable[[Texts], Places],
    confirm: Callable[[str], bool] | None = None,
) -> Test:
    """True where a text of the record is suspect and, where there is more to know, confirmed.

    Args:
        where: the fields to look into, which follow one another in `FIELDS`.
        suspects: finds suspect texts among those of a field.
        confirm: called with each suspect text.
    """

    def found(held: Held) -> Records:
        texts = held.texts(where[0], where[-1])
        places = suspects(texts)
        return texts.of_records(confirmed(texts, places, confirm) if confirm else places)

    return found


def confirmed(texts: Texts, places: Places, confirm: Callable[[str], bool]) -> Places:
    """Texts, of those at `places`, of which `confirm` is true; one that recurs is asked about once."""
    if not len(places):
        return places
    said = texts.said[places].to_list()
    verdicts = {text: confirm(text) for text in set(said)}
    return places[np.array([verdicts[text] for text in said], np.bool_)]


def any_of(*tests: Test) -> Test:
    """True where one of the tests is."""
    return lambda held: np.logical_or.reduce([test(held) for test in tests])


def union(*found: Places) -> Places:
    """Texts that are at one or more of some places."""
    return np.unique(np.concatenate(found))


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
