"""Scores texts as they come: ``python -m rampart.retrain.trl.worker.score FOLDER BATCH THREADS``.

Each line on standard input is a JSON object with `prompts` and `responses`; each answer one with `scores` and
`shortened`, how many texts were longer than the model reads: of those the end is scored.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from rampart.retrain.trl.worker.texts import ids_of

LONGEST = 1024  # tokens, for a model that says nothing itself; TRL's default


class Model:
    """A sequence classifier with one output, as `save_pretrained` left it in `folder`."""

    def __init__(self, folder: Path, batch: int) -> None:
        self._batch = batch
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._model = AutoModelForSequenceClassification.from_pretrained(
            folder, num_labels=1, local_files_only=True
        )
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(self._device).eval()
        about = folder / "rampart.json"
        said = json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}
        self._longest = int(said.get("max_length", LONGEST))

    def scores(self, prompts: list[str], responses: list[str]) -> tuple[list[float], int]:
        """A score for each text, and how many were shortened."""
        whole = [
            ids_of(self._tokenizer, prompt, response)
            for prompt, response in zip(prompts, responses, strict=True)
        ]
        texts = [ids[-self._longest :] for ids in whole]
        found = [0.0] * len(texts)
        # Texts of one length together: padding costs as much as text.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), self._batch):
            places = order[start : start + self._batch]
            for place, score in zip(places, self._forward([texts[at] for at in places]), strict=True):
                found[place] = score
        return found, sum(len(ids) > self._longest for ids in whole)

    def _forward(self, texts: list[list[int]]) -> list[float]:
        longest, pad = max(len(ids) for ids in texts), self._tokenizer.pad_token_id
        ids = torch.tensor([ids + [pad] * (longest - len(ids)) for ids in texts], device=self._device)
        mask = torch.tensor([[1] * len(t) + [0] * (longest - len(t)) for t in texts], device=self._device)
        with torch.inference_mode():
            logits = self._model(input_ids=ids, attention_mask=mask).logits
        return [float(score) for score in logits[:, 0].float().cpu()]


def main(folder: Path, batch: int, threads: int) -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not land among the answers
    torch.set_num_threads(threads)
    model = Model(folder, batch)
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        scores, shortened = model.scores(asked["prompts"], asked["responses"])
        print(json.dumps({"scores": scores, "shortened": shortened}), file=answers, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
