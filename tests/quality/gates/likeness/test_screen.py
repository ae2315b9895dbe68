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


def renamed(text: Text, chance: random.Random) -> tuple[Text, Text]:
    """Code in which one name in nine is another one, of four parts each: few words, many parts of words."""
    words = " ".join(text[0]).split()

    def named() -> Text:
        name = "_".join(f"{chance.randrange(10**6):06}a" for _ in range(4))
        return [" ".join(name if place % 9 == 4 else word for place, word in enumerate(words))], []

    return named(), named()


def wide(text: Text) -> Text:
    """The same words in letters as wide as Chinese characters."""
    return [part.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}) for part in text[0]], []


def test_words_that_the_comparison_cuts_or_spells_otherwise_are_left_to_it() -> None:
    chance = random.Random(34)
    texts: list[Text] = [(asked, []) for asked, _ in unrelated(chance, 60, 40, 60)]
    pairs = [*(renamed(text, chance) for text in texts), *((text, wide(text)) for text in texts)]
    pairs += [
        (([f"{'so long ' * 6_000}{asked[0]}"], []), ([f"{'very long ' * 6_000}{asked[0]}"], []))
        for asked, _ in texts[:2]
    ]
    alike = [likeness(text_of(*one), text_of(*other), AT_LEAST) is not None for one, other in pairs]
    assert sum(alike) >= 110
    kept = screened(*(list(side) for side in zip(*pairs, strict=True)))
    assert all(one for one, is_alike in zip(kept, alike, strict=True) if is_alike)


def test_texts_that_have_half_of_their_words_from_a_template_are_refused() -> None:
    chance = random.Random(32)
    template = sentence(chance, 12, 12)
    texts: list[Text] = [([f"{template} {sentence(chance, 12, 12)}"], []) for _ in range(200)]
    assert np.mean(screened(texts, [*texts[1:], texts[0]])) < 0.05


def test_no_pairs_are_no_matter() -> None:
    nowhere = np.empty(0, np.int64)
    assert may_be_alike(frame(unrelated(random.Random(33), 2)), nowhere, nowhere, AT_LEAST).tolist() == []
