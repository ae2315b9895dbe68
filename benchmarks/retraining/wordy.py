"""As many pairs as asked for, with a known truth: words have a worth, and the worthier response wins."""

import hashlib
from itertools import repeat

import numpy as np
import pyarrow as pa

from rampart.retrain.snapshot import PAIR, split_of

VOCABULARY = 30_000
WORDS_A_RESPONSE = (20, 300)  # 1,000 characters in the mean, as in public preference sets
WORDS_A_PROMPT = 20
PAIRED = ((0, 1), (2, 3), (0, 3))  # of the four responses to a prompt
WORTHY = 50  # of the vocabulary: the commonest words have a worth, the others none
NOISE = 0.03  # sd of what a judge adds to the mean worth of a response's words


def wordy_pairs(n_train: int, n_holdout: int, seed: int) -> pa.Table:
    """Pairs of `snapshot.PAIR`, at least as many as asked for on either side of the permanent split.

    Words follow Zipf's law, so that most of the vocabulary is rare, as in real text.
    """
    random = np.random.default_rng(seed)
    worth = np.where(np.arange(VOCABULARY) < WORTHY, random.normal(size=VOCABULARY), 0.0)
    words = np.array([f"word{i}" for i in range(VOCABULARY)])
    frequency = np.cumsum(1 / np.arange(1, VOCABULARY + 1))
    room = {"train": n_train, "holdout": n_holdout}
    rows: list[dict[str, object]] = []
    while max(room.values()) > 0:
        prompt = "user: " + " ".join(words[random.integers(0, VOCABULARY, WORDS_A_PROMPT)])
        key = hashlib.sha256(prompt.encode()).hexdigest()
        side = split_of(key)
        if room[side] <= 0:
            continue
        room[side] -= len(PAIRED)
        sizes = random.integers(*WORDS_A_RESPONSE, 4)
        drawn = [np.searchsorted(frequency, random.random(size) * frequency[-1]) for size in sizes]
        texts = [" ".join(words[chosen]) + "." for chosen in drawn]
        value = [worth[chosen].mean() + random.normal() * NOISE for chosen in drawn]
        rows += [
            {"prompt_key": key, "prompt": prompt, "split": side, "first": texts[i], "second": texts[j]}
            | {"target": float(value[i] > value[j])}
            for i, j in PAIRED
        ]
    return _table(rows)


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
