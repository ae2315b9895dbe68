"""Scoring with a transformer: its own process, started at the first call and asked as often as needed."""

import contextlib
import json
import subprocess
import weakref
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from rampart.delivery.errors import printable
from rampart.delivery.store import ObjectStore
from rampart.retrain.command.keeper import without_ours
from rampart.retrain.command.publishing import fetched
from rampart.retrain.trl.place import TrlPlace

TEXTS_AT_ONCE = 512  # in one question: progress without a question a text
_LAST_LINES = 20


class TrlScorer:
    """The model of the run at `out`, scored by the interpreter of `place`. The same text is read once."""

    def __init__(self, store: ObjectStore, out: str, place: TrlPlace) -> None:
        self._store, self._out, self._place = store, out, place
        self._known: dict[tuple[str, str], float] = {}
        self._worker: _Worker | None = None

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> NDArray[np.float64]:
        """One score for each (prompt, response), shape (n,); the difference of two is a log-odds.

        Raises:
            ValueError: the lengths differ, there is no interpreter, or the model cannot be scored with.
        """
        texts = list(zip(prompts, responses, strict=True))
        fresh = list(dict.fromkeys(text for text in texts if text not in self._known))
        for start in range(0, len(fresh), TEXTS_AT_ONCE):
            asked = fresh[start : start + TEXTS_AT_ONCE]
            if self._worker is None:
                self._worker = _Worker(self._store, self._out, self._place)
            self._known.update(zip(asked, self._worker.ask(asked), strict=True))
        return np.array([self._known[text] for text in texts], dtype=np.float64)


class _Worker:
    """The process. It ends with this object."""

    def __init__(self, store: ObjectStore, out: str, place: TrlPlace) -> None:
        folder = TemporaryDirectory(prefix="rampart-score-", ignore_cleanup_errors=True)
        model, self._log = Path(folder.name) / "model", Path(folder.name) / "log"
        model.mkdir()
        fetched(out, store, model)
        arguments = [str(model), str(place.micro_batch * 4), str(place.threads)]  # no gradients: four fit
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 (the interpreter of the settings, our own worker)
                [place.interpreter(), "-m", "rampart.retrain.trl.worker.score", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**without_ours(), **place.environment()},
                text=True,
                encoding="utf-8",
            )
        self._finalizer = weakref.finalize(self, _end, self._process, folder)

    def ask(self, texts: Sequence[tuple[str, str]]) -> list[float]:
        """The scores of `texts`."""
        question = {"prompts": [text[0] for text in texts], "responses": [text[1] for text in texts]}
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("the scoring process has no pipes")
        try:
            self._process.stdin.write(f"{json.dumps(question)}\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
            raise ValueError(
                "the model cannot be scored with; its process said:\n"
                + "\n".join(printable(line, 500) for line in said)
            )
        return [float(score) for score in json.loads(answer)["scores"]]


def _end(process: subprocess.Popen[str], folder: TemporaryDirectory[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):  # it died with a question unread
                pipe.close()
    process.wait()
    folder.cleanup()
