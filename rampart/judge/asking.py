"""A judge asked about every pair of a batch, each pair in both orders.

A model that is shown two answers leans towards one of the places (Zheng et al. 2023, arXiv:2306.05685,
section 3.3). A preference counts where it stays with the response in both orders; otherwise the judge
decided nothing, which is a tie.
"""

from collections.abc import Callable
from typing import Literal

import polars as pl

Choice = Literal["first", "second", "tie"]
# Prompt, first and second response; None: the answer was not understood.
Ask = Callable[[str, str, str], Choice | None]
PAIR = ("prompt", "first", "second")


def judged(frame: pl.DataFrame, ask: Ask) -> pl.DataFrame:
    """What the judge says of each comparison.

    Args:
        frame: comparisons (`rampart.records.comparisons`); pairs that recur are asked about once.
        ask: the judge.

    Returns:
        `record_id`, `first_position`, `second_position` and `judge`: 1.0 for the first response, 0.0 for the
        second, 0.5 for neither, null where a text is missing or an answer was not understood.
    """
    pairs = frame.select(PAIR).drop_nulls().unique(maintain_order=True)
    said = [_outcome(ask, *row) for row in pairs.iter_rows()]
    told = pairs.with_columns(judge=pl.Series(said, dtype=pl.Float64))
    joined = frame.join(told, on=PAIR, how="left", maintain_order="left")
    return joined.select("record_id", "first_position", "second_position", "judge")


def _outcome(ask: Ask, prompt: str, first: str, second: str) -> float | None:
    there, back = ask(prompt, first, second), ask(prompt, second, first)
    if there is None or back is None:
        return None
    if (there, back) == ("first", "second"):
        return 1.0
    return 0.0 if (there, back) == ("second", "first") else 0.5
