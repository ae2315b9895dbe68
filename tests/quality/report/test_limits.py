"""Each feature of the joint model is judged by the limit that the contract sets for its group."""

from dataclasses import replace

import numpy as np
import pytest

from contracts.model import Contract
from quality.audits.features.catalogue import JOINT
from quality.audits.features.measuring import measured
from quality.audits.joint.fit import JointResult, fit
from quality.report.limits import limited, widest
from simulator.crowd import batch
from tests.quality.audits.test_suite import contract


@pytest.fixture(scope="module")
def terms() -> Contract:
    strict = {"length": {"max_lean": 0.3, "min_effective_n": 1}, "position": {"min_effective_n": 50}}
    loose = {"format": {"max_lean": 0.02, "min_effective_n": 1}, "tone": {"min_effective_n": 10_000}}
    return contract(audits={**strict, **loose})


@pytest.fixture(scope="module")
def result(terms: Contract) -> JointResult:
    frame, _ = batch(np.random.default_rng(1))
    return fit(frame, measured(frame, JOINT).delta, limit=widest(terms.audits))


def test_the_tolerated_lean_is_that_of_the_features_group(terms: Contract, result: JointResult) -> None:
    found = {effect.feature: effect.threshold for effect in limited(result, terms.audits).effects}
    assert (found["position"], found["length"], found["lists"], found["flattery"]) == (0.1, 0.3, 0.02, 0.1)


def test_a_lean_beyond_its_own_limit_fails_though_that_of_length_would_tolerate_it(
    terms: Contract, result: JointResult
) -> None:
    given = tuple(
        replace(effect, win_rate=0.6, low=0.55, high=0.65, p=1e-6, status="pass") for effect in result.effects
    )
    judged = limited(replace(result, effects=given), terms.audits).with_q([1e-5] * len(given))
    statuses = {effect.feature: effect.status for effect in judged.effects}
    assert (statuses["length"], statuses["lists"]) == ("warn", "fail")


def test_a_feature_with_fewer_votes_than_its_group_asks_for_is_not_testable_and_the_others_are(
    terms: Contract, result: JointResult
) -> None:
    found = {effect.feature: effect for effect in limited(result, terms.audits).effects}
    assert found["hedges"].status == "not_testable"
    assert "at least 10,000" in found["hedges"].reason
    assert found["length"].status != "not_testable"
    assert limited(result, terms.audits).p_values[list(found).index("hedges")] is None
