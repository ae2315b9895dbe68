"""Texts with known truth: unrelated ones, and copies with edits in a given share of their words."""

import random
from collections.abc import Sequence

import polars as pl

from quality.gates.likeness.twins import Signed, Texts, near_pairs, signatures

Text = tuple[list[str], list[str]]  # what was asked, and the answers
EDITS = ("substitute", "insert", "delete", "case", "punctuation", "space")
_PART = "\0"
_VOCABULARY = [
    f"{a}{b}{c}"
    for a in ("ta", "re", "mi", "so", "lan", "ver")
    for b in "aeiou"
    for c in ("k", "n", "st", "ble", "ing", "ed", "ful", "ment", "er", "ly", "tion", "ous", "al", "ic", "um")
]


def sentence(chance: random.Random, least: int, most: int) -> str:
    """Words as language has them: a few of them often (Zipf)."""
    weights = [1 / rank for rank in range(1, len(_VOCABULARY) + 1)]
    return " ".join(chance.choices(_VOCABULARY, weights, k=chance.randint(least, most))) + "."


def unrelated(chance: random.Random, number: int, least: int = 12, most: int = 90) -> list[Text]:
    """Prompts with two answers that have nothing to do with each other."""
    return [
        ([sentence(chance, least, most)], [sentence(chance, least, most), sentence(chance, least, most)])
        for _ in range(number)
    ]


def edited(text: Text, share: float, chance: random.Random, kinds: Sequence[str] = EDITS) -> Text:
    """`text` with edits at `share` of its words, wherever they fall."""
    tokens = f" {_PART} ".join([*text[0], *text[1]]).split(" ")
    places = [place for place, token in enumerate(tokens) if token != _PART]
    for place in sorted(chance.sample(places, int(share * len(places))), reverse=True):
        tokens[place : place + 1] = _changed(tokens[place], chance.choice(kinds), chance)
    parts = [part.strip(" ") for part in " ".join(tokens).split(_PART)]
    return parts[: len(text[0])], parts[len(text[0]) :]


def _changed(token: str, kind: str, chance: random.Random) -> list[str]:
    other = chance.choice(_VOCABULARY)
    marks = chance.choice(["!", ";", "…", " -", ","])
    return {
        "substitute": [other],
        "insert": [token, other],
        "delete": [],
        "case": [token.upper()],
        "punctuation": [token.rstrip(".,") + marks],
        "space": [f"\n {token}\t"],
    }[kind]


def frame(texts: Sequence[Text]) -> pl.DataFrame:
    """`texts` as the sketches take them."""
    kind = pl.List(pl.String)
    asked, answers = [text[0] for text in texts], [text[1] for text in texts]
    return pl.DataFrame({"asked": asked, "answers": answers}, schema={"asked": kind, "answers": kind})


def signed(texts: Sequence[Text], items: Sequence[str] | None = None) -> Signed:
    """A batch of `texts`, each an item of its own unless `items` says otherwise."""
    table = frame(texts)
    keys = pl.Series([f"{text}" for text in texts] if items is None else items, dtype=pl.String)
    return Signed(signatures(table, keys), lambda rows, _: table[list(rows)])


def near(texts: Sequence[Text], *earlier: Sequence[Text], at_least: float = 0.8) -> pl.DataFrame:
    """The near pairs of a delivery of `texts`."""
    return near_pairs(
        signed(texts),
        [signed(each) for each in earlier],
        Texts(("asked", "answers"), lambda records: records),
        at_least,
    )
