"""When a judgement was made, and how long it took."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.record.gate import Asked, RecordGate, Seen

_STAMPED = (pl.col("submitted_at") - pl.col("started_at")).dt.total_microseconds() / 1e6
_TOOK = pl.coalesce(pl.col("duration_s"), _STAMPED)


def _outside(asked: Asked) -> pl.Expr:
    term = asked.contract.term
    start, end = term.week_start(asked.week), term.week_end(asked.week)
    moments = [pl.col(name) for name in ("started_at", "submitted_at")]
    outside = [(moment < start) | (moment >= end) for moment in moments]
    return pl.any_horizontal([*outside, pl.col("submitted_at") < pl.col("started_at")])


def _seen_outside(record: Mapping[str, Any], asked: Asked) -> Seen:
    term = asked.contract.term
    started, submitted = record["started_at"], record["submitted_at"]
    expected = (
        f"{term.week_start(asked.week):%Y-%m-%d %H:%M} to {term.week_end(asked.week):%Y-%m-%d %H:%M} UTC"
    )
    return Seen(f"started {_at(started)}, submitted {_at(submitted)}", f"in order, within {expected}")


def _at(moment: Any) -> str:
    return "unknown" if moment is None else f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _took(record: Mapping[str, Any], limit: str) -> Seen:
    took = record["duration_s"]
    if took is None:
        took = (record["submitted_at"] - record["started_at"]).total_seconds()
    return Seen(f"{took:g} s", limit)


def _bounded(limit: float | None) -> Policy:
    return "allow" if limit is None else "discard"


def _in_week(contract: Contract) -> Policy:
    return "discard" if contract.gates.timestamps_in_week else "allow"


GATES = (
    RecordGate("outside_week", _in_week, _outside, _seen_outside),
    RecordGate(
        "too_fast",
        lambda terms: _bounded(terms.gates.min_duration_s),
        lambda asked: asked.contract.gates.min_duration_s > _TOOK,
        lambda record, asked: _took(record, f"at least {asked.contract.gates.min_duration_s:g} s"),
    ),
    RecordGate(
        "too_slow",
        lambda terms: _bounded(terms.gates.max_duration_s),
        lambda asked: asked.contract.gates.max_duration_s < _TOOK,
        lambda record, asked: _took(record, f"at most {asked.contract.gates.max_duration_s:g} s"),
    ),
)
