from decimal import Decimal

import pytest
from markupsafe import Markup

from rampart.showing import words


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Söhne & Co", "Söhne & Co"),
        ("two\nlines", "two\nlines"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\u2066b\u2069", "a[U+2066]b[U+2069]"),
        ("zero\u200bwidth", "zero[U+200B]width"),
        ("\x1b[31mred", "[U+001B][31mred"),
        ("a\x00b", "a[U+0000]b"),
        ("a\u2028b", "a[U+2028]b"),
    ],
)
def test_characters_nobody_can_see_are_spelt_out(text: str, shown: str) -> None:
    assert words.visible(text) == shown


def test_markup_of_ours_passes_and_floats_lose_their_noise() -> None:
    assert words.finalize(Markup("<b>\u202e</b>")) == Markup("<b>\u202e</b>")
    assert words.finalize(0.1 + 0.2) == "0.3"
    assert words.finalize(7) == 7


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.percent(0.1234), "12.3%"),
        (words.percent(None), "\N{EN DASH}"),
        (words.interval(0.101, 0.149), "10.1\N{EN DASH}14.9%"),
        (words.interval(None, 0.149), ""),
        (words.money(Decimal("1234567.50"), "USD"), "1,234,567.50 USD"),
        (words.money(None, "USD"), "\N{EN DASH}"),
        (words.price(Decimal("0.35000000")), "0.35"),
        (words.price(Decimal("0.17500000")), "0.175"),
        (words.price(Decimal("2")), "2.00"),
        (words.points(-0.0214), "\N{MINUS SIGN}2.1 pp"),
        (words.points(0.01), "+1.0 pp"),
        (words.figure("discard_rate", 0.25), "25.0%"),
        (words.figure("volume", 1200.0), "1,200"),
        (words.figure("alpha", 0.7312), "0.731"),
        (words.figure("alpha", None), "\N{EN DASH}"),
        (words.short(None), "\N{EN DASH}"),
    ],
)
def test_figures_are_spelt_in_their_unit(said: str, expected: str) -> None:
    assert said == expected
