"""How a response is written, apart from its words: about thirty numbers a person can read off the page.

Each feature has a name, one sentence, and a polars expression over the columns ``prompt``, ``response``,
``words`` and ``prompt_words`` (lower-case words, in order). Heavy-tailed counts enter as log(1 + count).
A stored model asks for features by name: add new ones freely, but never change what a name means.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

REFUSAL = r"(?i)\b(i can't|i cannot|i'm sorry|i am sorry|i'm unable|i am unable|as an ai|sorry, but)\b"
HEDGE = r"(?i)\b(maybe|perhaps|might|could|possibly|i think|it depends|generally)\b"
EMOJI = r"[\x{1F300}-\x{1FAFF}]"


@dataclass(frozen=True, eq=False)
class StyleFeature:
    """One number about a response."""

    name: str
    meaning: str
    value: pl.Expr


RESPONSE, WORDS, PROMPT_WORDS = pl.col("response"), pl.col("words"), pl.col("prompt_words")
CHARACTERS = RESPONSE.str.len_chars().clip(1)
WORD_COUNT = WORDS.list.len().clip(1)
SHARED = WORDS.list.set_intersection(PROMPT_WORDS).list.len()
SENTENCES = RESPONSE.str.extract_all(r"[^.!?\s][^.!?\n]*")


def _log_count(pattern: str, *, literal: bool = False) -> pl.Expr:
    return RESPONSE.str.count_matches(pattern, literal=literal).log1p()


STYLE: tuple[StyleFeature, ...] = (
    StyleFeature("log_characters", "Length in characters, logged.", RESPONSE.str.len_chars().log1p()),
    StyleFeature("log_words", "Length in words, logged.", WORDS.list.len().log1p()),
    StyleFeature(
        "log_words_over_prompt",
        "Length in words against the prompt's, as a difference of logs.",
        WORDS.list.len().log1p() - PROMPT_WORDS.list.len().log1p(),
    ),
    StyleFeature("log_sentences", "Sentence ends, logged.", _log_count(r"[.!?](\s|$)")),
    StyleFeature("log_lines", "Line breaks, logged.", _log_count("\n", literal=True)),
    StyleFeature("log_bullets", "Bulleted lines, logged.", _log_count(r"(?m)^[ \t]*[-*•] ")),
    StyleFeature("log_numbered", "Numbered lines, logged.", _log_count(r"(?m)^[ \t]*\d+[.)]\s")),
    StyleFeature("log_headers", "Markdown headers, logged.", _log_count(r"(?m)^#+\s")),
    StyleFeature("log_bold", "Markdown bold marks, logged.", _log_count("**", literal=True)),
    StyleFeature("log_code_fences", "Markdown code fences, logged.", _log_count("```", literal=True)),
    StyleFeature("log_links", "Web addresses, logged.", _log_count("http", literal=True)),
    StyleFeature("log_questions", "Question marks, logged.", _log_count("?", literal=True)),
    StyleFeature("log_exclamations", "Exclamation marks, logged.", _log_count("!", literal=True)),
    StyleFeature("log_colons", "Colons, logged.", _log_count(":", literal=True)),
    StyleFeature("log_parentheses", "Opening parentheses, logged.", _log_count("(", literal=True)),
    StyleFeature("log_quotes", "Double quotation marks, logged.", _log_count('"', literal=True)),
    StyleFeature(
        "commas_per_word", "Commas a word.", RESPONSE.str.count_matches(",", literal=True) / WORD_COUNT
    ),
    StyleFeature(
        "digit_share", "Digits among the characters.", RESPONSE.str.count_matches("[0-9]") / CHARACTERS
    ),
    StyleFeature(
        "capital_share", "Capitals among the characters.", RESPONSE.str.count_matches(r"\p{Lu}") / CHARACTERS
    ),
    StyleFeature("refuses", "1 when it apologises or declines.", RESPONSE.str.contains(REFUSAL)),
    StyleFeature(
        "hedges_per_10_words", "Hedging words in ten.", RESPONSE.str.count_matches(HEDGE) / WORD_COUNT * 10
    ),
    StyleFeature("has_emoji", "1 when it has a pictograph.", RESPONSE.str.contains(EMOJI)),
    StyleFeature(
        "i_per_10_words",
        "The word I in ten.",
        RESPONSE.str.count_matches(r"(?i)\bi\b") / WORD_COUNT * 10,
    ),
    StyleFeature(
        "you_per_10_words",
        "The word you in ten.",
        RESPONSE.str.count_matches(r"(?i)\byou\b") / WORD_COUNT * 10,
    ),
    StyleFeature("word_variety", "Different words among the words.", WORDS.list.n_unique() / WORD_COUNT),
    StyleFeature("word_length", "Mean characters a word.", WORDS.list.join("").str.len_chars() / WORD_COUNT),
    StyleFeature(
        "repetition",
        "Share of sentences or lines that stood in the response before.",
        1 - SENTENCES.list.n_unique().clip(1) / SENTENCES.list.len().clip(1),
    ),
    StyleFeature(
        "prompt_covered",
        "Share of the prompt's words that come back.",
        SHARED / PROMPT_WORDS.list.n_unique().clip(1),
    ),
    StyleFeature(
        "prompt_echo", "Share of its words that the prompt used.", SHARED / WORDS.list.n_unique().clip(1)
    ),
    StyleFeature(
        "ends_complete",
        "1 when the last character closes something.",
        RESPONSE.str.contains(r"""[.!?"')`]\s*$"""),
    ),
)

STYLE_NAMES = tuple(feature.name for feature in STYLE)


def style_table(
    prompts: Sequence[str], responses: Sequence[str], names: Sequence[str] = STYLE_NAMES
) -> NDArray[np.float32]:
    """The features called `names`, one row for each (prompt, response): shape (n, len(names)).

    Raises:
        ValueError: for a name this version does not have, as when a model of newer code is read.
    """
    if unknown := sorted(set(names) - set(STYLE_NAMES)):
        raise ValueError(
            f"there is no style feature {unknown[0]!r}; the model was trained by other code, "
            "train it again or run the version that wrote it"
        )
    by_name = {feature.name: feature.value for feature in STYLE}
    frame = pl.DataFrame({"prompt": prompts, "response": responses}, schema=dict.fromkeys(TEXTS, pl.String))
    table = frame.with_columns(words=_words("response"), prompt_words=_words("prompt")).select(
        by_name[name].cast(pl.Float32).alias(name) for name in names
    )
    return np.ascontiguousarray(table.to_numpy(), dtype=np.float32)


TEXTS = ("prompt", "response")


def _words(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.extract_all(r"\w+")
