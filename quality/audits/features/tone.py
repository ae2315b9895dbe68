r"""How sure a response sounds, and how hard it is to read.

*Hedges* and *boosters* are phrases a hundred words from Hyland's lists (Hyland 2005, *Metadiscourse*,
appendix; shortened to the words that hedge or boost in most of their uses). *Assertiveness* is boosters
less hedges: people who check assertive texts miss more of their errors (Hosking, Blunsom & Bartolo 2023,
"Human Feedback is not Gold Standard", arXiv:2309.16349). *Reading grade* is the Automated Readability Index
(Senter & Smith 1967), $4.71\,c/w + 0.5\,w/s - 21.43$ for $c$ letters and digits, $w$ words, $s$ sentences;
it needs no syllables, and no dictionary.
"""

import polars as pl

from quality.audits.features.feature import TEXT, WORDS, Feature, per_hundred_words
from quality.audits.features.phrases import occurrences

# What is left without all else: twice as fast as counting letters one by one.
_LETTERS = TEXT.str.replace_all(r"[^\pL\pN]+", "").str.len_chars()
# A line that ends without a mark, as an item of a list does, ends a sentence too.
_SENTENCES = TEXT.str.count_matches(r"[.!?…]+(?:[\s\"'”\x{2019})*\]]|\z)|[\pL\pN][ \t]*(?:\n|\z)")


def _reading_grade() -> pl.Expr:
    words, sentences = WORDS.clip(lower_bound=1), _SENTENCES.clip(lower_bound=1)
    return 4.71 * _LETTERS / words + 0.5 * words / sentences - 21.43


_HEDGES, _BOOSTERS = per_hundred_words(occurrences("hedges")), per_hundred_words(occurrences("boosters"))
ASSERTIVENESS = Feature("assertiveness", "tone", "text", _BOOSTERS - _HEDGES, "that sounds surer", "en")

FEATURES = (
    Feature("hedges", "tone", "text", _HEDGES, "that hedges more", "en"),
    Feature("boosters", "tone", "text", _BOOSTERS, "with more boosters", "en"),
    ASSERTIVENESS,
    Feature("reading_grade", "tone", "text", _reading_grade(), "that is harder to read", "en"),
)
