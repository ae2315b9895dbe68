import numpy as np
import pytest

from rampart.retrain.linear.style import STYLE, STYLE_NAMES, style_table


def value(name: str, response: str, prompt: str = "user: What is a wall?") -> float:
    return float(style_table([prompt], [response], [name])[0, 0])


@pytest.mark.parametrize(
    ("name", "response", "expected"),
    [
        ("log_characters", "abcd", np.log(5)),
        ("log_words", "one two, three", np.log(4)),
        ("log_sentences", "One. Two! Three? 3.5 is no end", np.log(4)),
        ("log_lines", "a\nb\nc", np.log(3)),
        ("log_bullets", "- a\n  * b\n• c\nnot - this", np.log(4)),
        ("log_numbered", "1. a\n 2) b\n3 c", np.log(3)),
        ("log_headers", "# A\n## B\nC # D", np.log(3)),
        ("log_bold", "**a**", np.log(3)),
        ("log_code_fences", "```\nx\n```", np.log(3)),
        ("log_links", "see https://example.org", np.log(2)),
        ("log_questions", "a? b?", np.log(3)),
        ("log_exclamations", "a!", np.log(2)),
        ("log_colons", "a: b", np.log(2)),
        ("log_parentheses", "(a) (b", np.log(3)),
        ("log_quotes", '"a"', np.log(3)),
        ("log_words_over_prompt", "one two", np.log(3) - np.log(6)),
        ("commas_per_word", "a, b, c, d", 0.75),
        ("digit_share", "a1b2", 0.5),
        ("capital_share", "AbCd", 0.5),
        ("refuses", "I'm sorry, no.", 1),
        ("refuses", "Certainly.", 0),
        ("hedges_per_10_words", "maybe it will perhaps", 5),
        ("has_emoji", "well done \U0001f389", 1),
        ("i_per_10_words", "I think, it is", 2.5),
        ("you_per_10_words", "You and you", 20 / 3),
        ("word_variety", "a A b b", 0.5),
        ("word_length", "ab abcd", 3),
        ("repetition", "Same here. Same here. Other", 1 / 3),
        ("prompt_covered", "a wall is", 0.6),
        ("prompt_echo", "a wall is high", 0.75),
        ("ends_complete", "Done.\n", 1),
        ("ends_complete", "Unfini", 0),
    ],
)
def test_a_feature_says_what_its_sentence_says(name: str, response: str, expected: float) -> None:
    assert value(name, response) == pytest.approx(expected, abs=1e-5)


def test_every_feature_has_its_own_name_and_a_sentence() -> None:
    assert len(set(STYLE_NAMES)) == len(STYLE) == 30
    assert all(feature.meaning.endswith(".") for feature in STYLE)


@pytest.mark.parametrize("text", ["", " \n", "\U0001f600", "...", "日本語のテキスト"])
def test_odd_texts_give_finite_numbers(text: str) -> None:
    assert np.isfinite(style_table([text], [text])).all()


def test_features_come_in_the_order_they_were_asked_for() -> None:
    both = style_table(["p"], ["a, b"], ["commas_per_word", "log_words"])
    assert both[0].tolist() == pytest.approx([0.5, np.log(3)])


def test_a_feature_of_other_code_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"no style feature 'charm'.*train it again"):
        style_table(["p"], ["r"], ["log_words", "charm"])
