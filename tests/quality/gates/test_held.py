"""Texts that are laid out together are found as if each were looked at alone."""

import random
import re

import numpy as np
import polars as pl
import pytest
from ftfy.badness import MOJIBAKE_CATEGORIES, is_bad

from quality.gates.record import boilerplate, damaged, refusal
from quality.gates.record.held import FIELDS, Held, Texts
from quality.gates.record.openings import Opening
from rampart.records.canonical import RECORD
from tests.quality.gates.judged import answered, caught
from tests.quality.gates.test_hostile_texts import ODD, TEXT_GATES

SOME = [
    "",
    " ",
    "\0",
    "é",
    "aé",
    "éa",
    "judge",
    "jud",
    "ge",
    "\u3000x\u3000",
    "\x1cx",
    "x",
    "ab\n",
    "Ã©",
    "a" * 40,
]
# Characters that ftfy's heuristic tells apart, as its classes have them; the dashes of ranges do no harm.
ODD_CHARS = "".join(MOJIBAKE_CATEGORIES.values()) + " \t\n.aZ9²ГВвЂ€œŒÂÃ°\x85\ufffd"


def drawn(seed: int, many: int) -> list[str]:
    """Texts put together from pieces, a few of them beyond ASCII."""
    rng = random.Random(seed)  # noqa: S311 (a test)
    plain = " ".join(["as people write them,", "and nothing else"])
    return [
        "".join(rng.choice([plain[: rng.randrange(30)], rng.choice(SOME)]) for _ in range(rng.randrange(6)))
        for _ in range(many)
    ]


def mangled(seed: int, many: int) -> list[str]:
    """Texts in which a few odd characters stand together, with plain ones before and behind."""
    rng = random.Random(seed)  # noqa: S311 (a test)
    return [
        "plain words " * rng.randrange(3)
        + "".join(rng.choices(ODD_CHARS, k=rng.randrange(1, 6)))
        + " and on" * rng.randrange(3)
        for _ in range(many)
    ]


def laid(texts: list[str]) -> Texts:
    """Texts as those of a record each."""
    return Texts(pl.Series("", texts, dtype=pl.String), np.arange(len(texts)), len(texts))


def places(texts: list[str], pattern: str) -> list[int]:
    """Where a pattern matches, text by text."""
    return [place for place, text in enumerate(texts) if re.search(pattern, text)]


@pytest.mark.parametrize("many", [0, 1, 7, 8, 9, 500])
def test_words_are_found_in_their_texts_and_not_across_two(many: int) -> None:
    texts = drawn(many, many)
    for pattern in ("judge", r"\x00", "é|them", "x{30}"):
        assert laid(texts).holding(pattern).tolist() == places(texts, pattern)


@pytest.mark.parametrize("many", [0, 1, 2, 500])
def test_what_is_beyond_ascii_is_found_with_what_stands_beside_it(many: int) -> None:
    texts = drawn(many, many)
    for pattern in ("é", "[aé]é", "é[^é]", "Ã.", "[é\u3000].{0,2}[ax]"):
        assert laid(texts).matching_beyond_ascii(pattern).tolist() == places(texts, pattern)
    for first, second in (("é", "Ã"), ("é", r"\Aé")):
        both = [place for place in places(texts, first) if place in places(texts, second)]
        assert laid(texts).matching_beyond_ascii(first, second).tolist() == both


@pytest.mark.parametrize("many", [0, 1, 500])
def test_sizes_and_bytes_are_those_of_each_text(many: int) -> None:
    texts = drawn(many, many)
    data = [text.encode() for text in texts]
    white = re.compile(r"\A[\t-\r \x85\xa0\u3000]+|[\t-\r \x85\xa0\u3000]+\Z")  # white space to Unicode
    assert laid(texts).sizes.tolist() == [len(each) for each in data]
    assert laid(texts).trimmed_sizes.tolist() == [len(white.sub("", text).encode()) for text in texts]
    for place in (0, 1, 2, -1, -2):
        there = [each[place] if -len(each) <= place < len(each) else 0 for each in data]
        assert laid(texts).byte(place).tolist() == there


def test_texts_belong_to_their_records_whatever_is_missing() -> None:
    messages = [None, [], [{"content": "a"}, None, {"content": None}], [{"content": "b"}]]
    frame = pl.DataFrame(
        {"prompt": messages, "responses": messages[::-1], "rationale": ["r", None, "", "s"]},
        schema_overrides={name: pl.List(pl.Struct({"content": pl.String})) for name in FIELDS[:2]},
    )
    held = Held(frame)
    assert held.texts("prompt").said.to_list() == ["a", "", "", "b"]
    assert held.texts("responses").owners.tolist() == [0, 1, 1, 1]
    assert held.texts("rationale").said.to_list() == ["r", "", "", "s"]
    assert held.texts("prompt").of_record(2) == ["a", "", ""]
    assert held.texts("prompt").of_record(1) == []
    assert held.texts("responses", "rationale").holding("[as]").tolist() == [1, 7]
    assert held.texts("prompt").of_records(np.array([1, 3])).tolist() == [False, False, True, True]
    assert held.where(pl.col("rationale") == "r").tolist() == [True, False, False, False]
    among = np.array([False, True, True, False])
    assert held.where(pl.col("rationale") != "r", among).tolist() == [False, False, True, False]
    assert held.where(pl.lit(value=True), among).tolist() == among.tolist()


def test_an_opening_is_found_where_its_pattern_matches() -> None:
    rng = random.Random(3)  # noqa: S311 (a test)
    heads = [
        "I'm sorry, but I can't help",
        "Hello!",
        "TODO",
        "**N/A",
        "Sure, here is:",
        "hi",
        "",
        "Ãé",
        "\0Hi",
    ]
    texts = [
        head[: rng.randrange(12)].swapcase() if rng.random() < 0.5 else head + " "
        for head in rng.choices(heads + SOME, k=2_000)
    ]
    for pattern in (refusal.OPENING, boilerplate._STAND_IN, boilerplate._GREETING):
        opening, expected = Opening(pattern), laid(texts).matching(pattern).tolist()
        assert opening.of(laid(texts)).tolist() == expected
        assert opening.of(laid(texts)).tolist() == expected  # now from what it has learnt


def test_every_text_that_ftfy_calls_bad_is_suspect_unless_for_a_line_end_alone() -> None:
    texts = mangled(5, 20_000)
    suspects = set(damaged._suspects(laid(texts)).tolist())
    missed = [text for n, text in enumerate(texts) if n not in suspects and is_bad(text)]
    assert [text for text in missed if re.search("[^\x00-\x7f\x85]", text) and "\x85" not in text] == []
    assert sum(map(is_bad, texts)) > 5_000  # of one kind of damage or another


def test_most_of_what_is_suspect_is_what_ftfy_calls_bad() -> None:
    texts = [text for text in mangled(6, 20_000) if damaged._BROKEN_SET.isdisjoint(text)]
    suspects = damaged._suspects(laid(texts)).tolist()
    assert sum(is_bad(texts[place]) for place in suspects) > 0.9 * len(suspects)


@pytest.mark.parametrize("code", TEXT_GATES)
def test_a_record_is_found_alone_as_among_others(code: str) -> None:
    texts = [text[:2_000] for text in ODD.values()] + drawn(9, 25) + mangled(9, 25)
    rows = answered(*texts)
    assert [hit for row in rows for hit in caught(code, [row])] == caught(code, rows)


def test_the_fields_are_those_of_a_record() -> None:
    assert set(FIELDS) <= set(RECORD.names)
