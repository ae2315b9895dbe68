"""The page on reviews: its plans are those of the code, its contract is one, its week can be walked."""

import contextlib
import io
import re
import sys
from pathlib import Path

import pytest

from contracts.load import parse_contract
from contracts.terms.review import ReviewPlan
from flows.reconcile import reconcile
from quality.sampling.lots import limit_of, plan_for
from quality.sampling.operating import operating_curve
from rampart.cli import main
from simulator.season import due
from simulator.without_prefect import without_prefect
from tests.docs.pages import ROOT, blocks, code, table
from tests.docs.reviewed import REVIEW, contract_file, fill, judge

PAGE = ROOT / "docs" / "review.md"
TEXTS = [block.text for block in blocks(PAGE) if block.language == "text"]


def asked(words: str) -> ReviewPlan:
    """The terms a row of the table describes."""
    if aql := re.fullmatch(r"AQL ([\d.]+) %, level II", words):
        return ReviewPlan(method="aql", aql_percent=float(aql[1]))
    below, sure = re.fullmatch(r"below (\d+) % with (\d+) %", words).groups()  # type: ignore[union-attr]
    return ReviewPlan(method="confidence", tolerable=int(below) / 100, confidence=int(sure) / 100)


def test_the_plans_are_those_of_the_code() -> None:
    header = ("asked for", "accepted", "look at", "accept with", "rejected at the limit", "10 % accepted at")
    for words, *cells in table(PAGE, *header):
        lot, n, accept, risk, limiting = (float(re.sub(r"[, %]", "", cell)) for cell in cells)
        plan = plan_for(asked(words), int(lot))
        assert plan is not None
        assert (plan.n, plan.accept) == (n, accept), words
        curve = operating_curve(plan, limit_of(asked(words)))
        found = (100 * curve.producer_risk, 100 * curve.limiting_quality)
        assert found == pytest.approx((risk, limiting), abs=0.051), words


def test_the_contract_of_the_page_is_the_one_that_is_walked() -> None:
    (shown,) = [block.text for block in blocks(PAGE) if block.language == "yaml"]
    assert [line.strip() for line in shown.splitlines()] == [line.strip() for line in REVIEW.splitlines()]
    assert parse_contract(contract_file(), "north").review.also == 40


def test_every_consequence_of_a_failure_is_told() -> None:
    told = {code(row[0]) for row in table(PAGE, "`on_fail`", "then")}
    assert told == {"advisory", "hold", "review_all"}


@pytest.mark.slow
def test_the_week_can_be_walked_as_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which records are drawn depends on the bytes a library writes, so figures may differ; nothing else."""
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path))
    monkeypatch.setenv("RAMPART_PSEUDONYM_KEY", "00" * 32)
    monkeypatch.chdir(tmp_path)
    sheet = Path("north-week-01.csv")
    with without_prefect():
        judge(tmp_path)
        assert shape(said("draw", "dc-north", "1", "--out", str(sheet))) == shape(TEXTS[0])
        fill(sheet, lambda number: "defect" if number % 6 == 1 else "ok")
        assert shape(said("read", str(sheet), "--by", "R. Okafor")) == shape(TEXTS[1])
        assert reconcile(due(1)).rejudged == ("dc-north week 1: held",)


def said(*words: str) -> str:
    """What `rampart review` prints."""
    printed = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patched,
        contextlib.redirect_stdout(printed),
        contextlib.suppress(SystemExit),
    ):
        patched.setattr(sys, "argv", ["rampart", "review", *words])
        main()
    return printed.getvalue()


def shape(text: str) -> list[str]:
    """The text with every figure and code as ``#``, and blanks run together."""
    figures = re.sub(r"review [0-9a-f]{8}", "review #", text)
    return [" ".join(re.sub(r"[\d.,]*\d", "#", line).split()) for line in figures.strip().splitlines()]
