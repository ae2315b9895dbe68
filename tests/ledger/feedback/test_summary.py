"""The pack's pages: what happened, what to fix first, since when, and what is paid."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from contracts.terms.annotation import Guideline
from contracts.terms.parties import Vendor
from quality.verdict import GateSpec, Verdict
from rampart.ledger.feedback.figures import FIGURES, counts_in
from rampart.ledger.outcome import FileCount, ReasonCount, Settlement
from rampart.ledger.pricing import price_batch
from tests.ledger.books import outcome, terms
from tests.ledger.feedback.packs import hasty, judged, pack
from tests.quality.gates import delivered

HOSTILE = '<script>alert(1)</script> [x](http://evil) "><img src=x onerror=y>'


def settled() -> Settlement:
    rows = FileCount("rows.jsonl", "rows", "f" * 64, 9, 85, 85, 50, 30, 5)
    items = FileCount("texts.jsonl", "items", "e" * 64, 9, 50, 2, 0, 0, 2)
    return replace(
        outcome("accepted_partial"),
        reason="ramp.phases.calibration.discard_ceiling: 30 of 80 readable records were discarded",
        files=(rows, items),
        reasons=(ReasonCount("too_fast", 30, 30),),
        money=price_batch(terms(), 1, 50, 30),
    )


def thirty() -> Any:
    """Fifty records of two annotators that pass, and thirty that were too fast; ten of those are copies."""
    good = [
        delivered.record(n, annotator_id=f"p{n % 2}", prompt=[{"role": "user", "content": f"q{n}"}])
        for n in range(50)
    ]
    fast = [
        hasty(record_id=f"f{n}", source_line=100 + n, prompt=[{"role": "user", "content": f"f{n % 20}"}])
        for n in range(30)
    ]
    return judged(*good, *fast)


class Page(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_summary_says_what_happened_what_to_fix_first_and_what_is_paid() -> None:
    told = pack(thirty(), settlement=settled())["summary.md"].decode()
    for sentence in (
        "# Acme Labels: week 1, accepted partial",
        "Delivered 85 judgements: 50 accepted, 30 discarded, 5 unreadable.",
        "In the joined files 2 rows are unreadable.",
        # Twenty stand alone at half of 0.35; ten more come back once the copies are mended too.
        "| 3.50 | 3.50 | `too_fast` | 20 |",
        "| 0.00 | 5.25 | `exact_duplicate` | 0 |",
        "| `exact_duplicate` | 10 | 10 |",
        "| 1 | accepted partial | 85 | 30 | 37.5% |",
        "| total |  |  | 8.75 |  |",
    ):
        assert sentence in told


def test_the_guideline_s_section_stands_beside_the_reason() -> None:
    agreed = terms()
    guide = Guideline(version="3", sections={"too_fast": "3.2"})
    agreed = agreed.model_copy(
        update={"annotation": agreed.annotation.model_copy(update={"guideline": guide})}
    )
    told = pack(thirty(), settlement=settled(), contract=agreed)["summary.md"].decode()
    assert "| `gates.min_duration_s` | 3.2 |" in told


def test_the_trend_has_the_earlier_weeks_in_order_and_this_one_last() -> None:
    before = replace(counts_in(pack(thirty(), settlement=settled())[FIGURES]), state="accepted")
    made = pack(thirty(), settlement=settled(), earlier=(replace(before, week=2), before), week=3)
    assert [one["week"] for one in json.loads(made[FIGURES])["weeks"]] == [1, 2, 3]
    assert "| 2 | accepted | 85 | 30 | 37.5% |" in made["summary.md"].decode()


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_money_of_a_batch_that_is_not_accepted_is_marked_as_not_payable(state: Any) -> None:
    summary = pack(settlement=replace(settled(), state=state))["summary.md"].decode()
    assert "Not payable in this state" in summary


def test_the_page_runs_nothing_and_loads_nothing_whatever_names_say() -> None:
    agreed = terms().model_copy(
        update={"vendor": Vendor.model_construct(id="acme", name=HOSTILE, contacts=())}
    )
    made = pack(
        judged(hasty(record_id=HOSTILE)), settlement=replace(settled(), reason=HOSTILE), contract=agreed
    )
    page = Page(made["summary.html"])
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "link", "iframe", "object", "a", "form"}
    assert not [a for _, found in page.tags for a in found if a.startswith("on") or a in ("src", "href")]
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None and policy.startswith("default-src 'none'")
    assert "<script>" not in made["summary.md"].decode()
    assert "://" not in made["summary.md"].decode().replace("&#58;//", "")


def gold(status: Any, reason: str, consequence: Any = "hold") -> Verdict:
    spec = GateSpec("annotators.gold.min_accuracy", "gold_accuracy", 0.8, consequence)
    return Verdict(spec, status, 0.7, 0.6, 0.8, 40, reason)


def test_a_verdict_on_known_answers_is_told_without_its_counts() -> None:
    said = "28 of 40 gold questions were answered right (70.0%)."
    found = replace(settled(), state="held", reason=f"annotators.gold.min_accuracy: {said}",
                    verdicts=(gold("fail", said),))  # fmt: skip
    for name, data in pack(settlement=found).items():
        assert b"of 40" not in data, name
        assert b"70.0" not in data, name
    summary = pack(settlement=found)["summary.md"].decode()
    assert "annotators.gold.min\\_accuracy: what the contract asks is not met" in summary


def test_how_near_a_batch_is_to_failing_on_known_answers_is_not_told() -> None:
    every = "every blocking clause holds"
    near = replace(settled(), state="accepted", reason=f"{every}; to watch: gold_accuracy",
                   verdicts=(gold("warn", "33 of 41 gold questions were answered right."),))  # fmt: skip
    far = replace(
        near, reason=every, verdicts=(gold("pass", "41 of 41 gold questions were answered right."),)
    )
    assert pack(settlement=near) == pack(settlement=far)
