import time

import pytest

from contracts.language.expression_error import ExpressionError
from contracts.language.patterns import LONGEST_TEXT, STEPS, pattern


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(a+)+b", "repeats a part"),
        ("(a|aa)+$", "repeats a part"),
        ("(a?){30}b", "repeats a part"),
        ("(a{1,3})+b", "repeats a part"),
        ("(?>a+)+b", "repeats a part"),
        ("((ab)*c)*d", "repeats a part"),
        (r"(.)\1", "looks back"),
        (r"(a)?(?(1)b|c)", "looks back"),
        (".*.*.*.*x", "4 open repetitions"),
        ("a?" * 30 + "a" * 30, "1,073,741,824 ways to match"),
        ("a" * 501, "501 characters"),
        ("[", "is not a regular expression"),
        ("a{2}{3}", "is not a regular expression"),
        ("(?:(?:^){60000}){60000}x", "repeats a part too often"),
        ("(?:(?:a{0}){60000}){60000}", "repeats a part too often"),
        (r"(?:(?:\b){60000}){60000}", "repeats a part too often"),
        ("(?:(?:(?!x)){50000}){50000}y", "repeats a part too often"),
        ("(?=(?:(?:^){60000}){60000})a", "repeats a part too often"),
        ("(?:^){4000000000}x", "repeats a part too often"),
    ],
)
def test_a_pattern_that_could_hang_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ExpressionError, match=why):
        pattern(text)


@pytest.mark.parametrize(
    ("text", "on", "found"),
    [
        ("[0-9]+", "7 - much better", "7"),
        ("week-([0-9]+)", "week-03/a.csv", "week-03"),
        ("^([a-z]+)_", "askculinary_test", "askculinary_"),
        (r"\[\[(A|B|C)\]\]", "so [[B]]", "[[B]]"),
        ("#### (.+)", "text\n#### 42", "#### 42"),
        (r"(\w+) vs (\w+)", "gpt vs llama", "gpt vs llama"),
        ("(?:[0-9]{3}-){2}[0-9]{4}", "call 555-555-0100", "555-555-0100"),
        ("(?:)+x", "x", "x"),
    ],
)
def test_the_patterns_that_labels_call_for_are_read(text: str, on: str, found: str) -> None:
    match = pattern(text).search(on)
    assert match is not None
    assert match.group(0) == found


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("a+b", "a"),
        ("a+a+b", "a"),
        ("a+a+a+b", "a"),
        ("(?:[0-9]{3})+x", "1"),
        ("a?" * 9 + "a+b", "a"),
        ("a{0,40}a+b", "a"),
        ("(?=a*c)a+b", "a"),
        ("(?:ab|ac)(?:ab|ac)a+b", "a"),
        ("[0-9]+", "1"),
    ],
)
def test_the_worst_text_a_pattern_is_tried_on_costs_no_more_than_a_few_seconds(text: str, unit: str) -> None:
    tried = pattern(text)
    began = time.process_time()
    tried.search((unit * tried.longest)[: tried.longest])
    assert time.process_time() - began < 4


@pytest.mark.parametrize(
    "text",
    [
        "(?:(?:^){600}){600}x",
        "(?:(?:a{0}){600}){600}",
        r"(?:\b){4000000}x",
        "(?:(?!x)){1000000}y",
        "(?:a{0}){1000000}y",
        "(?:aa){1000}x",
        ".{100000}x",
        "(?:(?:^){50}a)*x",
    ],
)
def test_counts_take_their_share_of_the_steps(text: str) -> None:
    tried = pattern(text)
    began = time.process_time()
    tried.search("a" * tried.longest)
    assert time.process_time() - began < 2  # about half a second when nothing else runs


def test_ordinary_counts_leave_room_for_any_text() -> None:
    for text in ("[0-9]{4}-[0-9]{2}-[0-9]{2}", "(?:[0-9]{3}-){2}[0-9]{4}", "[0-9a-f]{64}", "^.{0,40}$"):
        assert pattern(text).longest > LONGEST_TEXT / 2


def test_a_longer_text_than_a_pattern_is_tried_on_is_told() -> None:
    tried = pattern("a+b")
    assert tried.longest == int(STEPS**0.5)
    with pytest.raises(ExpressionError, match=r"tried on at most 20,000 characters, the text has 20,001"):
        tried.search("a" * 20_001)
    assert pattern("a+").longest == LONGEST_TEXT  # nothing follows it that could fail
