"""The joint model's page names what the code has: the figures of a row, the audits of the benchmark."""

from dataclasses import fields

from benchmarks.alarms.worlds import QUESTIONS
from quality.audits.joint.effects import LEAST_IDENTIFIABLE_SHARE, Effect
from quality.audits.joint.placebos import NUMBER, TOLERATED
from quality.audits.joint.power import SHARES
from quality.audits.joint.slices import POPULATION
from tests.docs.pages import ROOT, table

PAGE = ROOT / "docs" / "joint-model.md"


def test_every_figure_of_an_effect_is_explained() -> None:
    explained = " ".join(row[0] for row in table(PAGE, "figure", "says"))
    unsaid = {"feature", "threshold", "reason"}  # the row's name, the limit in `status`, and the sentence
    assert {each.name for each in fields(Effect) if f"`{each.name}`" not in explained} == unsaid


def test_the_table_of_false_alarms_has_every_audit_that_the_benchmark_asks() -> None:
    told = {row[0] for row in table(PAGE, "audit", "false alarms", "standard error", "questions")}
    assert told == set(QUESTIONS)


def test_the_page_quotes_the_thresholds_in_force() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert f"tests {NUMBER} features" in text
    assert f"Above {TOLERATED * 100:.0f} %" in text
    assert f"under {LEAST_IDENTIFIABLE_SHARE}" in text
    assert f"Fewer than {POPULATION} slices" in text
    assert ", ".join(f"{share * 100:.0f}" for share in SHARES[:-1]) + f" and {SHARES[-1] * 100:.0f} %" in text
