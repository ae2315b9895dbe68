"""Patterns that look through columns mean in Rust's engine what they mean in Python's."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.language.expression_error import ExpressionError
from contracts.language.shared_patterns import checked, whole

PATTERNS = (
    *(
        "",
        "a",
        "a|bc",
        "^a.*$",
        r"\d{4}-\d\d",
        r"[A-Z][a-z]+ \d*",
        r"(?i)straße|ok",
        r"[^\s\d]+",
        r"\w+\.\w+",
    ),
    *(
        r"(?:ab)+c?",
        r"\$\d+(?:\.\d\d)?",
        r"[é-ü]*",
        r"\Aab",
        r"(?P<name>x)y",
        "a{2,4}b",
        r"[\]\[-]+",
        "x{2,}",
    ),
)
LETTERS = st.characters(exclude_categories=["Cs", "No", "Nl"])  # numbers that are no digits: see below
TEXTS = st.text(st.sampled_from("abcxyAZé ü\n\t09.$-[]_ßS🙂"), max_size=8)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATTERNS), TEXTS)
def test_both_engines_find_the_same_texts(text: str, tried: str) -> None:
    python = re.fullmatch(text, tried, re.DOTALL) is not None
    assert pl.select(pl.lit(tried).str.contains(whole(checked(text)))).item() == python


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PATTERNS), st.data())
def test_a_text_made_for_a_pattern_matches_it(text: str, data: st.DataObject) -> None:
    made = data.draw(st.from_regex(re.compile(text, re.DOTALL), fullmatch=True, alphabet=LETTERS))
    assert pl.select(pl.lit(made).str.contains(whole(text))).item()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a(?=b)", "cannot look through a column"),
        ("a(?<!b)", "cannot look through a column"),
        ("(?>ab)", "cannot look through a column"),
        (r"(a)\1", "looks back at one of its groups"),
        ("[[:alpha:]]", "is read in several ways"),
        ("[a&&b]", "is read in several ways"),
        (r"\<word", r"has \<, which engines read differently"),
        (r"a\b{start}", r"has \b{, which engines read differently"),
        ("(a+)+b", "could take for ever"),
        ("(?:(?:a{50}){50}){50}", "repeats a part 150,500 times over"),
        ("a(", "is not a regular expression"),
        (r"\p{L}", "is not a regular expression"),
        ("(?x)a # b", "cannot look through a column"),
        ("a" * 501, "has 501 characters"),
    ],
)
def test_a_pattern_that_engines_do_not_share_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        checked(text)
    assert said in str(refused.value)


def test_a_number_that_is_no_digit_is_no_letter_of_a_word_here_though_it_is_in_python() -> None:
    assert re.fullmatch(r"\w", "²")
    assert not pl.select(pl.lit("²").str.contains(whole(r"\w"))).item()


def test_an_escaped_backslash_before_a_sign_is_no_word_boundary() -> None:
    assert checked(r"\\<b") == r"\\<b"
