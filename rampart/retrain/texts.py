"""The different texts behind a table of pairs: a response judged five times is read once."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Texts:
    """n different (prompt, response) texts, and where each of m pairs finds its two.

    `prompts` and `responses` have length n; `first` and `second` have shape (m,) and index them.
    """

    prompts: list[str]
    responses: list[str]
    first: NDArray[np.int64]
    second: NDArray[np.int64]


def texts_of(pairs: pa.Table) -> Texts:
    """The texts of `pairs` (`snapshot.PAIR`), in order of first appearance."""
    prompts = pairs["prompt"].to_pylist()
    ids: dict[tuple[str, str], int] = {}
    sides = [
        np.array(
            [ids.setdefault(text, len(ids)) for text in zip(prompts, pairs[side].to_pylist(), strict=True)],
            dtype=np.int64,
        )
        for side in ("first", "second")
    ]
    return Texts([prompt for prompt, _ in ids], [response for _, response in ids], *sides)
