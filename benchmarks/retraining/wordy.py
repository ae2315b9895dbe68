"""As many pairs as asked for, with a known truth: better responses use better words, and win more often."""

import hashlib
from itertools import repeat

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import expit

from rampart.retrain.snapshot import PAIR, split_of

VOCABULARY = 30_000
WORDS_A_RESPONSE = (20, 300)  # 1,000 characters in the mean, as in public preference sets
WORDS_A_PROMPT = 20
TELLING_SHARE = 0.1  # of a response's words speak of its quality: half of TELLING are good words, half bad
TELLING = 400
DECISIVE = 2.0  # P(first wins) = logistic(DECISIVE · difference of two standard normals): 0.8 at best
PAIRED = ((0, 1), (2, 3), (0, 3))  # of the four responses to a prompt


def wordy_pairs(n_train: int, n_holdout: int, seed: int) -> pa.Table:
    """Pairs of `snapshot.PAIR`, at least as many as asked for on either side of the permanent split.

    Words follow Zipf's law, so that most of the vocabulary is rare, as in real text.
    """
    random = np.random.default_rng(seed)
    words = np.array([f"word{i}" for i in range(VOCABULARY)])
    room = {"train": n_train, "holdout": n_holdout}
    rows: list[dict[str, object]] = []
    while max(room.values()) > 0:
        prompt = "user: " + " ".join(words[random.integers(0, VOCABULARY, WORDS_A_PROMPT)])
        key = hashlib.sha256(prompt.encode()).hexdigest()
        side = split_of(key)
        if room[side] <= 0:
            continue
        room[side] -= len(PAIRED)
        quality = random.normal(size=4)
        texts = [" ".join(words[_response(random, one)]) + "." for one in quality]
        rows += [
            {"prompt_key": key, "prompt": prompt, "split": side, "first": texts[i], "second": texts[j]}
            | {"target": float(random.random() < expit(DECISIVE * (quality[i] - quality[j])))}
            for i, j in PAIRED
        ]
    return _table(rows)


_COMMON = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
_COMMON /= _COMMON[-1]


def _response(random: np.random.Generator, quality: float) -> NDArray[np.int64]:
    """The numbers of a response's words; the last TELLING of the vocabulary tell its quality."""
    drawn = np.searchsorted(_COMMON, random.random(random.integers(*WORDS_A_RESPONSE)))
    telling = random.random(len(drawn)) < TELLING_SHARE
    good = random.random(len(drawn)) < expit(quality)
    kind = np.where(good, 0, TELLING // 2) + random.integers(0, TELLING // 2, len(drawn))
    return np.where(telling, VOCABULARY - TELLING + kind, drawn)


def _table(rows: list[dict[str, object]]) -> pa.Table:
    """`rows` with every other column of `PAIR` filled: one judgement a pair, of one contract's first week."""
    same = {"weight": 1.0, "contract_id": "wordy", "week": 1}
    for number, row in enumerate(rows):
        row.update(same, group=str(number))
    columns = [
        pa.array([row.get(field.name) for row in rows], field.type)
        if field.name in rows[0]
        else _filled(field, len(rows))
        for field in PAIR
    ]
    return pa.Table.from_arrays(columns, schema=PAIR)


def _filled(field: pa.Field, n: int) -> pa.Array:
    if field.nullable:
        return pa.nulls(n, field.type)
    empty = {"string": "", "large_string": "", "bool": False}.get(str(field.type), 1)
    return pa.array(list(repeat(empty, n)), field.type)
