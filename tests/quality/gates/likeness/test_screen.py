"""The look at bags of words that spares most pairs the comparison word for word."""

# ruff: noqa: S311 (chance, not secrets)
import random

import numpy as np

from quality.gates.likeness.alike import likeness, text_of
from quality.gates.likeness.screen import may_be_alike
from tests.quality.gates.likeness.planted import Text, edited, frame, sentence, unrelated

AT_LEAST = 0.8


def screened(ones: list[Text], others: list[Text]) -> list[bool]:
    places = np.arange(len(ones))
    return list(may_be_alike(frame([*ones, *others]), places, places + len(ones), AT_LEAST))


def test_no_pair_that_is_alike_word_for_word_is_refused() -> None:
    chance = random.Random(31)
    texts = unrelated(chance, 600, 4, 60)
    copies = [edited(text, chance.choice([0.02, 0.1, 0.2, 0.25]), chance) for text in texts]
    pairs = list(zip(texts, copies, strict=True))
    alike = [likeness(text_of(*one), text_of(*other), AT_LEAST) is not None for one, other in pairs]
    assert sum(alike) > 400
    assert all(kept for kept, is_alike in zip(screened(texts, copies), alike, strict=True) if is_alike)


def test_texts_that_have_half_of_their_words_from_a_template_are_refused() -> None:
    chance = random.Random(32)
    template = sentence(chance, 12, 12)
    texts: list[Text] = [([f"{template} {sentence(chance, 12, 12)}"], []) for _ in range(200)]
    assert np.mean(screened(texts, [*texts[1:], texts[0]])) < 0.05


def test_no_pairs_are_no_matter() -> None:
    nowhere = np.empty(0, np.int64)
    assert may_be_alike(frame(unrelated(random.Random(33), 2)), nowhere, nowhere, AT_LEAST).tolist() == []
