"""`rampart run` on public data of three kinds: every row is accounted for, and the books verify."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from contracts.load import load_contract
from tests.cli.conftest import Rampart

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("flows_can_run")]

TREE = Path(__file__).parents[2]
DATA = Path(os.environ.get("RAMPART_TEST_DATA", TREE.parent / "shared" / "data"))
EXAMPLES = TREE / "contracts" / "specs" / "examples"


@pytest.mark.parametrize("name", ["llmfao", "oasst", "pandalm", "crowd-timing"])
def test_a_public_set_is_judged_by_its_contract_alone(rampart: Rampart, name: str) -> None:
    if not (DATA / name).is_dir():
        pytest.skip(f"{DATA / name} is not there; set RAMPART_TEST_DATA to the folder of the public sets")
    spec = EXAMPLES / f"{name}.odcs.yaml"
    planned = load_contract(spec).week(1).units
    outcome = _json(rampart, "run", spec, "--from", DATA / name)
    assert outcome["state"] in ("accepted", "accepted_partial", "held"), outcome["reason"]
    report = _json(rampart, "verify")
    assert report["ok"], report["violations"]
    counts = report["rows"]
    assert counts["delivered"] == counts["accepted"] + counts["discarded"] + counts["quarantined"]
    assert (outcome["accepted"], outcome["discarded"]) == (counts["accepted"], counts["discarded"])
    assert counts["delivered"] - counts["quarantined"] == planned
    assert not _json(rampart, "run", spec, "--from", DATA / name)["changed"]


def _json(rampart: Rampart, *words: object) -> Any:
    ended = rampart(*words, "--json")
    assert ended.code == 0, ended.err
    return json.loads(ended.out)
