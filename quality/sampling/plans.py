r"""How many records to look at, and how many defects to accept: the plans of ISO 2859-1 and ANSI/ASQ Z1.4.

**Model.** Lot size and inspection level give a code letter (Table 1), letter and AQL a sample size $n$ and
an acceptance number $Ac$ (Table 2-A normal, 2-B tightened): of $n$ records drawn at random, accept the lot
with at most $Ac$ defects. In the tables the numbers run along diagonals: one letter on is one AQL down, $0,
\cdot, \cdot, 1, 2, 3, 5, 7, 10, 14, 21$ from one AQL to the next, and one step later $0, \cdot, \cdot, 1, 2,
3, 5, 8, 12, 18$ when tightened. Elsewhere an arrow names another letter, whose sample size then holds too
(ISO 2859-1:1999, "Sampling procedures for inspection by attributes - Part 1"; they go back to
MIL-STD-105E, 1989).

**What it is for.** A lot is a batch's accepted records; the sample must be *simple random*
(`quality.sampling.draw`). A sample that looks harder where the risk is (`quality.sampling.draw`) is for
estimating and has no acceptance number.

**What is left out.** AQLs above 10 %, which count defects per hundred units and not defective records;
reduced inspection; and, tightened, the two cells between 0 and 1, whose arrows these sources do not settle.

**What it does not say.** An accepted lot is not shown to be as good as the AQL: see the operating
characteristic (`quality.sampling.operating`) for what slips through.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from contracts.terms.review import AQLS, Level

Inspection = Literal["normal", "tightened"]

LETTERS = "ABCDEFGHJKLMNPQR"
SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)

# Table 1: upper ends of the lot sizes, and each level's letters for them and what is above.
_LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_CODES: dict[Level, str] = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}
# Along a row: place of the letter + place of the AQL -> acceptance number.
_ACCEPT: dict[Inspection, dict[int, int]] = {
    "normal": {14: 0, 17: 1, 18: 2, 19: 3, 20: 5, 21: 7, 22: 10, 23: 14, 24: 21},
    "tightened": {15: 0, 18: 1, 19: 2, 20: 3, 21: 5, 22: 8, 23: 12, 24: 18},
}


@dataclass(frozen=True)
class SamplingPlan:
    """Look at `n` of `lot` records drawn at random; accept with at most `accept` defects.

    `letter` is the code letter whose plan holds, None for a plan that is not from the tables; with `n` equal
    to `lot` everything is looked at.
    """

    lot: int
    n: int
    accept: int
    letter: str | None = None

    @property
    def reject(self) -> int:
        """Defects from which on the lot is rejected."""
        return self.accept + 1


def code_letter(lot: int, level: Level = "II") -> str:
    """The code letter of a lot of `lot` records (Table 1); `ValueError` below 2."""
    if lot < 2:
        raise ValueError(f"a lot of {lot} records has no sampling plan; look at every record")
    return _CODES[level][sum(lot > top for top in _LOTS)]


def sampling_plan(
    lot: int, aql_percent: float, level: Level = "II", inspection: Inspection = "normal"
) -> SamplingPlan:
    """The single sampling plan for a lot of `lot` records.

    Args:
        lot: records in the batch, 2 or more.
        aql_percent: the acceptance quality limit, one of `AQLS`: the worst average that satisfies.
        level: II unless less (I) or more (III) should be told apart; S-1 to S-4 for very small samples.
        inspection: ``tightened`` after two of five lots in a row were rejected, until five are accepted.

    Raises:
        ValueError: the AQL is not one of the tables', or the cell is an arrow these tables do not settle.
    """
    if aql_percent not in AQLS:
        below = [f"{low:g} or {high:g}" for low, high in pairwise(AQLS) if low < aql_percent < high]
        raise ValueError(f"AQL {aql_percent:g} % is not in the tables; expected {below or AQLS}")
    row = _row(LETTERS.index(code_letter(lot, level)), AQLS.index(aql_percent), inspection)
    accept = _ACCEPT[inspection][row + AQLS.index(aql_percent)]
    return SamplingPlan(lot, min(SIZES[row], lot), accept, LETTERS[row])


def _row(row: int, column: int, inspection: Inspection) -> int:
    """The row whose plan holds, arrows followed: down (a larger sample) or up (a smaller one)."""
    accept = _ACCEPT[inspection]
    first, last = min(accept), max(accept)
    place = row + column
    if place < first:
        return min(row + first - place, len(LETTERS) - 1)
    if place > last:
        return row - (place - last)
    if place in accept:
        return row
    if inspection == "tightened":
        raise ValueError(
            f"letter {LETTERS[row]} at AQL {AQLS[column]:g} % lies between 0 and 1 defects in the tightened "
            "table; expected a neighbouring AQL or another level"
        )
    up = place == first + 1  # the first of the two gaps takes the 0 above, the second the 1 below
    if up and row > 0:
        return row - 1
    return row + (2 if up else 1) if row + 1 < len(LETTERS) else row - 2
