"""The six vendors: what they are asked, in which words they answer, and how their files are laid out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

Row = dict[str, Any]
FILE = "rows.jsonl"
_LETTERS = "abcd"


class Draft(NamedTuple):
    """One judgement before it is written the vendor's way. `opened_ms` counts from 1970, UTC."""

    record_id: str
    domain: str | None
    language: str
    turns: tuple[str, ...]  # the user's and the assistant's in turn, the user's last
    responses: tuple[str, ...]
    models: tuple[str, ...]
    label: Any
    annotator: str | None
    author: str
    opened_ms: int
    seconds: float
    rationale: str
    turn: int
    guideline: str


@dataclass(frozen=True, eq=False)
class Vendor:
    """One vendor. `labels` draws so many labels; `outside` are some that its scheme does not know."""

    id: str
    scheme: dict[str, Any]
    share: float
    responses: int
    flat: bool
    labels: Callable[[np.random.Generator, int], list[Any]]
    outside: tuple[Any, ...]

    def written(self, draft: Draft, opened: str, submitted: str) -> Row:
        """The row as this vendor writes it."""
        head = {"record_id": draft.record_id, "domain": draft.domain, "language": draft.language}
        tail = {
            "label": draft.label,
            "annotator_id": draft.annotator,
            "author_id": draft.author,
            "started_at": opened,
            "submitted_at": submitted,
            "duration_s": draft.seconds,
            "turn": draft.turn,
            "guideline": draft.guideline,
            "rationale": draft.rationale,
        }
        return head | (_flat(draft) if self.flat else _nested(draft)) | tail


def _flat(draft: Draft) -> Row:
    """One column for everything that stands on the screen."""
    row: Row = {"prompt": draft.turns[-1]}
    for number, (text, model) in enumerate(zip(draft.responses, draft.models, strict=True), 1):
        row[f"response_{number}"], row[f"model_{number}"] = text, model
    return row


def _nested(draft: Draft) -> Row:
    """A list of messages and a list of responses."""
    last = len(draft.turns) - 1
    return {
        "messages": [
            {"role": "assistant" if (last - place) % 2 else "user", "content": text}
            for place, text in enumerate(draft.turns)
        ],
        "responses": [
            {"id": letter, "model": model, "text": text}
            for letter, model, text in zip(_LETTERS, draft.models, draft.responses, strict=False)
        ],
    }


def _scale(high: int) -> Callable[[np.random.Generator, int], list[Any]]:
    return lambda rng, count: rng.integers(1, high + 1, count).tolist()


def _words(*words: str) -> Callable[[np.random.Generator, int], list[Any]]:
    return lambda rng, count: [words[number] for number in rng.integers(0, len(words), count).tolist()]


def _scores(rng: np.random.Generator, count: int) -> list[Any]:
    found: list[Any] = rng.integers(1, 6, (count, 2)).tolist()
    return found


def _ranks(rng: np.random.Generator, count: int) -> list[Any]:
    found: list[Any] = (rng.random((count, 4)).argsort(axis=1) + 1).tolist()
    return found


VENDORS = (
    Vendor("aster", {"kind": "likert", "low": 1, "high": 5}, 0.20, 2, False, _scale(5), (0, 6, 9)),
    Vendor("briar", {"kind": "likert", "low": 1, "high": 8}, 0.40, 2, True, _scale(8), (0, 9, 12)),
    Vendor(
        "clover",
        {"kind": "arena", "both_bad": ["both_bad"]},
        0.15,
        2,
        False,
        _words("a", "b", "tie", "both_bad"),
        ("c", "neither", "?"),
    ),
    Vendor("dahlia", {"kind": "rating", "low": 1, "high": 5}, 0.10, 2, False, _scores, ([6, 2], [0, 3], [4])),
    Vendor("elder", {"kind": "ranking"}, 0.10, 4, False, _ranks, ([1, 2, 3], [1, 2, 3, 4, 5], [2])),
    Vendor("fennel", {"kind": "thumbs"}, 0.05, 1, True, _words("up", "down"), ("maybe", "5")),
)
