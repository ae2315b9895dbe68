from typing import get_args

from quality.verdict import CONSEQUENCES, Status
from rampart.records.reasons import REASONS
from tests.docs.pages import ROOT, code, table

PAGE = ROOT / "docs" / "concepts.md"


def test_the_page_lists_every_discard_reason_in_the_order_of_the_waterfall() -> None:
    shown = [
        (code(reason), means, code(clause))
        for reason, means, clause in table(PAGE, "reason", "means", "clause")
    ]
    assert shown == [(reason.code, reason.sentence, reason.clause) for reason in REASONS]


def test_the_page_lists_every_status_of_a_verdict_and_every_consequence() -> None:
    assert tuple(code(row[0]) for row in table(PAGE, "status", "means")) == get_args(Status)
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{consequence}`" in text for consequence in CONSEQUENCES)


def test_the_glossary_is_in_alphabetical_order() -> None:
    words = [row[0].lower() for row in table(PAGE, "word", "means")]
    assert words == sorted(words)
