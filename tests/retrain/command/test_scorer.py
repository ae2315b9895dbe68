import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from rampart.delivery.local_store import LocalStore
from rampart.retrain.backend import TrainingResult, result_key
from rampart.retrain.command.scorer import CommandScorer

LENGTHS = """import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
bias = float(open(sys.argv[3] + "/bias.json").read())
json.dump([len(row["response"]) + bias for row in rows], open(sys.argv[2], "w"))
"""


def scorer(folder: Path, program: str) -> CommandScorer:
    """A model of one file, and `program` to score with it."""
    store = LocalStore(folder)
    store.put_once("models/r/files-0/bias.json", b"0.5")
    result = TrainingResult("command", "r", "", "", "", ("models/r/files-0/bias.json",), 1, None, 1, True)
    store.put_once(result_key("models/r"), json.dumps(asdict(result)).encode())
    return CommandScorer(store, "models/r", (sys.executable, "-c", program, "{texts}", "{scores}", "{model}"))


def test_a_program_scores_with_the_published_model(tmp_path: Path) -> None:
    found = scorer(tmp_path, LENGTHS).score(["q", "q\n\n"], ["a", 'bb"\n'])
    assert found.tolist() == [1.5, 4.5]
    assert found.dtype == np.float64


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("raise SystemExit('no card \\x1b[31m')", r"ended with exit status 1: no card \\x1b\[31m"),
        ("pass", "left no JSON array of 2 finite numbers"),
        ("import sys; open(sys.argv[2], 'w').write('[1.0]')", "left no JSON array of 2 finite numbers"),
        ("import sys; open(sys.argv[2], 'w').write('[1.0, NaN]')", "left no JSON array of 2 finite numbers"),
        ("import sys; open(sys.argv[2], 'w').write('{{}}')", "left no JSON array of 2 finite numbers"),
    ],
)
def test_a_program_that_scores_nothing_is_told_of(program: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        scorer(tmp_path, program).score(["q", "q"], ["a", "b"])


def test_a_scoring_program_does_not_see_our_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_PSEUDONYM_KEY", "secret")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    program = """import json, os, sys
seen = [any(name.startswith("RAMPART_") for name in os.environ), int(os.environ["CUDA_VISIBLE_DEVICES"])]
json.dump([float(one) for one in seen], open(sys.argv[2], "w"))
"""
    assert scorer(tmp_path, program).score(["q", "q"], ["a", "b"]).tolist() == [0.0, 7.0]
