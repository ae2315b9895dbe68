"""Records in another language than they declare."""

import pytest

from quality.gates.record.language import alike, code_of, identified
from tests.quality.gates.declaration import ARTICLE
from tests.quality.gates.delivered import record, response
from tests.quality.gates.judged import DATA, accused_of_published, caught, published, why

CODE = "wrong_language"
SHORT = "Yes, that is right."


def said(language: str | None, prompt: str, *answers: str) -> dict[str, object]:
    """A record that declares a language."""
    return record(
        1,
        language=language,
        prompt=[{"role": "user", "content": prompt}],
        responses=[response(text) for text in answers],
    )


@pytest.mark.parametrize("language", ARTICLE)
def test_a_text_is_in_its_language_and_in_no_other(language: str) -> None:
    text = ARTICLE[language]
    rows = [said(declared, text, text, text) for declared in ARTICLE]
    found = dict(zip(ARTICLE, caught(CODE, rows), strict=True))
    assert [declared for declared, wrong in found.items() if not wrong] == [language]


def test_a_language_may_be_declared_in_many_ways() -> None:
    ways = ["en", "EN", "en-US", "en_GB", "eng", "English", "english", " en "]
    assert {code_of(way) for way in ways} == {"en"}
    assert [code_of(way) for way in ("Deutsch", "zh-CN", "pt_BR", "français", "iw")] == [
        "de",
        "zh",
        "pt",
        "fr",
        "he",
    ]
    rows = [said(way, ARTICLE[code], ARTICLE[code]) for way in ways for code in ("en", "fr")]
    assert caught(CODE, rows) == [False, True] * len(ways)


@pytest.mark.parametrize("declared", [None, "", "xx-nothing", "tlh", "a word that is no language"])
def test_a_language_nobody_can_tell_is_not_judged(declared: str | None) -> None:
    assert caught(CODE, [said(declared, ARTICLE["fr"], ARTICLE["fr"])]) == [False]


@pytest.mark.parametrize(
    ("one", "other"), [("no", "da"), ("nb", "nn"), ("hr", "sr"), ("id", "ms"), ("zh", "yue"), ("es", "gl")]
)
def test_languages_that_are_written_alike_count_as_one(one: str, other: str) -> None:
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), [("es", "pt"), ("de", "nl"), ("ru", "uk"), ("en", "de")])
def test_other_neighbours_do_not(one: str, other: str) -> None:
    assert not alike(one, other)


def test_danish_declared_norwegian_and_malay_declared_indonesian_are_left_alone() -> None:
    danish = (
        "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med fornuft og "
        "samvittighed, og de bør handle mod hverandre i en broderskabets ånd."
    )
    assert caught(CODE, [said(code, danish, danish) for code in ("da", "no", "nb", "sv", "en")]) == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert caught(CODE, [said("ms", ARTICLE["id"], ARTICLE["id"])]) == [False]


def test_one_response_in_the_declared_language_is_enough() -> None:
    english, french = ARTICLE["en"], ARTICLE["fr"]
    rows = [
        said("en", english, french, english),
        said("en", french, english, english),
        said("en", english, french, french),
        said("en", french, french, french),
    ]
    assert caught(CODE, rows) == [False, False, True, True]


@pytest.mark.parametrize(
    "prompt",
    [
        "Say it in French, please.",
        "Translate this sentence.",
        "Écris-le en français.",
        "Comment dit-on cela en anglais, et en français ?",
    ],
)
def test_a_prompt_that_asks_for_another_language_gets_it(prompt: str) -> None:
    assert caught(CODE, [said("en", prompt, ARTICLE["fr"]), said("en", prompt, ARTICLE["fr"], SHORT)]) == [
        False,
        False,
    ]
    assert caught(CODE, [said("en", "What are human rights?", ARTICLE["fr"])]) == [True]


def test_where_no_response_is_long_enough_the_prompt_tells() -> None:
    to_english = f"Was heißt das auf Englisch? {ARTICLE['de']}"
    rows = [said("en", ARTICLE["de"], "Ja.", "Nein."), said("en", to_english, "Yes."), said("de", to_english)]
    assert caught(CODE, rows) == [True, False, False]


CODES = "```python\nfor zahl in range(10):\n    print(zahl)\n```\n" * 4
LEFT_ALONE = [
    SHORT,
    "Oui, bien sûr.",
    "",
    CODES,
    "https://example.com/eine/lange/adresse/die/niemand/liest/und/die/nicht/aufhoert/index.html",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35",
    "| a | b | c |\n|---|---|---|\n" * 10,
    "E7 A7 D7 G7 E7 A7 D7 G7 E7 A7 D7 G7",
]


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_short_text_and_code_are_left_alone(text: str) -> None:
    assert identified(text) is None
    assert caught(CODE, [said("ja", text, text)]) == [False]


def test_a_record_without_a_prompt_or_responses_is_judged_by_the_rest() -> None:
    rows = [
        {**said("en", "", ARTICLE["fr"]), "prompt": []},
        said("en", ARTICLE["fr"]),
        {**said("en", ""), "prompt": []},
    ]
    assert caught(CODE, rows) == [True, True, False]


def test_languages_are_named_by_their_names() -> None:
    told = why(CODE, said("en-US", ARTICLE["fr"], ARTICLE["fr"]))
    assert (told.found, told.expected) == ("text in French", "text in English (en-US)")


# The one is a Chinese answer to an English question.
@pytest.mark.parametrize(("name", "number"), [("pandalm", 0), ("llmfao", 1), ("oasst", 0), ("hh-rlhf", 0)])
def test_public_english_sets_are_in_english(name: str, number: int) -> None:
    found = accused_of_published(CODE, name)
    assert len(found) == number
    assert all("\u4e00" <= char <= "\u9fff" for text in found for char in text.strip(" \n。"))


@pytest.mark.parametrize("declared", ["de", "fr", "es", "ja", "ru"])
def test_long_english_answers_declared_otherwise_are_found(declared: str) -> None:
    pairs = [(prompt, text) for prompt, text in published("oasst") if len(text) > 200]
    rows = [said(declared, "Why?", text) for _, text in pairs]
    found = caught(CODE, rows)
    left = [text for (_, text), hit in zip(pairs, found, strict=True) if not hit]
    assert DATA.is_dir()
    assert len(left) <= 0.02 * len(pairs), left  # mostly code and lists of names
