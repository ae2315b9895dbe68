"""The scorecard of a programme: every figure of every vendor, and every difference between two.

Vendors are told apart by contract: a vendor with two contracts stands in two columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from quality.sampling.defects import DefectRate
from quality.scorecard.figure import (
    ALPHA,
    Contrast,
    Difference,
    Figure,
    Lacking,
    Standing,
    Unit,
    normal,
    untold,
)
from quality.scorecard.gain import NAME as GAIN
from quality.scorecard.gain import Gain, gain_figure, gains_apart
from quality.scorecard.shared import KINDS, SharedWork, shared_contrast, shared_figure
from quality.scorecard.slope import NAME as SLOPE
from quality.scorecard.slope import slopes, slopes_apart
from quality.scorecard.weekly import WeekSum, weekly_contrast, weekly_figure
from quality.scorecard.weeks_of import WeekHeld, share_of_weeks, weeks_apart

Unmeasured = Contrast | Lacking
UNREVIEWED = Lacking("review", "No human review of this vendor's accepted records is on the books.")
NOT_DUE = Lacking("due weeks", "No week of this contract was due yet.")
NOT_PAID = Lacking("accepted units", "No week of this contract was accepted yet.")
NO_CHECKPOINTS = Lacking("on_policy.checkpoints", "No week's on-policy share was judged.")
NOT_AUDITED = Lacking("audit reports", "No audit report of this contract is stored.")


@dataclass(frozen=True)
class Seen:
    """What the books and the store hold of one contract; tuples have a row a week (or a promotion).

    `first_pass`: kept of readable records, first revision. `on_policy`: on-policy of readable records.
    `paid`: payable amount of accepted units. `defects` is what human review found, with the addresses of its
    rows.
    """

    contract_id: str
    vendor: str
    currency: str
    first_pass: tuple[WeekSum, ...]
    on_time: tuple[WeekHeld, ...]
    unbiased: tuple[WeekHeld, ...]
    on_policy: tuple[WeekSum, ...]
    paid: tuple[WeekSum, ...]
    gains: tuple[Gain, ...]
    shared_evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    defects: tuple[DefectRate, tuple[str, ...]] | None = None


@dataclass(frozen=True)
class Scorecard:
    """`figures` contract by contract in the order of the card; `differences` of every pair, by figure."""

    program: str
    contracts: tuple[tuple[str, str], ...]  # contract id, vendor
    figures: tuple[Figure, ...]
    differences: tuple[Difference, ...]
    compared: int  # differences that could be told, over which the error is shared out


def scorecard(program: str, seen: Sequence[Seen], work: SharedWork) -> Scorecard:
    """Every figure of `seen`, and their differences two by two."""
    sloped = slopes({one.contract_id: one.first_pass for one in seen})
    figures = {one.contract_id: _figures(one, sloped[one.contract_id].figure, work) for one in seen}
    apart: list[tuple[str, str, str, Unit, Unmeasured]] = []
    for one, other in combinations(seen, 2):
        pair = (one.contract_id, other.contract_id)
        steeper = slopes_apart(sloped[pair[0]], sloped[pair[1]])
        told = _contrasts(one, other, steeper, work)
        apart += [(name, *pair, unit, found) for name, unit, found in told]
    order = {figure.name: place for group in figures.values() for place, figure in enumerate(group)}
    apart.sort(key=lambda row: order[row[0]])
    many = sum(isinstance(found, Contrast) for *_, found in apart)
    return Scorecard(
        program,
        tuple((one.contract_id, one.vendor) for one in seen),
        tuple(figure for group in figures.values() for figure in group),
        tuple(_difference(*row, many) for row in apart),
        many,
    )


def _figures(one: Seen, slope: Figure, work: SharedWork) -> list[Figure]:
    name = one.contract_id
    what = f"{one.currency} of accepted units"
    cost = weekly_figure("cost_per_accepted", name, one.paid, "money", what, NOT_PAID)
    return [
        weekly_figure("first_pass_yield", name, one.first_pass, "share", "kept of readable records"),
        slope,
        *(shared_figure(kind, name, work, one.shared_evidence.get(kind, ())) for kind in KINDS),
        share_of_weeks("on_time_share", name, one.on_time, NOT_DUE),
        share_of_weeks("weeks_without_bias_flag", name, one.unbiased, NOT_AUDITED),
        weekly_figure(
            "on_policy_share", name, one.on_policy, "share", "on-policy of readable records", NO_CHECKPOINTS
        ),
        _defects(one),
        _exact(cost, one.currency),
        gain_figure(name, one.gains),
    ]


def _contrasts(
    one: Seen, other: Seen, steeper: Unmeasured, work: SharedWork
) -> list[tuple[str, Unit, Unmeasured]]:
    pair = (one.contract_id, other.contract_id)
    currency = Lacking("one currency", "They are paid in different currencies.")
    cost = weekly_contrast(one.paid, other.paid, "money") if one.currency == other.currency else currency
    return [
        ("first_pass_yield", "share", weekly_contrast(one.first_pass, other.first_pass, "share")),
        (SLOPE, "logit", steeper),
        *((kind, "share", shared_contrast(kind, *pair, work)) for kind in KINDS),
        ("on_time_share", "share", weeks_apart(one.on_time, other.on_time)),
        ("weeks_without_bias_flag", "share", weeks_apart(one.unbiased, other.unbiased)),
        ("on_policy_share", "share", weekly_contrast(one.on_policy, other.on_policy, "share")),
        ("defect_rate", "share", _defects_apart(one, other)),
        ("cost_per_accepted", "money", cost),
        (GAIN, "points", gains_apart(one.gains, other.gains)),
    ]


def _exact(cost: Figure, currency: str) -> Figure:
    """What was paid is known to the cent: an interval would be about other weeks than those paid for."""
    return Figure(
        cost.name, cost.contract_id, cost.unit, cost.value, None, None, cost.n,
        cost.reason.split(";")[0].rstrip(".") + ("; exact, by the books." if cost.value is not None else "."),
        cost.evidence, cost.lacks, currency,
    )  # fmt: skip


def _defects(one: Seen) -> Figure:
    if one.defects is None:
        return untold("defect_rate", one.contract_id, "share", UNREVIEWED)
    rate, evidence = one.defects
    lacks = None if rate.share is not None else "review"
    return Figure(
        "defect_rate", one.contract_id, "share", rate.share, rate.low, rate.high, rate.reviewed, rate.reason,
        evidence, lacks,
    )  # fmt: skip


def _defects_apart(one: Seen, other: Seen) -> Unmeasured:
    rates = [side.defects[0] for side in (one, other) if side.defects]
    known = [(rate.share, rate.effective_n) for rate in rates if rate.share is not None and rate.effective_n]
    if len(known) < 2:
        return UNREVIEWED
    (first, n), (second, m) = known
    spread = sum(((p * k + 0.5) / (k + 1)) * (1 - (p * k + 0.5) / (k + 1)) / k for p, k in known) ** 0.5
    return Contrast(first - second, normal(first - second, spread), round(n + m), "by reviewed records")


def _difference(  # noqa: PLR0917 (the order in which it is told)
    name: str, one: str, other: str, unit: Unit, found: Unmeasured, many: int
) -> Difference:
    if isinstance(found, Lacking):
        return Difference(
            name, one, other, unit, "not_testable", None, None, None, 0, found.reason, found.lacks
        )
    low, high = found.at(ALPHA / many)
    standing: Standing = "higher" if low > 0 else "lower" if high < 0 else "not distinguishable"
    said = f"{found.reason[:1].upper()}{found.reason[1:]}."
    return Difference(name, one, other, unit, standing, found.value, low, high, found.n, said)
