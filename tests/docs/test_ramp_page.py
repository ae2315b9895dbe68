"""The page on the ramp shows figures that the code gives."""

import contextlib
import io
import re

import polars as pl
import pytest

from contracts.load import load_contract
from quality.ramp.discard import probability_above
from quality.ramp.room import ramp_report
from quality.sampling.operating import operating_curve, size_to_show
from quality.sampling.plans import sampling_plan
from tests.docs.pages import ROOT, blocks, table
from tests.quality.ramp.weeks import NO_GROUPS, judged, programme

PAGE = ROOT / "docs" / "ramp.md"


def test_every_file_the_page_names_is_there() -> None:
    for _, _, files in table(PAGE, "question", "figure", "file"):
        for file in re.findall(r"`([^`]+)`", files):
            assert (ROOT / "quality" / file).is_file(), file


def test_the_probabilities_of_a_breach_are_those_of_the_table() -> None:
    for discarded, probability, says in table(PAGE, "discarded", "P(rate > 15 %)", "says"):
        above = probability_above(int(discarded), 1000, 0.15)
        assert f"{above:.3f}" == probability
        assert says == ("breaches" if above >= 0.95 else "warns" if above >= 0.80 else "nothing")


def test_the_plans_and_what_they_let_through_are_those_of_the_table() -> None:
    header = ("lot", "AQL", "look at", "accept with", "rejected at the AQL", "10 % accepted at")
    for row in table(PAGE, *header):
        lot, aql, n, accept, risk, limiting = (float(re.sub(r"[, %]", "", cell)) for cell in row)
        curve = operating_curve(sampling_plan(int(lot), aql), aql / 100)
        assert (curve.plan.n, curve.plan.accept) == (n, accept)
        assert 100 * curve.producer_risk == pytest.approx(risk, abs=0.05)
        assert 100 * curve.limiting_quality == pytest.approx(limiting, abs=0.051)


def test_the_sizes_for_a_stated_confidence_are_those_of_the_table() -> None:
    for row in table(PAGE, "shown to be below", "no defect found", "1 found", "2 found"):
        rate, *sizes = (int(cell.removesuffix(" %")) for cell in row)
        assert [size_to_show(rate / 100, allowed=allowed) for allowed in (0, 1, 2)] == sizes


def test_the_calls_that_were_wrong_are_those_of_the_table() -> None:
    contract = load_contract(ROOT / "contracts" / "specs" / "demo" / "alder.odcs.yaml")
    header = ("week", "readable", "discarded", "foreseen at the end, P10 to P90", "P(falls short)")
    rows = table(PAGE, *header, "call after it")
    counts = [(int(row[1]), int(row[2])) for row in rows]
    for after, (*_, foreseen, short, call) in enumerate(rows, 1):
        own = programme(alder=counts[:after]).with_columns(vendor=pl.lit(contract.contract_id))
        found = ramp_report(contract, judged(contract, counts[:after]), own, NO_GROUPS).outlook.found
        assert found is not None
        accepted = found.forecast.accepted
        assert f"{accepted.p10:,.0f} to {accepted.p90:,.0f}" == foreseen
        assert f"{found.misses:.2f}" == short
        assert found.call.replace("_", "-") == call
    came = judged(contract, [*counts, counts[-1]])
    said = ramp_report(contract, came, own, NO_GROUPS).outlook.reason
    units, contracted = re.findall(r"([\d,]+) units were accepted of ([\d,]+) contracted", said)[0]
    assert f"In the end {units} units were accepted of {contracted} contracted." in PAGE.read_text()


def test_the_example_prints_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    example, output = (
        next(block for block in blocks(PAGE) if block.language == kind) for kind in ("python", "text")
    )
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(example.text, example.place, "exec"), {})  # noqa: S102 (the page's own example)
    assert printed.getvalue() == output.text
