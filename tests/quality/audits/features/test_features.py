"""What each feature counts, and what it does not."""

import polars as pl
import pytest

from quality.audits.features.catalogue import ALL, BY_NAME
from quality.audits.features.feature import Feature
from quality.audits.features.measuring import deltas, measured
from quality.audits.features.phrases import lexicon


def figure(name: str, text: str) -> float:
    """The feature `name` of one text."""
    frame = pl.DataFrame({"first": [text], "second": [""]})
    return float(measured(frame, (BY_NAME[name],)).first[name][0])


def count(name: str, text: str) -> int:
    """The feature's count before log(1 + count)."""
    return round(float(pl.Series([figure(name, text)]).exp()[0]) - 1)


@pytest.mark.parametrize(
    ("name", "text", "times"),
    [
        ("length", "four", 4),
        ("length", "éé", 2),
        ("lists", "- one\n* two\n  3. three\n4) four", 4),
        ("lists", "a - b and 3.5 percent\n-5 degrees", 0),
        ("bold", "**Yes**, and __no__.", 2),
        ("bold", "2 ** 3 ** 4, snake__case", 0),
        ("headers", "# One\n### Two\nnot # three\n#hashtag", 2),
        ("tables", "| a | b |\n|---|---|\na | b", 2),
        ("code", "```py\nx\n```", 2),
        ("emoji", "Fine 😀🎉 ✔", 3),
        ("emoji", "© 2024 (c)", 0),
        ("links", "See https://a.example and www.b.example", 2),
        ("exclamations", "Hi! Great!! if a != b\nEnd!", 3),
        ("flattery", "What a great question! You're absolutely right.", 2),
        ("flattery", "You’re absolutely right.", 1),  # noqa: RUF001
        ("flattery", "A greater question", 0),
    ],
)
def test_marks_and_flattery_are_counted(name: str, text: str, times: int) -> None:
    assert count(name, text) == times


@pytest.mark.parametrize(
    ("name", "text", "rate"),
    [
        ("hedges", "Perhaps it might rain", 50.0),
        ("boosters", "Certainly it will never rain", 40.0),
        ("assertiveness", "Certainly it might never rain", 20.0),
        ("fluff", "It is important to note this", 100 / 6),
        ("vagueness", "several things", 100.0),
        ("jargon", "Heteroscedasticity matters", 50.0),
        ("hedges", "Mayonnaise", 0.0),
    ],
)
def test_phrases_are_a_rate_a_hundred_words(name: str, text: str, rate: float) -> None:
    assert figure(name, text) == pytest.approx(rate)


def test_the_reading_grade_is_the_published_index() -> None:
    # 23 letters, 6 words, 2 sentences.
    assert figure("reading_grade", "The dog ran. Birds sing today.") == pytest.approx(
        4.71 * 23 / 6 + 0.5 * 6 / 2 - 21.43
    )
    # An item of a list ends a sentence though it has no mark.
    assert figure("reading_grade", "red apple\ngreen pear") == pytest.approx(
        4.71 * 17 / 4 + 0.5 * 4 / 2 - 21.43
    )


def test_an_empty_text_has_finite_figures() -> None:
    frame = pl.DataFrame({"first": [""], "second": ["😀"]})
    assert all(measured(frame, ALL).delta.row(0)[i] is not None for i in range(len(ALL)))
    assert measured(frame, ALL).delta.select(pl.all().is_finite().all()).row(0) == (True,) * len(ALL)


def test_a_delta_is_the_first_less_the_second_and_changes_sign_when_they_swap() -> None:
    frame = pl.DataFrame({"first": ["**a** b", "x"], "second": ["short", "- y\n- z"]})
    there = deltas(frame, ALL)
    back = deltas(frame.rename({"first": "second", "second": "first"}), ALL)
    assert there.columns == [feature.name for feature in ALL]
    assert there.schema == pl.Schema(dict.fromkeys(there.columns, pl.Float64))
    assert (there + back).select(pl.all().abs().max()).row(0) == (0.0,) * len(ALL)


def test_rows_stay_aligned_when_texts_recur_and_a_missing_text_is_unknown() -> None:
    texts = [f"{'w ' * (n % 5)}end" for n in range(40)]
    frame = pl.DataFrame({"first": texts, "second": [None, *reversed(texts[1:])]})
    found = deltas(frame, (BY_NAME["length"],))["length"].to_list()
    assert found[0] is None
    lengths = frame.select(pl.col("first", "second").str.len_chars().log1p())
    assert found[1:] == pytest.approx((lengths["first"] - lengths["second"]).to_list()[1:])


def test_english_word_lists_say_nothing_about_a_text_in_another_language() -> None:
    frame = pl.DataFrame(
        {
            "first": ["Perhaps"] * 4,
            "second": ["Ja"] * 4,
            "language": ["de", "en-GB", None, "EN"],
        }
    )
    found = deltas(frame, (BY_NAME["hedges"], BY_NAME["length"]))
    assert found["hedges"].to_list() == [None, 100.0, 100.0, 100.0]
    assert found["length"].null_count() == 0


def test_a_pair_level_feature_is_measured_on_the_pair() -> None:
    asked = pl.col("first").str.contains(pl.col("prompt"), literal=True).cast(pl.Int8)
    echo = Feature("echo", "pair", "pair", asked, "that repeats the prompt")
    frame = pl.DataFrame({"first": ["a b", "c"], "second": ["", ""], "prompt": ["a", "a"]})
    assert deltas(frame, (echo, BY_NAME["length"])).columns == ["echo", "length"]
    assert deltas(frame, (echo,))["echo"].to_list() == [1.0, 0.0]


def test_no_phrase_stands_in_its_list_twice_and_all_are_lower_case() -> None:
    for phrases in lexicon().values():
        assert len(phrases) == len(set(phrases))
        assert all(phrase == phrase.lower() for phrase in phrases)


def test_names_are_unique() -> None:
    assert len(BY_NAME) == len(ALL)
