"""A small base model on this machine, and the simulator's texts with an easy reason to prefer one."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rampart.retrain.snapshot import Snapshot, build_snapshot
from rampart.retrain.trl.place import TrlPlace
from simulator.policy import Policy
from simulator.prompts import draw_prompts
from tests.retrain.planted import batch, record

ROOT, HERE = Path(__file__).parents[3], Path(__file__).parent
PYTHON = ROOT / ".venv-trl" / "bin" / "python"
THANKS = "Thank you for asking."


def with_trl() -> None:
    """Skip the test where the environment is not there."""
    if not (PYTHON.parents[1] / ".done").exists():
        pytest.skip(f"TRL is not installed at {PYTHON}; `make trl` does it, and `make slow` on its way")


def judgements(n: int, seed: int) -> list[dict[str, Any]]:
    """`n` judgements of the simulator's responses; the one that says thanks at its end wins."""
    random = np.random.default_rng(seed)
    prompts = draw_prompts(random, n)
    rows = []
    for place, (prompt, pair) in enumerate(zip(prompts, Policy(1).respond(random, prompts), strict=True)):
        wins = int(random.integers(2))
        texts = [one.content.split(".")[0] + "." for one in pair]
        texts = [f"{text} {THANKS}" if at == wins else f"{text} {at}." for at, text in enumerate(texts)]
        ranking = [1, 2] if wins == 0 else [2, 1]
        rows.append(record(f"{seed}-{place}", f"{prompt.text} ({seed}-{place})", texts, ranking))
    return rows


def snapshot(n: int, seed: int = 1, long: int = 0) -> Snapshot:
    """`judgements` as a training set; of every fifth, `long` times, the first response goes on and on."""
    rows = judgements(n, seed)
    for row in rows[: 5 * long : 5]:
        row["responses"][0]["content"] += " and so on" * 200
    return build_snapshot([batch(rows)])


def tiny_model(folder: Path) -> Path:
    """A two-layer model in `folder`, with a tokenizer trained on the simulator's texts."""
    rows = judgements(300, seed=9)
    texts = [turn["content"] for row in rows for turn in [*row["prompt"], *row["responses"]]]
    (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    maker = HERE / "tiny_model.py"
    made = folder / "base"
    subprocess.run(
        [str(PYTHON), str(maker), str(folder / "texts.json"), str(made)],
        check=True,
        env=TrlPlace(PYTHON).environment(),
        capture_output=True,
    )
    return made
