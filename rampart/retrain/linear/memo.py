"""Features of texts read before in this process: weeks share most of their texts, and models their holdout.

What is kept is exactly what reading the text again would give, so results do not depend on it.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

MOST_NUMBERS = 20_000_000  # kept word counts: about 160 MB

Key = tuple[str, str, tuple[str, ...]]  # prompt, response, style names
Row = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]  # columns, counts, style


class Memo:
    """A bounded memory of feature rows; once full it takes nothing more in."""

    def __init__(self, most_numbers: int = MOST_NUMBERS) -> None:
        self._rows: dict[Key, Row] = {}
        self._room = most_numbers

    def unknown(self, keys: Sequence[Key]) -> list[int]:
        """Places in `keys` of texts not read before."""
        return [place for place, key in enumerate(keys) if key not in self._rows]

    def known(self, key: Key) -> Row | None:
        """The row of a text read before."""
        return self._rows.get(key)

    def keep(self, keys: Sequence[Key], counts: sp.csr_array, style: NDArray[np.float32]) -> list[Row]:
        """Split freshly read features into rows, remember what there is room for, and give all of them."""
        rows = []
        for place, key in enumerate(keys):
            start, end = counts.indptr[place], counts.indptr[place + 1]
            row = (counts.indices[start:end].copy(), counts.data[start:end].copy(), style[place].copy())
            rows.append(row)
            if self._room >= len(row[1]):
                self._rows[key] = row
                self._room -= len(row[1])
        return rows


def stacked(rows: Sequence[Row], columns: int, styles: int) -> tuple[sp.csr_array, NDArray[np.float32]]:
    """Rows as one (n, columns) CSR array of counts and one (n, styles) array."""
    lengths = np.fromiter((len(row[1]) for row in rows), dtype=np.int64, count=len(rows))
    starts = np.concatenate([[0], np.cumsum(lengths)])
    empty = np.zeros(0)
    indices = np.concatenate([empty.astype(np.int32), *(row[0] for row in rows)])
    counts = np.concatenate([empty.astype(np.float32), *(row[1] for row in rows)])
    style = np.array([row[2] for row in rows], dtype=np.float32).reshape(len(rows), styles)
    return sp.csr_array((counts, indices, starts), shape=(len(rows), columns)), style
