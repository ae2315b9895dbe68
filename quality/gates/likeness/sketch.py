"""A sketch of each text, small enough to keep for every record ever accepted: MinHash, 16 bits a value.

**Method.** The share of word pairs that two texts have in common (Jaccard) is estimated by the share of equal
MinHash values (A. Broder, 1997, doi:10.1109/SEQUEN.1997.666900); 16 bits of each will do (P. Li and A. König,
2010, doi:10.1145/1772690.1772759). Each pair is thrown into one of 64 bins, which keep the smallest, and anew
for those bins that are empty then (S. Dahlgaard, M. Knudsen and M. Thorup's fast similarity sketching, 2017,
arXiv:1704.04370), four times at most; a bin that is empty still, as some are for a sentence, takes over the
value of another one, by an order that all texts share (A. Shrivastava, 2017, arXiv:1703.04664). A copy in
which one word in ten was changed keeps .9² of its pairs, a Jaccard of about .68; unrelated texts have .02.

Ours, in NumPy, because the libraries that make MinHash values give them as Python's integers, which took
longer than all the rest.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from quality.gates.likeness.shingles import Shingles, edged, run_slices

VALUES = 64
LANES = 4  # values in one 64-bit column
COLUMNS = tuple(f"sketch_{number:02}" for number in range(VALUES // LANES))
SKETCH = dict.fromkeys(COLUMNS, pl.UInt64)
# Part of what is kept: sketches made in another way cannot be compared, and say so by another number.
SKETCH_VERSION = 2
_EMPTY = np.uint32(2**32 - 1)
_BIN, _VALUE = (
    np.uint64(64 - 6),
    np.uint64(32),
)  # shifts: the upper bits tell the bin, those below are compared
_BELOW = np.uint32(2**26 - 1)
# For each round of throws an odd factor; any will do, for ever (digits of pi).
_ROUNDS = tuple(
    np.uint64(factor)
    for factor in (0x243F6A8885A308D3, 0x13198A2E03707345, 0xA4093822299F31D1, 0x082EFA98EC4E6C89)
)
# Where an empty bin looks, one bin after another in an order of its own. (Multiples of an odd step go
# through all 64.)
_STEPS = tuple((np.arange(VALUES) * 2 + 1) * look % VALUES for look in range(1, VALUES))


def sketches(parts: pl.Series) -> pl.DataFrame:
    """The sketch of each text (`SKETCH`), whose `parts` are a list of strings."""
    return sketches_of(parts.to_frame("parts").select(edged("parts")).to_series())


def sketches_of(texts: pl.Series) -> pl.DataFrame:
    """The sketch of each text (`SKETCH`) that is `edged`; of pairs of words."""
    values = [np.empty((0, VALUES), "<u2"), *map(values_of, run_slices(texts, 2))]
    columns = np.concatenate(values).view("<u8").T
    return pl.DataFrame(dict(zip(COLUMNS, map(np.ascontiguousarray, columns), strict=True)), schema=SKETCH)


def values_of(shingles: Shingles) -> NDArray[np.uint16]:
    """The values of some texts, each of which has a pair at least."""
    hashes, sizes = shingles.hashes, np.diff(shingles.starts)
    least = np.full((len(sizes), VALUES), _EMPTY, np.uint32)
    text = np.repeat(np.arange(len(sizes)), sizes)
    for number, factor in enumerate(_ROUNDS):
        thrown = hashes * factor
        bins = text * VALUES + (thrown >> _BIN).view(np.int64)
        # What an earlier round put into a bin is smaller than all of a later one.
        values = ((thrown >> _VALUE).astype(np.uint32) & _BELOW) | np.uint32(number << 26)
        np.minimum.at(least.reshape(-1), bins, values)
        lacking = (least.max(axis=1) == _EMPTY)[text]
        hashes, text = hashes[lacking], text[lacking]
    return _filled(least).astype("<u2")


def _filled(least: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """`least` with the value of another bin in each that is empty: of the first that is not, in its order."""
    filled = least.copy()
    texts, bins = np.nonzero(least == _EMPTY)
    for steps in _STEPS:
        if not len(texts):
            break
        found = least[texts, (bins + steps[bins]) % VALUES]
        filled[texts, bins] = found
        still = found == _EMPTY
        texts, bins = texts[still], bins[still]
    return filled
