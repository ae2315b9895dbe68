r"""Flattery, fluff, jargon and vagueness: what reward models overrate though people do not.

After Bharadwaj, Malaviya, Joshi & Yatskar 2025, "Flattery, Fluff, and Fog: Diagnosing and Mitigating
Idiosyncratic Biases in Preference Models" (arXiv:2506.05339), who plant each in counterfactual pairs. Here
they are counted in what was delivered: flattery as log(1 + phrases), because one is enough to be heard,
fluff and vagueness as phrases a hundred words. *Jargon* has no word list that would fit every domain: it is
the share of words of thirteen letters or more, in per cent. Lists are English: in a text said to be in
another language the first three are unknown, not zero.
"""

from quality.audits.features.feature import TEXT, Feature, logged, per_hundred_words
from quality.audits.features.phrases import occurrences

# Mostly of four syllables or more, of Latin and Greek.
_LONG_WORD = r"\pL{13,}"

FEATURES = (
    Feature("flattery", "wording", "text", logged(occurrences("flattery")), "that flatters more", "en"),
    Feature("fluff", "wording", "text", per_hundred_words(occurrences("fluff")), "with more fluff", "en"),
    Feature(
        "jargon", "wording", "text", per_hundred_words(TEXT.str.count_matches(_LONG_WORD)), "with more jargon"
    ),
    Feature(
        "vagueness", "wording", "text", per_hundred_words(occurrences("vagueness")), "that is vaguer", "en"
    ),
)
