"""Suggested pairs that cannot be copies, told by their bags of words: all pairs at once.

Sketches of short texts from one template often agree as far as a changed copy's would. To look at their words
one pair after another took most of the time; in one sparse matrix it takes a microsecond a pair.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from quality.gates.likeness.alike import LONGEST
from quality.gates.likeness.shingles import word_runs

# Words are cut here as for sketches. What the comparison cuts or spells otherwise is left for it to judge:
# texts with an underscore ("snake_case" is one word there) or something beyond ASCII, and those so long that
# it reads their ends only; and pairs with up to a quarter as many changes again as a copy may have.
_SLACK = 1.25
_CUT_OTHERWISE = pl.element().str.contains(r"[_[:^ascii:]]") | (pl.element().str.len_bytes() > LONGEST)
_AT_ONCE = 25_000  # pairs whose bags are in memory together
_COLUMNS = 2**31 - 1

Places = NDArray[np.int64]


def may_be_alike(texts: pl.DataFrame, ones: Places, others: Places, at_least: float) -> NDArray[np.bool_]:
    """Of each pair of `texts` (`asked` and `answers`): is the share of words that both have large enough?

    Every word that only one of two texts has takes an edit. `ones` and `others` say where in `texts` the two
    stand.
    """
    told = [np.empty(0, bool)]
    for start in range(0, len(ones), _AT_ONCE):
        both = np.concatenate([ones[start : start + _AT_ONCE], others[start : start + _AT_ONCE]])
        rows, places = np.unique(both, return_inverse=True)
        parts = texts[rows].select(parts=pl.concat_list("asked", "answers"))
        otherwise = parts.select(pl.col("parts").list.eval(_CUT_OTHERWISE).list.any()).to_series().to_numpy()
        bags = _bags(parts["parts"])
        one, other = np.split(places, 2)
        sizes = np.asarray(bags.sum(axis=1)).ravel()
        common = np.asarray(bags[one].minimum(bags[other]).sum(axis=1)).ravel()
        enough = common >= (1 - _SLACK * (1 - at_least)) * np.maximum(sizes[one], sizes[other])
        told.append(enough | otherwise[one] | otherwise[other])
    return np.concatenate(told)


def _bags(parts: pl.Series) -> csr_matrix:
    """How often each text has each word; a column is a hash of 31 bits, by chance two words' at worst."""
    words = word_runs(parts, 1)
    columns = (words.hashes >> np.uint64(33)).astype(np.int32)
    bags = csr_matrix(
        (np.ones(len(columns), np.int32), columns, words.starts), shape=(len(parts), _COLUMNS + 1)
    )
    bags.sum_duplicates()
    return bags
