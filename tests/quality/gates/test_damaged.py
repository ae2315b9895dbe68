"""Text damaged by a wrong encoding, among honest text in many languages."""

import pytest

from tests.quality.gates.declaration import ARTICLE
from tests.quality.gates.judged import accused, accused_of_published, answered, caught, missed, why

CODE = "damaged_text"
HONEST = [
    *ARTICLE.values(),
    "The café on the corner serves crème brûlée for 5 €.",
    "“Quoted”, ‘quoted’, «quoted», „quoted“ – and a dash — and an ellipsis…",
    "It costs £5 or ¥900 or 50¢; 20 °C ± 2, ½ cup, 3 × 4 ÷ 2, x² ≤ 5, © 2024, Acme™.",
    "Ångström, Ærø, Ørsted, İstanbul, Łódź, Čapek, Ñandú, façade, naïve, Noël",
    "¿Qué? ¡Sí! Año nuevo, niño, pingüino.",
    "A row of boxes: ┌──┐ │ok│ └──┘",
    "(╯°□°)╯ and ಠ_ಠ and 😀🎉",
    "α + β = γ, Σx, Δt, π ≈ 3.14",
    "E = mc²; H₂O; a→b; ∀x∈ℝ",
    "Tabs\tand\nlines\r\nand a page\fbreak",
    "plain ASCII",
    "",
]
DAMAGED = [
    "The cafÃ© on the corner.",
    "Itâ€™s a fine day.",
    "â€œQuotedâ€\x9d",
    "Das CafÃ© in ZÃ¼rich hat Ã¼ber Mittag geÃ¶ffnet.",
    "El niÃ±o comiÃ³ una manzana.",
    "L'Ã©tÃ© a Ã©tÃ© trÃ¨s chaud.",
    "Price: Â£5",
    "Ð’ÑÐµ Ð»ÑŽÐ´Ð¸ Ñ€Ð°Ð²Ð½Ñ‹.",
    "a replacement \ufffd character",
    "a NUL \0 in the middle",
    "a control \x85\x86 of the C1 set",
    "a quotation \x93mark\x94 of another set",
]


def test_every_planted_damage_is_found() -> None:
    assert missed(CODE, DAMAGED) == []


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", "Das Café in Zürich hat über Mittag geöffnet."),
        ("cp1252", "Crème brûlée für Zoë, señor!"),
        ("cp1250", "Příliš žluťoučký kůň úpěl ďábelské ódy."),
        ("cp1254", "Türkçe güzel bir dil, öyle değil mi?"),
        ("mac_roman", "L’été, le café était très bon à la plage."),
        ("cp437", "Das Café in Zürich hat über Mittag geöffnet."),
    ],
)
def test_utf_8_read_as_another_encoding_is_found(encoding: str, text: str) -> None:
    misread = text.encode("utf-8").decode(encoding, errors="ignore")
    assert missed(CODE, [misread]) == []
    assert accused(CODE, [text]) == []


def test_honest_text_of_any_script_is_not_damaged() -> None:
    assert accused(CODE, HONEST) == []


def test_prompts_and_rationales_are_looked_at_too() -> None:
    damaged = "The cafÃ© on the corner."
    rows = [
        *answered("Fine.", prompt=damaged),
        *answered("Fine.", rationale=damaged),
        *answered("Fine.", rationale="The café."),
        *answered("Fine.", rationale=None),
    ]
    assert caught(CODE, rows) == [True, True, False, False]


def test_the_text_is_shown_beside_what_it_may_have_been() -> None:
    told = why(CODE, answered("The cafÃ© on the corner.")[0])
    assert told.found == (
        "response 2: 'The cafÃ© on the corner.', which may have been 'The café on the corner.'"
    )
    assert why(CODE, answered("a\0b")[0]).found == "response 2: the character U+0000"
    assert told.expected == "text read and written as UTF-8"


@pytest.mark.parametrize("name", ["pandalm", "llmfao", "oasst", "hh-rlhf"])
def test_no_text_of_the_public_sets_is_accused(name: str) -> None:
    assert accused_of_published(CODE, name) == []
