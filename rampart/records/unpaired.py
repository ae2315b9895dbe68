"""Training units that compare nothing: responses that are good or bad, and answers to learn from."""

import polars as pl
import pyarrow as pa

from contracts.terms.annotation import Rating, Scheme, Thumbs, Verifiable
from rampart.records.prompt_key import prompt_keys
from rampart.records.turns import Turns, unrolled

UNPAIRED_COLUMNS = (
    "record_id",
    "item_id",
    "annotator_id",
    "prompt_key",
    "prompt",
    "response",
    "checkpoint",
    "domain",
    "desirable",
)
DEMONSTRATION_COLUMNS = ("record_id", "item_id", "prompt_key", "prompt", "response", "domain", "turn")


def unpaired(records: pa.Table, scheme: Scheme) -> pl.DataFrame:
    """One row for each response that was graded alone: good or bad, for the loss of KTO.

    Thumbs up is good; of a verifiable scheme, what passed; of a rating scheme, what lies on the better side
    of the scale's middle (in the middle: no row). Responses that were compared are pairs instead
    (`rampart.records.training_pairs`).

    Source: Ethayarajh et al. 2024, arXiv:2402.01306 (Kahneman-Tversky optimisation: desirable and undesirable
    outputs, no pairs).

    Args:
        records: canonical records (`RECORD`), all of one scheme.
        scheme: the contract's annotation scheme.

    Returns:
        A frame with `UNPAIRED_COLUMNS`; `prompt` holds the messages, `response` the text, `desirable` is a
        boolean. Rows keep the order of `records`. Schemes that grade nothing alone give no row.
    """
    alone = (pl.col("responses").list.len() == 1) & (pl.col("ratings").list.len() == 1)
    frame = _single(records, alone).with_columns(score=pl.col("ratings").list.first())
    frame = frame.with_columns(desirable=_desirable(scheme))
    return frame.filter(pl.col("desirable").is_not_null()).select(UNPAIRED_COLUMNS)


def demonstrations(records: pa.Table, turns: Turns = "whole") -> pl.DataFrame:
    """One row for each written answer: its prompt is context, the response is trained.

    Args:
        records: canonical records (`RECORD`) of a demonstration scheme; those without exactly one response
            give no row.
        turns: the contract's `annotation.turns`; `unrolled` gives a row for each answer given earlier in the
            conversation too (`rampart.records.turns`).

    Returns:
        A frame with `DEMONSTRATION_COLUMNS`; `turn` is the place of the trained message in the conversation,
        from 0.
    """
    frame = _single(records, pl.col("responses").list.len() == 1)
    return unrolled(frame, turns).select(DEMONSTRATION_COLUMNS)


def _single(records: pa.Table, wanted: pl.Expr) -> pl.DataFrame:
    """The `wanted` records, with their one response beside the rest."""
    frame = pl.DataFrame(pl.from_arrow(records)).filter(wanted)
    response = pl.col("responses").list.first().struct
    return frame.with_columns(
        prompt_keys(frame["prompt"]),
        response=response.field("content"),
        checkpoint=response.field("checkpoint_id"),
    ).filter(pl.col("response").is_not_null())


def _desirable(scheme: Scheme) -> pl.Expr:
    score = pl.col("score")
    match scheme:
        case Thumbs():
            return score == 1.0
        case Verifiable():
            return score >= (1.0 if scheme.threshold is None else scheme.threshold)
        case Rating():
            middle = (scheme.low + scheme.high) / 2
            better = score > middle if scheme.higher_is_better else score < middle
            return pl.when(score != middle).then(better)
        case _:
            return pl.lit(None, dtype=pl.Boolean)
