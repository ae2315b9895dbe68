import pytest

from rampart.notify.message import digest_of, message_of, quietened
from tests.notify.rows import row

HOSTILE = (
    "rows.jsonl\x1b[31m <!channel> @everyone [pay](http://evil.example) `x` "
    "<script>alert(1)</script> www.evil.example"
)
BASE = "https://rampart.example/"


def test_a_message_says_what_happened_where_and_how_to_look() -> None:
    found = message_of(row("delivery.short", delivered=60, planned=100), "warning", BASE)
    assert found.title == "[Rampart] Delivery short: acme-1 week 1"
    assert "delivered: 60" in found.text
    assert "page: https://rampart.example/contracts/acme-1/weeks/1" in found.text
    assert "evidence: notifications/row-1.json" in found.text
    assert "<a href='https://rampart.example/contracts/acme-1/weeks/1'>" in found.html


def test_what_cannot_wait_says_so_and_a_verdict_says_its_state() -> None:
    assert message_of(row("delivery.missing"), "urgent", "").title.startswith("[Rampart, urgent] ")
    judged = message_of(row("batch.judged", state="accepted_partial"), "warning", BASE)
    assert judged.title == "[Rampart] Batch judged (accepted partial): acme-1 week 1"
    assert "weeks/1?revision=1" in judged.text


def test_vendor_text_acts_nowhere() -> None:
    found = message_of(row("delivery.refused", problem=HOSTILE), "warning", BASE)
    for acting in ("\x1b", "<!channel>", "@everyone", "[pay](", "http://evil", "`", "<script>", "www.evil"):
        assert acting not in found.text
    assert "<script>" not in found.html
    assert "\x1b" not in found.html
    assert "&lt;script&gt;" in found.html


def test_a_vendor_is_told_nothing_of_the_house() -> None:
    about = {"ruled_by": "Ada Lead", "reason": "guideline 3.2", "ruling": "upheld"}
    found = message_of(row("dispute.ruled", **about), "info", BASE, vendor=True)
    for inside in ("Ada", "rampart.example", "notifications/", "program"):
        assert inside not in found.text
        assert inside not in found.html
    assert "ruling: upheld" in found.text


def test_a_digest_tells_all_in_order_and_one_notice_needs_none() -> None:
    each = [message_of(row(contract_id=name), "warning", "") for name in ("a-1", "b-1")]
    assert digest_of(each[:1], "warning") is each[0]
    found = digest_of(each, "warning")
    assert found.title == "[Rampart] 2 notices from the quiet hours"
    assert 0 <= found.text.index("a-1 week 1") < found.text.index("b-1 week 1")
    assert "a-1" in found.html and "b-1" in found.html


def test_a_long_digest_is_cut_and_says_so() -> None:
    found = digest_of([message_of(row(), "warning", "")] * 60, "warning")
    assert found.text.count("Delivery late") == 50
    assert "and 10 more" in found.text


@pytest.mark.parametrize("plain", ["3 of 53 records are discarded.", "guideline 3.2", "09:00 UTC"])
def test_a_plain_sentence_stays_as_it_is(plain: str) -> None:
    assert quietened(plain) == plain
