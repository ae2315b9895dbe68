"""The page on measuring reward models names what the code measures."""

import re
from typing import get_args

from ruamel.yaml import YAML

from contracts.model import Training
from rampart.retrain.evaluation.amplification import Outcome
from rampart.retrain.evaluation.benchmarks.every import MEASURES
from rampart.retrain.evaluation.lines import SECTIONS
from rampart.retrain.evaluation.strength import STRATA
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "measuring-models.md").read_text(encoding="utf-8")
APART = {"held out", "probe", "amplification", "benchmark"}


def named(head: str) -> set[str]:
    """What stands in code in the first column of the table whose head begins with `head`."""
    table = PAGE.split(f"| {head} |", 1)[1].split("\n\n", 1)[0]
    firsts = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return {name for first in firsts for name in re.findall(r"`([^`]+)`", first)}


def test_every_slice_stratum_outcome_and_benchmark_is_named() -> None:
    assert named("slice") == set(SECTIONS) - APART
    assert all(f"`{name}`" in PAGE for name, _ in STRATA)
    assert named("outcome") == set(get_args(Outcome))
    assert named("benchmark") == set(MEASURES)


def test_the_terms_it_shows_are_terms_of_a_contract() -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    terms = Training.model_validate(YAML(typ="safe").load(shown)["training"])
    assert {one.name for one in terms.benchmarks} == set(MEASURES)
