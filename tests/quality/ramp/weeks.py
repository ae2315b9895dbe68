"""Judged weeks of a contract, from counts alone."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.ramp.discard import discard_verdict
from quality.ramp.groups import GROUPS
from quality.ramp.report import JudgedWeek

NO_GROUPS = pl.DataFrame(pl.from_arrow(pa.Table.from_pylist([], GROUPS))).with_columns(
    week=pl.lit(None, pl.Int64)
)


def judged(contract: Contract, counts: Sequence[tuple[int, int]]) -> list[JudgedWeek]:
    """Weeks 1 and on, each of (readable, discarded)."""
    return [_week(contract, week, *found) for week, found in enumerate(counts, 1)]


def _week(contract: Contract, week: int, readable: int, discarded: int) -> JudgedWeek:
    phase = contract.phase(week)
    verdict = discard_verdict(
        discarded,
        readable,
        phase.discard_ceiling,
        confidence=contract.confidence(week),
        consequence=phase.on_breach,
        clause=contract.ceiling_clause(week),
        evidence=f"batches/{contract.contract_id}/week-{week:02d}/fates.parquet",
    )
    rejected = verdict.consequence == "reject"
    kept = 0 if rejected else readable - discarded
    return JudgedWeek(
        week=week,
        phase=contract.week(week).phase,
        revision=1,
        state="rejected" if rejected else "accepted",
        planned=contract.week(week).units,
        readable=readable,
        discarded=discarded,
        accepted=kept,
        paid=kept * phase.price * Decimal(str(1 - contract.discount(week)[0])),
        reasons=(("too_fast", discarded, discarded),) if discarded else (),
        verdict=verdict,
        groups=f"batches/{contract.contract_id}/week-{week:02d}/groups.parquet",
    )


def programme(**counts: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """The counts of a programme's contracts, each with its weeks 1 and on as (readable, discarded)."""
    rows = [
        {"vendor": name.replace("_", "-"), "week": week, "readable": readable, "discarded": discarded}
        for name, weeks in counts.items()
        for week, (readable, discarded) in enumerate(weeks, 1)
    ]
    schema = {"vendor": pl.String, "week": pl.Int64, "readable": pl.Int64, "discarded": pl.Int64}
    return pl.DataFrame(rows, schema)
