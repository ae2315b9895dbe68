"""What counts as found, what as a false sanction, and what a buyer with plain thresholds would have seen.

A fraud is *found* in a week when the product stops the week's money over it and points at the right thing:

1. a clause that bears on it failed with a consequence, so that the batch is held or rejected;
2. the commonest first reason of the discards, which the waterfall puts on top, is one that names the fraud;
3. the rows behind the finding are those planted: at least `PRECISION` of them are, and at least `RECALL` of
   those planted are among them. Rows behind it are the records discarded for a reason that names the fraud
   and, where the clause is about people, the records of those whom it counts.

A tilt is found when the audit of length or of position failed with a consequence in the planted direction.
A warning, a failed clause without a consequence, and a name on a list to read are not enough.

A week of honest work is *sanctioned* when it is not accepted in full, an annotator is in the tier that bears
a consequence, a credit is taken, or a good record is discarded. (The placebo's true discard rate is below its
ceiling every week, and its volume within what is tolerated, so that none of it would be deserved.)

The plain thresholds take each delivery by itself and each figure at its point estimate: the discard rate by
what a row alone shows against the ceiling, the batch's median duration, and the shares of longer and first
responses against the audits' limits.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from quality.annotators.pace import METRIC as SPEEDERS
from quality.annotators.pace import speeders

if TYPE_CHECKING:
    from benchmarks.detecting.walked import WalkedWeek

PRECISION, RECALL = 0.9, 0.5
LEANS = {"longer_wins": "length", "first_wins": "position"}
# Reasons that need no memory of other deliveries and no work order.
PLAIN = frozenset(
    {
        "missing_required_field",
        "label_outside_scheme",
        "duplicate_record_id",
        "empty_response",
        "identical_responses",
        "outside_week",
        "too_fast",
        "checkpoint_not_allowed",
    }
)


@dataclass(frozen=True)
class Planted:
    """What a vendor does: from contract week `first` on, to be found by week `by` (`share` of worlds).

    `clauses` are metrics of which one must fail, `reasons` those that name it; a tilt has no reasons.
    """

    name: str
    vendor: str
    first: int
    by: int
    share: float
    clauses: frozenset[str]
    reasons: frozenset[str] = frozenset()


_ROWS = frozenset({"discard_rate", "on_policy_share"})
PLANTED = (
    Planted("clicked through", "cedar", 2, 2, 0.9, frozenset({SPEEDERS}), frozenset({"too_fast"})),
    Planted("own work again", "cedar", 3, 3, 0.9, _ROWS, frozenset({"exact_duplicate", "copied_work"})),
    Planted("another's work", "cedar", 4, 4, 0.9, _ROWS, frozenset({"copied_work"})),
    Planted("stale responses", "cedar", 5, 5, 0.9, _ROWS, frozenset({"response_not_issued"})),
    Planted("tilt", "birch", 3, 4, 0.8, frozenset(LEANS)),
)


def found(what: Planted, week: "WalkedWeek", rows: Sequence[bool]) -> bool:
    """Is `what` found in `week`? `rows` says of each readable record whether it is a planted one."""
    failed = {v.spec.metric: v for v in week.verdicts if v.consequence != "none"}
    behind = what.clauses & failed.keys()
    if not what.reasons:
        return any((failed[metric].observed or 0.0) > 0.5 for metric in behind)
    if not behind or week.state not in ("held", "rejected") or _leading(week) not in what.reasons:
        return False
    named = _rows_behind(what, week, SPEEDERS in behind)
    right = sum(one and other for one, other in zip(named, rows, strict=True))
    return right >= PRECISION * sum(named) and right >= RECALL * sum(rows) > 0


def _leading(week: "WalkedWeek") -> str | None:
    """The commonest first reason."""
    first = Counter(reasons[0] for reasons in week.records["reasons"].to_list() if reasons)
    return max(first, key=lambda code: first[code], default=None)


def _rows_behind(what: Planted, week: "WalkedWeek", people: bool) -> list[bool]:
    kept = week.records.filter(pl.col("reasons").list.len() == 0)
    counted = speeders(kept.to_arrow(), week.contract.audits.pace)["annotator_id"].to_list() if people else []
    return [
        bool(what.reasons.intersection(reasons)) or (not reasons and who in counted)
        for who, reasons in week.records.select("annotator_id", "reasons").iter_rows()
    ]


def sanctions(week: "WalkedWeek", rows: Sequence[bool]) -> tuple[str, ...]:
    """What `week` suffers for nothing; `rows` says of each readable record whether it is truly faulty."""
    lost = [bool(reasons) for reasons in week.records["reasons"].to_list()]
    good = sum(gone and not wrong for gone, wrong in zip(lost, rows, strict=True))
    failed = sorted(v.spec.metric for v in week.verdicts if v.consequence != "none")
    return (
        *((f"{week.state}: {', '.join(failed)}",) if week.state != "accepted" else ()),
        *((f"{len(week.sanctioned)} annotators",) if week.sanctioned else ()),
        *(line.kind for line in week.money if line.kind.startswith("credit_")),
        *((f"{good} good records discarded",) if good else ()),
    )


def plainly_seen(week: "WalkedWeek") -> frozenset[str]:
    """Which plain thresholds `week` crosses: of ``discard_rate``, ``speeder_share`` and the leans."""
    plain = [bool(PLAIN.intersection(reasons)) for reasons in week.records["reasons"].to_list()]
    ceiling, limits = week.contract.phase(week.week).discard_ceiling, week.contract.audits
    median_s = pl.Series(week.records["duration_s"]).median()
    observed = {v.spec.metric: v.observed for v in week.verdicts}
    most = {"longer_wins": limits.length.max_lean, "first_wins": limits.position.max_lean}
    crossed = {
        "discard_rate": sum(plain) > ceiling * len(plain),
        SPEEDERS: isinstance(median_s, float) and median_s < limits.pace.min_median_s,
        **{name: abs((observed[name] or 0.5) - 0.5) > limit for name, limit in most.items()},
    }
    return frozenset(name for name, over in crossed.items() if over)
