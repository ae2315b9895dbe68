r"""How long did the busiest annotator work in one day?

**Model.** A judgement takes the interval that ends when it was submitted (else that begins when it was
started) and is as long as its duration (else from start to submission). An annotator's working time on a day
of the contract's time zone is the length of the *union* of their intervals on it: two tabs open at once
count once, and a judgement across midnight counts on both days.

**Fields needed.** `annotator_id`; two of `started_at`, `submitted_at`, `duration_s`. A census of what could
be timed, without an interval; the reason says how much that is.

**What it does not say.** Pauses between judgements are not in it, so it is a lower bound of a day's work. A
single judgement longer than 24 hours is a tab left open, not work, and is left out.
"""

from datetime import timedelta

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.verdict import GateSpec, Status, Verdict, consequence_of

LONGEST_S = 24 * 3600.0
ROUNDING_H = 1e-6


def hours_per_day(records: pa.Table, contract: Contract, evidence: str | None = None) -> Verdict | None:
    """The longest working day of any annotator, in hours, against `annotators.max_hours_per_day`.

    Args:
        records: canonical records that passed the record gates; of them `annotator_id`, `started_at`,
            `submitted_at` and `duration_s`.
        contract: limit and time zone.
        evidence: address of the rows.

    Returns:
        *fail* when any day is longer; `not_testable` where nothing can be timed. None without a limit.
    """
    limit = contract.annotators.max_hours_per_day
    if limit is None:
        return None
    consequence = consequence_of(contract.annotators.severity)
    spec = GateSpec("annotators.max_hours_per_day", "longest_day_hours", limit, consequence)
    columns = ["annotator_id", "started_at", "submitted_at", "duration_s"]
    sittings = _sittings(pl.DataFrame(pl.from_arrow(records.select(columns))))
    if sittings.is_empty():
        reason = f"None of {records.num_rows:,} judgements names its annotator and tells when and how long."
        return Verdict(spec, "not_testable", None, None, None, records.num_rows, reason, evidence)
    days = _days(_union(sittings), contract.term.timezone)
    most = float(days["hours"].max())  # type: ignore[arg-type]
    over = days.filter(pl.col("hours") > limit + ROUNDING_H)
    status: Status = "fail" if over.height else "pass"
    reason = (
        f"The longest of {days.height:,} working days has {most:.1f} h, {limit:g} h tolerated; "
        f"{over.height:,} days of {over['annotator_id'].n_unique():,} annotators are longer "
        f"({sittings.height:,} of {records.num_rows:,} judgements could be timed; days in "
        f"{contract.term.timezone})."
    )
    return Verdict(spec, status, most, None, None, days.height, reason, evidence)


def _sittings(frame: pl.DataFrame) -> pl.DataFrame:
    """`annotator_id`, `start`, `end` of every judgement that can be timed."""
    between = (pl.col("submitted_at") - pl.col("started_at")).dt.total_microseconds() / 1e6
    taken_s = pl.coalesce(pl.col("duration_s").fill_nan(None), between)
    taken = pl.duration(microseconds=(taken_s * 1e6).round().cast(pl.Int64))
    start = pl.coalesce(pl.col("submitted_at") - taken, pl.col("started_at"))
    return (
        frame.drop_nulls("annotator_id")
        .filter(taken_s.is_between(0, LONGEST_S))
        .select("annotator_id", start=start, end=start + taken)
        .drop_nulls()
    )


def _union(sittings: pl.DataFrame) -> pl.DataFrame:
    """The same time without overlaps: each interval less what earlier ones of the annotator covered."""
    covered = pl.col("end").cum_max().shift(1).over("annotator_id")
    return (
        sittings.sort("annotator_id", "start", "end")
        .with_columns(start=pl.max_horizontal("start", covered))
        .filter(pl.col("end") > pl.col("start"))
    )


def _days(worked: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """Hours by annotator and local day."""
    local = worked.with_columns(pl.col("start", "end").dt.convert_time_zone(timezone))
    each = local.with_columns(day=pl.date_ranges(pl.col("start").dt.date(), pl.col("end").dt.date())).explode(
        "day"
    )
    start = pl.max_horizontal("start", _midnight(pl.col("day"), timezone))
    end = pl.min_horizontal("end", _midnight(pl.col("day") + timedelta(days=1), timezone))
    hours = (end - start).dt.total_microseconds() / 3.6e9
    return each.group_by("annotator_id", "day").agg(hours=hours.sum()).filter(pl.col("hours") > 0)


def _midnight(day: pl.Expr, timezone: str) -> pl.Expr:
    """The first moment of a local day; where clocks skip midnight, the hour after it."""
    first = day.cast(pl.Datetime("us"))
    moments = (
        local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        for local in (first, first + timedelta(hours=1))
    )
    return pl.coalesce(*moments)
