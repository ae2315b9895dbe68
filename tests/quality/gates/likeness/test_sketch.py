"""Sketches against exact sets of word pairs, made another way, and against another library's estimates."""

# ruff: noqa: S311 (chance, not secrets)
import random
import re
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from datasketch import MinHash

from quality.gates.likeness.candidates import least_agreement
from quality.gates.likeness.shingles import word_runs
from quality.gates.likeness.sketch import COLUMNS, VALUES, sketches
from tests.quality.gates.likeness.planted import Text, edited, unrelated

CHANCE = random.Random(21)
TEXTS = unrelated(CHANCE, 250)
CHANGED = [edited(text, CHANCE.choice([0.02, 0.1, 0.2, 0.4]), CHANCE) for text in TEXTS]


def pairs_of(text: Text) -> set[tuple[str, str]]:
    """Pairs of neighbouring words of each part, its edges among them."""
    parts = [["|", *re.findall(r"[a-z0-9]+", part.lower()), "|"] for part in (*text[0], *text[1])]
    return {pair for part in parts for pair in pairwise(part)}


def jaccard(one: Text, other: Text) -> float:
    ours, theirs = pairs_of(one), pairs_of(other)
    return len(ours & theirs) / len(ours | theirs)


def column(texts: list[Text]) -> pl.Series:
    return pl.Series([[*asked, *answers] for asked, answers in texts], dtype=pl.List(pl.String))


def agreement(ones: list[Text], others: list[Text]) -> list[float]:
    """Share of equal 16-bit values in the sketches of each pair."""
    left, right = (
        np.ascontiguousarray(sketches(column(texts)).select(COLUMNS).to_numpy()).view("<u2")
        for texts in (ones, others)
    )
    return [float(share) for share in (left == right).mean(axis=1)]


EXACT = [jaccard(*both) for both in zip(TEXTS, CHANGED, strict=True)]


def test_the_hashes_of_a_text_are_as_many_as_its_different_word_pairs() -> None:
    shingles = word_runs(column(TEXTS), 2)
    sizes = [
        len(set(shingles.hashes[start:end].tolist())) for start, end in pairwise(shingles.starts.tolist())
    ]
    assert sizes == [len(pairs_of(text)) for text in TEXTS]


ODD = [
    ["Crème BRÛLÉE, ÉTÉ; straße ÅNGSTRÖM Ωmega", "ПРИВЕТ — мир… «Да»"],
    ["中文abc和かなKANA、漢字。", "abc中文 かな"],
    ["a" * 7, "A" * 8, "a" * 9, "b" * 16, "b" * 17, f"{'b' * 300}x", f"{'b' * 300}y"],
    ["don't stop-me_now", "x\ty\u00a0z\u2009w\n\n v", "ſ K ﬁ İ"],
    ["", "…", "\x1f a \x1f"],
    [],
    ["😀 emoji 😀", "ไทย ไม่มี", "é"],
]


def words_of(parts: list[str]) -> list[str]:
    """The words of a text as `word_runs` cuts them, found letter by letter."""
    text = "".join(f"\x1f {part} " for part in parts or [""]).lower()
    kept = [
        letter if letter == "\x1f" or (letter.isalnum() if letter.isascii() else not is_mark(letter)) else " "
        for letter in text
    ]
    return re.findall(r"[\u3000-\u9fff][^ \u3000-\u9fff]*|[^ \u3000-\u9fff]+", "".join(kept))


def is_mark(letter: str) -> bool:
    return 0x80 <= ord(letter) <= 0xBF or 0x2000 <= ord(letter) <= 0x207F or 0x3000 <= ord(letter) <= 0x303F


def test_words_are_cut_and_told_apart_as_one_text_at_a_time_letter_by_letter() -> None:
    texts = [*ODD, *([*asked, *answers] for asked, answers in TEXTS[:40]), *ODD[::-1]]
    found = word_runs(pl.Series(texts, dtype=pl.List(pl.String)), 1)
    cut = [words_of(parts) for parts in texts]
    assert np.diff(found.starts).tolist() == [len(words) for words in cut]
    # Of a word of 300 letters the first 256 count, and its length.
    named = [f"{word[:256]}{len(word)}" for words in cut for word in words]
    hashes = found.hashes.tolist()
    assert len(set(zip(named, hashes, strict=True))) == len(set(named)) == len(set(hashes))


def test_agreement_of_sketches_is_the_exact_jaccard_within_what_sampling_allows() -> None:
    error = np.array(agreement(TEXTS, CHANGED)) - np.array(EXACT)
    allowed = np.sqrt(np.mean([exact * (1 - exact) / VALUES for exact in EXACT]))
    assert abs(error.mean()) < 3 * allowed / np.sqrt(len(TEXTS))
    assert np.sqrt((error**2).mean()) < 1.1 * allowed


def test_another_library_estimates_the_same_with_the_same_number_of_values() -> None:
    def minhash(text: Text) -> MinHash:
        made = MinHash(num_perm=VALUES, seed=1)
        made.update_batch(["\x1f".join(pair).encode() for pair in sorted(pairs_of(text))])
        return made

    theirs = np.array([minhash(a).jaccard(minhash(b)) for a, b in zip(TEXTS, CHANGED, strict=True)])
    ours, exact = np.array(agreement(TEXTS, CHANGED)), np.array(EXACT)
    assert np.abs(ours - exact).mean() <= 1.1 * np.abs(theirs - exact).mean()
    assert abs((ours - theirs).mean()) < 0.01


def test_unrelated_texts_agree_in_few_values() -> None:
    assert max(agreement(TEXTS, [*TEXTS[1:], TEXTS[0]])) < least_agreement(0.8)


def test_a_copy_with_one_word_in_five_changed_has_the_agreement_that_is_asked_for() -> None:
    changed = [edited(text, 0.2, CHANCE, ("substitute",)) for text in TEXTS]
    found = np.array(agreement(TEXTS, changed)) >= least_agreement(0.8)
    assert found.mean() >= 0.995


@pytest.mark.parametrize("length", [2, 3, 8, 13])
def test_runs_of_equal_words_have_equal_hashes_wherever_they_stand(length: int) -> None:
    run = " ".join(f"word{number}" for number in range(length))
    texts = [[run], [f"Before that, {run.upper()}!"], ["a", f"{run} after", "b"], [run[:-1]]]
    shingles = word_runs(pl.Series(texts), length)
    wanted = shingles.hashes[1]  # after the edge
    starts = shingles.starts.tolist()
    held = [wanted in shingles.hashes[start:end] for start, end in pairwise(starts)]
    assert held == [True, True, True, False]


def test_sketches_are_the_same_on_every_machine_and_in_every_version() -> None:
    made = sketches(pl.Series([["The quick brown fox.", "It jumped over the lazy dog."]]))
    assert made.row(0)[:2] == (13140163473540474087, 2536846437206168313)
