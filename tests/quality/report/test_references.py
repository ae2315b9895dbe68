"""Reports of public sets, read by their contracts, hold the figures that are known of them."""

from functools import cache

import pytest

from quality.report.build import audit_report
from quality.report.model import AuditReport, Row
from tests.delivery.published import delivered, terms


@cache
def report(name: str) -> AuditReport:
    return audit_report(delivered(name).records, terms(name), 1)


def row(found: AuditReport, metric: str) -> Row:
    (only,) = (row for row in found.rows if row.metric == metric)
    return only


def test_llmfao() -> None:
    found = report("llmfao")
    assert (found.facts.records, found.facts.annotators, found.facts.prompts) == (8_931, 124, 13)
    longer, first = row(found, "longer_wins"), row(found, "first_wins")
    assert (longer.n, longer.status) == (5_460, "not_testable")  # 13 prompts carry what 67 votes would
    assert longer.observed == pytest.approx(2_238 / 5_460, abs=5e-5)
    assert first.observed == pytest.approx(0.5332, abs=5e-5)
    assert row(found, "tie_share").observed == pytest.approx(3_471 / 8_931)
    assert row(found, "alpha_nominal").observed == pytest.approx(0.2906, abs=5e-5)
    assert row(found, "alpha_interval").observed == pytest.approx(0.2878, abs=5e-5)
    assert row(found, "style_auc").observed == pytest.approx(0.646, abs=5e-4)


def test_llmfao_cries_wolf_no_more_than_it_should_and_would_show_a_small_share() -> None:
    own = report("llmfao").own
    assert own is not None
    assert set(own.false_alarms) == {"pair", "source"}
    # Of 200 placebos under 3 alarm once in 400 times at a nominal 5 %: fewer would be a test that sleeps.
    assert min(own.false_alarms.values()) >= 0.015
    assert max(own.false_alarms.values()) <= 0.07
    assert own.minimum_detectable is not None
    assert 0.02 < own.minimum_detectable < 0.05
    assert own.found[0] < 0.8
    assert own.found[1] > 0.9


def test_pandalm() -> None:
    found = report("pandalm")
    longer = row(found, "longer_wins")
    assert (longer.n, longer.status) == (887, "fail")
    assert longer.observed == pytest.approx(0.675, abs=5e-4)
    assert (longer.low, longer.high) == pytest.approx((0.622, 0.729), abs=5e-4)
    assert row(found, "fleiss_kappa").observed == pytest.approx(0.8642, abs=5e-5)
    kappas = sorted(float(pair["kappa"]) for pair in found.people.pairs)  # type: ignore[arg-type]
    assert kappas == pytest.approx([0.852, 0.862, 0.879], abs=5e-4)


def test_whoever_is_shown_is_shown_with_figures_and_judgements_to_look_at() -> None:
    for person in report("llmfao").people.evidence:
        assert bool(person.examples) == person.investigate
        assert person.sentence
