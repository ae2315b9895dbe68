"""Word lists as one pattern each; the words and their sources stand in `lexicon.toml`."""

import tomllib
from functools import cache
from pathlib import Path

import polars as pl
import regex

from quality.audits.features.feature import TEXT

# Of ASCII only: it gives the same matches around English words, and the engine stays on its fast path.
_EDGE = r"(?-u:\b)"


@cache
def lexicon() -> dict[str, list[str]]:
    """List name → phrases, in lower case."""
    return {
        name: listed["phrases"]
        for name, listed in tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text("utf-8")).items()
    }


def occurrences(name: str) -> pl.Expr:
    """How often a phrase of the list `name` occurs in ``text``, as whole words in any case."""
    return TEXT.str.count_matches(f"(?i){_EDGE}(?:{'|'.join(map(_pattern, lexicon()[name]))}){_EDGE}")


def _pattern(phrase: str) -> str:
    words = (regex.escape(word, literal_spaces=True).replace("'", r"['\x{2019}]") for word in phrase.split())
    return r"\s+".join(words)
