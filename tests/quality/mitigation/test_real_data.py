"""PandaLM's test set, whose experts' majorities lean towards the longer response."""

import os
from pathlib import Path

import pytest

from contracts.load import load_contract
from quality.audits.every import Batch
from quality.audits.features.length import LENGTH
from quality.mitigation.every import offers
from quality.mitigation.offer import Offer
from rampart.delivery.trial import try_out

TREE = Path(__file__).parents[3]
DATA = Path(os.environ.get("RAMPART_TEST_DATA", TREE.parent / "shared" / "data")) / "pandalm"
CONTRACT = TREE / "contracts" / "specs" / "examples" / "pandalm.odcs.yaml"


@pytest.fixture(scope="module")
def made() -> dict[str, Offer]:
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not there; set RAMPART_TEST_DATA to the folder of the public sets")
    terms = load_contract(CONTRACT)
    batch = Batch(try_out([DATA], terms, 0).read.records, terms)
    return {offer.name: offer for offer in offers(batch, LENGTH)}


def test_weights_bring_the_lean_of_expert_majorities_over_one_half(made: dict[str, Offer]) -> None:
    weights = made["propensity_weights"]
    assert weights.before.win_rate == pytest.approx(0.675, abs=0.001)
    assert weights.after is not None
    assert weights.after.low is not None
    assert weights.after.high is not None
    assert weights.after.low < 0.5 < weights.after.high
    assert 850 < weights.effective_n < 900


def test_majorities_of_two_to_one_become_two_thirds(made: dict[str, Offer]) -> None:
    soft = made["soft_labels"].training
    assert soft is not None
    assert set(soft.target.round(3)) <= {0.0, 0.167, 0.333, 0.5, 0.667, 0.833, 1.0}
    assert 100 < made["soft_labels"].touched.comparisons < 150
