"""Texts as numbers, without anything learnt: hashed word counts and style. Each text is read once.

Words and word pairs are hashed into 2**18 columns (Weinberger et al. 2009, arXiv:0902.2206) with no sign, so
that a column can carry a document frequency; counts enter as log(1 + count).
"""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.feature_extraction.text import HashingVectorizer

from rampart.retrain.linear.memo import Memo, stacked
from rampart.retrain.linear.style import STYLE_NAMES, style_table

COLUMNS = 2**18

# Keeps the word lists behind the style features, and the tokens, near 50 MB.
TEXTS_A_CHUNK = 1_000
# Two processes cost about 2 s of imports; below this many texts one process is done sooner.
TEXTS_WORTH_PROCESSES = 20_000
MAX_PROCESSES = 2  # more would each hold a copy of the interpreter and its libraries, about 200 MB

WORD_OR_MARK = r"(?u)\w+|[^\w\s]"  # each punctuation mark counts as a word

VECTORISER = HashingVectorizer(
    n_features=COLUMNS,
    ngram_range=(1, 2),
    alternate_sign=False,
    norm=None,
    dtype=np.float32,
    token_pattern=WORD_OR_MARK,
)

MEMO = Memo()


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """Features of n texts: `counts` is (n, 2**18) CSR of log(1 + count), `style` (n, len(style_names))."""

    counts: sp.csr_array
    style: NDArray[np.float32]
    style_names: tuple[str, ...]


def extract(
    prompts: Sequence[str],
    responses: Sequence[str],
    style_names: Sequence[str] = STYLE_NAMES,
    processes: int | None = None,
) -> TextFeatures:
    """Features of each (prompt, response), in the order given.

    Args:
        prompts: as `snapshot.rendered` writes them; only style looks at them.
        responses: as many texts.
        style_names: which style features, in which order.
        processes: how many to spread the work over; None decides by the amount of work. The result is the
            same, bit for bit, whatever the number.

    Raises:
        ValueError: when the lengths differ, or a style name is unknown.
    """
    if len(prompts) != len(responses):
        raise ValueError(
            f"got {len(prompts)} prompts and {len(responses)} responses; each response needs its prompt"
        )
    names = tuple(style_names)
    keys = [(prompt, response, names) for prompt, response in zip(prompts, responses, strict=True)]
    fresh = MEMO.unknown(keys)
    read = _read([prompts[i] for i in fresh], [responses[i] for i in fresh], names, processes)
    new = dict(zip(fresh, MEMO.keep([keys[i] for i in fresh], *read), strict=True))
    rows = [new[i] if i in new else MEMO.known(key) for i, key in enumerate(keys)]
    counts, style = stacked([row for row in rows if row is not None], COLUMNS, len(names))
    return TextFeatures(counts, style, names)


def _read(
    prompts: Sequence[str], responses: Sequence[str], names: tuple[str, ...], processes: int | None
) -> tuple[sp.csr_array, NDArray[np.float32]]:
    starts = range(0, max(len(responses), 1), TEXTS_A_CHUNK)
    chunks = [(prompts[i : i + TEXTS_A_CHUNK], responses[i : i + TEXTS_A_CHUNK], names) for i in starts]
    processes = _processes(len(responses)) if processes is None else processes
    if processes == 1:
        parts = [_extract_chunk(chunk) for chunk in chunks]
    else:
        # Started afresh, never forked: a fork copies locks that polars' threads may hold.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=spawn) as pool:
            parts = list(pool.map(_extract_chunk, chunks))
    counts = sp.csr_array(sp.vstack([part[0] for part in parts], format="csr"))
    return counts, np.vstack([part[1] for part in parts])


Chunk = tuple[Sequence[str], Sequence[str], tuple[str, ...]]


def _extract_chunk(chunk: Chunk) -> tuple[sp.csr_array, NDArray[np.float32]]:
    prompts, responses, names = chunk
    style = style_table(prompts, responses, names)
    if not responses:
        return sp.csr_array(np.zeros((0, COLUMNS), dtype=np.float32)), style
    counts: sp.csr_matrix = VECTORISER.transform(responses)
    counts.data = np.log1p(counts.data)
    return sp.csr_array(counts), style


def _processes(texts: int) -> int:
    """One for little work, and inside a daemonic process, which may not start others."""
    if texts < TEXTS_WORTH_PROCESSES or multiprocessing.current_process().daemon:
        return 1
    return min(MAX_PROCESSES, os.cpu_count() or 1)
