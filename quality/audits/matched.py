"""Pairs of nearly the same length: what is found in them is not found because of length.

Matching (Rubin 1973, doi:10.2307/2529684) on the one property of a response that most others go along with.
It holds length still and nothing else: a matched finding is stronger than an association and weaker than
pairs that were written to differ in one thing.
"""

import polars as pl

# Of the longer one's length. At 15 % the longer side has a sentence more than the other, in a text of seven.
WITHIN = 0.15


def length_matched(within: float = WITHIN) -> pl.Expr:
    """True where the two lengths of a comparison differ by at most `within` of the longer one."""
    first, second = (pl.col(side).str.len_chars().cast(pl.Int64) for side in ("first", "second"))
    return (first - second).abs() <= within * pl.max_horizontal(first, second)
