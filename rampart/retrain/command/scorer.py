"""Scoring by a program: it reads texts, a line each, and writes as many numbers."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
from numpy.typing import NDArray

from rampart.delivery.errors import printable
from rampart.delivery.store import ObjectStore
from rampart.retrain.command.keeper import without_ours
from rampart.retrain.command.publishing import fetched
from rampart.retrain.command.template import filled

PLACES: Mapping[str, str] = {
    "model": "the folder with the model's files",
    "texts": "JSON lines with prompt and response",
    "scores": "the file to write: a JSON array with a number for each line",
}
_LAST = 2_000  # characters of what a failed program said


@dataclass(frozen=True)
class CommandScorer:
    """Scores with `argv`, in which `PLACES` are filled in; the program is run once a call."""

    store: ObjectStore
    out: str
    argv: tuple[str, ...]

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> NDArray[np.float64]:
        """One score for each (prompt, response), shape (n,).

        Raises:
            ValueError: the program failed, or wrote something else than n numbers.
        """
        rows = [
            {"prompt": prompt, "response": response}
            for prompt, response in zip(prompts, responses, strict=True)
        ]
        with TemporaryDirectory(prefix="rampart-score-") as scratch:
            folder = Path(scratch)
            places = {name: folder / name for name in PLACES}
            places["model"].mkdir()
            fetched(self.out, self.store, places["model"])
            places["texts"].write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
            argv = filled(self.argv, {name: str(path) for name, path in places.items()})
            ended = subprocess.run(  # noqa: S603 (configured)
                argv, env=without_ours(), capture_output=True, text=True, check=False
            )
            if ended.returncode:
                said = printable(ended.stderr[-_LAST:], _LAST)
                raise ValueError(f"{argv[0]} ended with exit status {ended.returncode}: {said}")
            return _numbers(places["scores"], len(rows), argv[0])


def _numbers(path: Path, n: int, program: str) -> NDArray[np.float64]:
    try:
        found = json.loads(path.read_bytes())
        scores = np.array(found if isinstance(found, list) else [], dtype=np.float64)
    except (OSError, ValueError, TypeError):
        scores = np.zeros(0)
    if scores.shape != (n,) or not np.isfinite(scores).all():
        raise ValueError(
            f"{program} left no JSON array of {n} finite numbers in {{scores}}; let it write one"
        )
    return scores
