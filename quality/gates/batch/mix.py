r"""Is a batch made of what was ordered: domains, languages, difficulties?

**Model.** The batch is a multinomial draw over the values planned. Judgements of one item share its value, so
counts stand for Kish's $n^2 / \sum_i m_i^2$ independent rows, $m_i$ judgements of item $i$ (Rao & Scott 1981,
doi:10.2307/2287815, in its first order). What decides is the largest distance of a share from its plan with
Goodman's simultaneous intervals: *fail* when one of them lies wholly beyond the tolerance, *warn* when a
share does, its interval reaches into it, and the test of fit finds the plan improbable (p < 0.05). So a large
batch does not fail for a harmless deviation, nor a small one by chance: at shares exactly on the tolerance it
fails in at most 5 % of weeks, on plan in practice never. The stability index stands in the reason and decides
nothing.

**Fields needed.** `item_id` and the planned field (`domain`, `language`, `difficulty`).

**What it does not say.** Records without a value cannot be placed. When they are more than the tolerance, a
mix that looks right is `not_testable`: they could be anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from contracts.terms.mix import Shares
from quality.gates.batch.multinomial import Numbers, goodness_of_fit, stability_index
from quality.intervals.goodman import simultaneous
from quality.intervals.wilson import wilson
from quality.verdict import GateSpec, Status, Verdict, consequence_of

FIELDS = ("domain", "language", "difficulty")
IMPROBABLE = 0.05
ROUNDING = 1e-12  # 0.3 - 0.25 is above 0.05 in floating point


@dataclass(frozen=True)
class _Counted:
    """Records by value: `counts` (k,) in the plan's order, `unlisted`, `missing`, and what n stands for."""

    counts: Numbers
    unlisted: int
    missing: int
    effective_n: float

    @property
    def known(self) -> int:
        return int(self.counts.sum()) + self.unlisted


def mix(records: pa.Table, contract: Contract, evidence: str | None = None) -> Iterator[Verdict]:
    """Verdicts on each field whose make-up the contract plans (`mix`): its distance, and values not listed.

    Args:
        records: canonical records that passed the record gates; of them `item_id` and the planned fields.
        contract: the plan.
        evidence: address of the rows.
    """
    for field in FIELDS:
        terms: Shares | None = getattr(contract.mix, field)
        if terms is not None:
            counted = _counted(records, field, terms)
            yield _distance(field, terms, counted, evidence)
            if terms.unlisted == "forbid":
                yield _unlisted(field, terms, counted, evidence)


def _counted(records: pa.Table, field: str, terms: Shares) -> _Counted:
    frame = pl.DataFrame(pl.from_arrow(records.select(["item_id", field])))
    known = frame.drop_nulls(field)
    by_value = dict(known[field].value_counts().iter_rows())
    counts = np.array([by_value.get(value, 0) for value in terms.shares], dtype=np.float64)
    of_item = known["item_id"].value_counts()["count"].cast(pl.Float64)
    effective_n = known.height**2 / float((of_item**2).sum()) if known.height else 0.0
    unlisted = known.height - int(counts.sum())
    return _Counted(counts, unlisted, frame.height - known.height, effective_n)


def _distance(field: str, terms: Shares, counted: _Counted, evidence: str | None) -> Verdict:
    tolerance, n = terms.tolerance, counted.known
    spec = GateSpec(f"mix.{field}.shares", f"{field}_mix_distance", tolerance, consequence_of(terms.severity))
    if not n:
        reason = f"None of {counted.missing:,} records has a {field}, so its mix cannot be judged."
        return Verdict(spec, "not_testable", None, None, None, counted.missing, reason, evidence)
    planned = _plan(terms)
    counts = np.append(counted.counts, counted.unlisted)
    bounds, shares = simultaneous(counts, counted.effective_n), counts / n
    judged = len(terms.shares)  # what is not listed has no plan of its own
    distance = np.abs(shares - planned)[:judged]
    least = np.maximum(bounds[:, 0] - planned, planned - bounds[:, 1])[:judged]
    # The value furthest from its plan, and among those that fail the one that fails most surely.
    failing = least > tolerance + ROUNDING
    worst = int(np.argmax(np.where(failing, least, distance - 1)))
    low, high = max(0.0, float(least[worst])), float(np.abs(bounds[worst] - planned[worst]).max())
    p = goodness_of_fit(counts * (counted.effective_n / n), planned)
    beyond = bool(distance[worst] > tolerance + ROUNDING)
    status = _status(bool(failing[worst]), beyond and p < IMPROBABLE, counted, tolerance)
    reason = (
        f"{list(terms.shares)[worst]} is {shares[worst]:.1%} of {n:,} records, planned {planned[worst]:.1%} "
        f"(simultaneous 95 % interval {bounds[worst, 0]:.1%} to {bounds[worst, 1]:.1%}); "
        f"{_because(status, beyond, tolerance, counted)}. Of all values together: test of fit "
        f"p = {p:.2g}, stability index {stability_index(counts, planned):.3f}."
    )
    return Verdict(spec, status, float(distance[worst]), low, high, n, reason, evidence)


def _plan(terms: Shares) -> Numbers:
    shares = np.array([*terms.shares.values(), 0.0])
    return np.asarray(shares / shares.sum())  # shares written to three places may miss 1 by their rounding


def _status(failed: bool, warned: bool, counted: _Counted, tolerance: float) -> Status:
    if failed:
        return "fail"
    if counted.missing / (counted.known + counted.missing) > tolerance:
        return "not_testable"
    return "warn" if warned else "pass"


def _because(status: Status, beyond: bool, tolerance: float, counted: _Counted) -> str:
    said = {
        "fail": f"the interval lies wholly more than the tolerated {tolerance:.1%} from the plan",
        "warn": f"the share is more than the tolerated {tolerance:.1%} from the plan, the interval is not",
        "pass": f"that is more than the tolerated {tolerance:.1%} from the plan, as chance explains"
        if beyond
        else f"no value is more than the tolerated {tolerance:.1%} from its plan",
        "not_testable": "too many records have no value to say that the plan was kept",
    }[status]
    missing = f" ({counted.missing:,} records have no value)" if counted.missing else ""
    return said + missing


def _unlisted(field: str, terms: Shares, counted: _Counted, evidence: str | None) -> Verdict:
    """A census: the contract forbids values it does not list. They are vendor's words, so only counted."""
    spec = GateSpec(f"mix.{field}.unlisted", f"{field}_unlisted_share", 0.0, consequence_of(terms.severity))
    if not counted.known:
        reason = f"None of {counted.missing:,} records has a {field}."
        return Verdict(spec, "not_testable", None, None, None, counted.missing, reason, evidence)
    share = counted.unlisted / counted.known
    status: Status = "fail" if counted.unlisted else "pass"
    reason = (
        f"{counted.unlisted:,} of {counted.known:,} records have a {field} that the contract does not list."
    )
    return Verdict(spec, status, share, *wilson(share, counted.effective_n), counted.known, reason, evidence)
