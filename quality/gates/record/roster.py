"""Who judged: annotators the vendor admits to the work, and who did well enough in the entrance test."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from quality.gates.record.gate import Asked, RecordGate, Seen


def _admitted(asked: Asked) -> pl.Series:
    least = asked.contract.annotators.min_screening_score
    scores = (asked.references.roster or {}).items()
    admitted = [name for name, score in scores if least is None or (score is not None and score >= least)]
    return pl.Series(admitted, dtype=pl.String)


def _test(asked: Asked) -> pl.Expr:
    if asked.references.roster is None:
        return pl.lit(value=False)
    # Nobody named is nobody admitted; in SQL's logic a null would be neither in the list nor outside it.
    who = pl.col("annotator_id")
    return who.is_null() | ~who.is_in(_admitted(asked).implode())


def _seen(record: Mapping[str, Any], asked: Asked) -> Seen:
    who, least = record["annotator_id"], asked.contract.annotators.min_screening_score
    scores = asked.references.roster or {}
    expected = f"one of the {len(scores):,} annotators on the roster"
    if who is None:
        return Seen("no annotator is named", expected)
    if who not in scores:
        return Seen(f"annotator {who} is not on the roster", expected)
    score = "no score" if scores[who] is None else f"{scores[who]:g}"
    return Seen(f"annotator {who} has a screening score of {score}", f"at least {least:g}")


GATES = (RecordGate("not_on_roster", lambda terms: terms.annotators.off_roster, _test, _seen),)
