"""What a word or number of a comparison says: the first, the second, a tie, neither; and how strongly."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from contracts.language.words import as_number
from rampart.drafting.draft import Sure

Side = Literal["a", "b", "tie", "both_bad"]

_FIRST = {"a", "left", "first", "1", "x", "one", "chosen"}
_SECOND = {"b", "right", "second", "2", "y", "two", "rejected"}
_TIE = {"tie", "tied", "equal", "equally", "same", "draw", "both", "similar", "similarly", "even", "neutral",
        "equivalent", "indifferent", "unsure"}  # fmt: skip
_STRONG = {"much", "far", "significantly", "strongly", "clearly", "definitely", "greatly", "substantially"}
_WEAK = {"slightly", "bit", "little", "somewhat", "marginally", "barely", "negligibly", "weakly"}
_WORSE = {"worse", "loses", "lost", "inferior"}
_FILLER = re.compile(r"\b(a|one) (bit|little|lot|tie|draw|touch|tad)\b")
_SCALES = ((1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (1, 10), (0, 4), (0, 5), (0, 6), (0, 10), (0, 100))


@dataclass(frozen=True)
class Meaning:
    """What one word says; `degree` 1 slightly, 2 plainly, 3 much."""

    side: Side
    degree: int = 2


@dataclass(frozen=True)
class Scheme:
    """Scheme terms, why, and how sure."""

    terms: dict[str, Any]
    why: str
    sure: Sure


def meaning(text: str, tokens: tuple[str, ...]) -> Meaning | None:
    """What a label's text says, where the two responses are called by `tokens`."""
    lowered = _FILLER.sub(r"\2", text.lower().strip())
    compared = re.fullmatch(r"\W*(\w+)\W*?([<>=~≫≪]+)\W*(\w+)\W*", lowered)
    if compared:
        return _by_sign(compared.groups(), tokens)
    parts = re.findall(r"[a-z]+|[0-9]+", lowered)
    said = set(parts)
    if "neither" in said or "bothbad" in said or ("bad" in said and said & _TIE) or said == {"none"}:
        return Meaning("both_bad")
    if said & _TIE:
        return Meaning("tie")
    sides = [side for part in parts if (side := _side(part, tokens))]
    if not sides:
        return None
    first = sides[0]
    if said & _WORSE:
        first = "b" if first == "a" else "a"
    degree = 3 if said & _STRONG else 1 if said & _WEAK else 2
    return Meaning(first, degree)


def _side(part: str, tokens: tuple[str, ...]) -> Literal["a", "b"] | None:
    if part in tokens[:2]:
        return "a" if part == tokens[0] else "b"
    if tokens[0] in ("0", "1") and part.isdigit():
        return None
    return "a" if part in _FIRST else "b" if part in _SECOND else None


def _by_sign(parts: tuple[str, ...], tokens: tuple[str, ...]) -> Meaning | None:
    side = _side(parts[0], tokens)
    if set(parts[1]) <= set("=~"):
        return Meaning("tie")
    if side is None or len(set(parts[1])) > 1:
        return None
    if parts[1][0] in "<≪":
        side = "b" if side == "a" else "a"
    return Meaning(side, 3 if len(parts[1]) > 1 or parts[1] in "≫≪" else 2)


def comparative(
    said: Mapping[str, int], tokens: tuple[str, ...], proven: Mapping[str, Side] | None = None
) -> Scheme | None:
    """The scheme that the words of a comparison ask for.

    Args:
        said: the label's words with their counts.
        tokens: what the two responses are called.
        proven: what scores beside the labels say that words mean, if there are any.
    """
    listed = sorted(said, key=lambda text: (as_number(text) is None, as_number(text) or 0.0, text))
    if proven and set(proven) >= set(listed):
        return _by_words(
            {text: Meaning(proven[text]) for text in listed}, "the scores beside it agree", "sure"
        )
    numbers = {text: number for text in listed if (number := as_number(text)) is not None}
    if len(numbers) == len(listed):
        return _of_numbers(listed, sorted(numbers.values()), tokens)
    return _of_text(listed, said, tokens)


def _of_text(listed: list[str], said: Mapping[str, int], tokens: tuple[str, ...]) -> Scheme | None:
    known = {text: found for text in listed if (found := meaning(text, tokens))}
    unknown = [text for text in listed if text not in known]
    if not unknown:
        return _by_words(known, "", "sure")
    if set(listed) <= {"true", "false"}:
        read = {"true": Meaning("a"), "false": Meaning("b")}
        return _by_words({text: read[text] for text in listed}, "true read as: the first is better", "edit")
    if known and sum(said[text] for text in unknown) <= 0.05 * sum(said.values()):
        return _by_words(known, f"not understood: {', '.join(unknown[:5])}", "edit")
    if len(listed) == 2 and not known:
        read = {listed[0]: Meaning("a"), listed[1]: Meaning("b")}
        return _by_words(read, "which word means the first response cannot be told", "edit")
    return None


def _of_numbers(listed: list[str], numbers: list[float], tokens: tuple[str, ...]) -> Scheme | None:
    values = set(numbers)
    if tokens[:2] == ("0", "1") and values <= {0, 1}:
        return _by_words(_read(listed, {0: "a", 1: "b"}), "the responses' own numbers", "sure")
    readings: tuple[tuple[set[float], dict[float, Side], str, Sure], ...] = (
        ({1, 2}, {1: "a", 2: "b"}, "1 read as the first, 2 as the second", "likely"),
        ({0, 1}, {0: "a", 1: "b"}, "0 read as the first, 1 as the second", "edit"),
        ({0, 1, 2}, {1: "a", 2: "b", 0: "tie"}, "1 read as the first, 2 as the second, 0 as a tie", "edit"),
        (
            {-1, 0, 1},
            {-1: "a", 1: "b", 0: "tie"},
            "-1 read as the first, 1 as the second, 0 as a tie",
            "edit",
        ),
        ({0, 0.5, 1}, {1: "a", 0: "b", 0.5: "tie"}, "1 read as a win of the first, 0.5 as a tie", "edit"),
    )
    for all_of, read, why, sure in readings:
        if values <= all_of:
            return _by_words(_read(listed, read), why, sure)
    if not all(number.is_integer() for number in values):
        return None
    low, high = scale(numbers)
    why = f"a scale from {low:g} to {high:g}; say which end prefers the first response"
    terms = {"kind": "likert", "low": int(low), "high": int(high), "low_prefers": "a"}
    return Scheme(terms, why, "edit") if len(values) > 2 and high - low <= 100 else None


def _read(listed: Iterable[str], sides: Mapping[float, Side]) -> dict[str, Meaning]:
    return {text: Meaning(sides[as_number(text) or 0.0]) for text in listed}


def scale(numbers: Iterable[float]) -> tuple[float, float]:
    """The usual scale that numbers seem to come from: symmetric below zero, else from 0 or 1."""
    seen = list(numbers)
    low, high = min(seen), max(seen)
    if low < 0:
        widest = max(-low, high)
        return -widest, widest
    if high <= 1:
        return 0.0, 1.0
    fits = [(start, end) for start, end in _SCALES if start <= low and high <= end]
    exact = [one for one in fits if one[1] == high and (one[0] == low or low > 1)]
    for start, end in (exact or fits)[:1]:
        return float(start), float(end)
    return (0.0 if low < 1 else 1.0), high


def _by_words(known: Mapping[str, Meaning], why: str, sure: Sure) -> Scheme:
    by: dict[Side, list[Any]] = {"a": [], "b": [], "tie": [], "both_bad": []}
    for text, found in known.items():
        by[found.side].append(as_word(text))
    graded = any(
        len({known[text].degree for text in known if known[text].side == side}) > 1 for side in ("a", "b")
    )
    # A number among the words would have two meanings on a scale: the word's and its own.
    numbers = any(as_number(text) is not None for text in known)
    if graded and not by["both_bad"] and not numbers:
        return _by_degree(known, why, sure)
    if by["tie"] or by["both_bad"]:
        terms: dict[str, Any] = {
            "kind": "arena",
            "a": by["a"] or ["a"],
            "b": by["b"] or ["b"],
            "tie": by["tie"],
        }
        return Scheme({**terms, **({"both_bad": by["both_bad"]} if by["both_bad"] else {})}, why, sure)
    sides: tuple[tuple[Side, str], ...] = (("a", "first"), ("b", "second"))
    for side, name in sides:
        if not by[side]:
            by[side] = [side]
            why, sure = f"{f'{why}; ' if why else ''}no row said that the {name} was better", "edit"
    return Scheme({"kind": "binary", "a": by["a"], "b": by["b"]}, why, sure)


def _by_degree(known: Mapping[str, Meaning], why: str, sure: Sure) -> Scheme:
    """Words of several strengths: the numbers of a scale around 0, the first response below it."""
    degrees = sorted({found.degree for found in known.values() if found.side in ("a", "b")})
    place = {degree: number for number, degree in enumerate(degrees, start=1)}
    sign = {"a": -1, "b": 1, "tie": 0, "both_bad": 0}
    numbers = {
        text: sign[found.side] * (place[found.degree] if found.side in ("a", "b") else 1)
        for text, found in known.items()
    }
    most = len(degrees)
    ordered = dict(sorted(numbers.items(), key=lambda one: one[1]))
    terms = {"kind": "likert", "low": -most, "high": most, "low_prefers": "a", "words": ordered}
    return Scheme(terms, why or "words of several strengths, set on a scale", sure)


def as_word(text: str) -> str | int:
    """A word as a contract writes it: a number where it is one."""
    number = as_number(text)
    return int(number) if number is not None and number.is_integer() else text
