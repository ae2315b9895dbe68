"""Which side of the split a prompt is on: settled by its key alone, for ever.

The first 32 bits of the key modulo 100 say all of it: 0 to 4 the anchor, 5 to 19 the holdout of whichever
batch brings the prompt, 20 to 99 training. No week, contract, revision or setting has a say, so that no model
is ever judged on a prompt that one before it was trained on, and every model is judged on the same anchor.

A batch keeps at most so many prompts in its own holdout, those with the smallest keys (Touvron et al. 2023,
arXiv:2307.09288, section 3.2.1, held out 1,000 examples of each batch). The prompts beyond are used for
nothing: another batch may hold them out.
"""

from typing import Literal

import polars as pl

Split = Literal["train", "holdout"]

HOLDOUT_PERCENT = 20
# A quarter of what is held out: 100 prompts more for every 2,000 that are delivered. It grows with the weeks,
# while a batch's own holdout is bounded.
ANCHOR_PERCENT = 5


def split_of(prompt_key: str) -> Split:
    """The side of the split a prompt is on for ever."""
    return "holdout" if _number(prompt_key) < HOLDOUT_PERCENT else "train"


def is_anchor(prompt_key: str) -> bool:
    """Is the prompt one of the anchor set? It is held out then."""
    return _number(prompt_key) < ANCHOR_PERCENT


def split_expr(prompt_key: pl.Expr) -> pl.Expr:
    """`split_of` for a column of keys."""
    return pl.when(_numbers(prompt_key) < HOLDOUT_PERCENT).then(pl.lit("holdout")).otherwise(pl.lit("train"))


def anchor_expr(prompt_key: pl.Expr) -> pl.Expr:
    """`is_anchor` for a column of keys."""
    return _numbers(prompt_key) < ANCHOR_PERCENT


def within_holdout(pairs: pl.DataFrame, whole: pl.Series, prompts: int) -> pl.Series:
    """False for held-out pairs, not of the anchor, whose prompt is beyond the batch's first `prompts`.

    Args:
        pairs: of one batch, with `prompt_key`, `split` and `anchor`.
        whole: (n,) the pairs that could be judged; a prompt with none of them takes no place.
        prompts: the most prompts of the batch's own holdout; the smallest keys are kept.
    """
    own = (pairs["split"] == "holdout") & ~pairs["anchor"]
    keys = pairs["prompt_key"].filter(own & whole).unique().sort()
    if len(keys) <= prompts:
        return pl.repeat(value=True, n=pairs.height, eager=True)
    beyond: pl.Series = own & (pairs["prompt_key"] >= keys[prompts])
    return ~beyond


def _number(prompt_key: str) -> int:
    return int(prompt_key[:8], 16) % 100


def _numbers(prompt_key: pl.Expr) -> pl.Expr:
    return prompt_key.str.slice(0, 8).str.to_integer(base=16, dtype=pl.UInt32) % 100
