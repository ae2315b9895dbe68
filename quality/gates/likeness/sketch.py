"""A sketch of each text, small enough to keep for every record ever accepted: MinHash, 16 bits a value.

**Method.** The share of word pairs that two texts have in common (Jaccard) is estimated by the share of equal
MinHash values (A. Broder, 1997, doi:10.1109/SEQUEN.1997.666900); 16 bits of each will do (P. Li and A. König,
2010, doi:10.1145/1772690.1772759). The values are those of `rensa`, after S. Dahlgaard, M. Knudsen and M.
Thorup's fast similarity sketching (2017, arXiv:1704.04370). A copy in which one word in ten was changed keeps
.9² of its pairs, a Jaccard of about .68; unrelated texts have .02.
"""

from itertools import chain

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rensa import RMinHash

from quality.gates.likeness.shingles import Shingles, edged, run_slices

VALUES = 64
LANES = 4  # values in one 64-bit column
COLUMNS = tuple(f"sketch_{number:02}" for number in range(VALUES // LANES))
SKETCH = dict.fromkeys(COLUMNS, pl.UInt64)
# Part of what is kept: sketches made in another way cannot be compared, and say so by another number.
SKETCH_VERSION = 2
_SEED = 20260105  # any number will do, for ever


def sketches(parts: pl.Series) -> pl.DataFrame:
    """The sketch of each text (`SKETCH`), whose `parts` are a list of strings."""
    return sketches_of(parts.to_frame("parts").select(edged("parts")).to_series())


def sketches_of(texts: pl.Series) -> pl.DataFrame:
    """The sketch of each text (`SKETCH`) that is `edged`; of pairs of words."""
    values = [np.empty((0, VALUES), "<u2"), *map(_values, run_slices(texts, 2))]
    columns = np.concatenate(values).view("<u8").T
    return pl.DataFrame(dict(zip(COLUMNS, map(np.ascontiguousarray, columns), strict=True)), schema=SKETCH)


def _values(shingles: Shingles) -> NDArray[np.uint16]:
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles.hashes, shingles.starts.astype(np.uint64), VALUES, _SEED
    )
    rows = matrix.to_rows()
    values = np.fromiter(chain.from_iterable(rows), np.uint32, len(rows) * VALUES)
    return values.astype("<u2").reshape(-1, VALUES)
