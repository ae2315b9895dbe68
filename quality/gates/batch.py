"""Batch gates: what a delivery must satisfy as a whole, on counts."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.verdict import GateSpec, Status, Verdict
from rampart.records.reasons import BY_CODE

OFF_POLICY = BY_CODE["checkpoint_not_allowed"].mask | BY_CODE["response_not_issued"].mask


def tolerated_units(contract: Contract, week: int) -> tuple[Decimal, Decimal]:
    """The least and the most judgements the week's plan tolerates: exact, as they also decide on money."""
    planned = contract.week(week).units
    under, over = (Decimal(str(share)) for share in (contract.ramp.volume_under, contract.ramp.volume_over))
    return planned * (1 - under), planned * (1 + over)


def unreadable_share(
    unreadable: int, delivered: int, contract: Contract, evidence: str | None = None
) -> Verdict:
    """Share of delivered judgements that could not be read as records: a census, no sample."""
    limit = contract.gates.max_unreadable
    spec = GateSpec("gates.max_unreadable", "unreadable_share", limit, "hold")
    if delivered == 0:
        return Verdict(spec, "not_testable", None, None, None, 0, "nothing was delivered")
    share = unreadable / delivered
    status: Status = "pass" if share <= limit else "fail"
    reason = f"{unreadable} of {delivered} judgements could not be read ({share:.1%}), {limit:.0%} tolerated"
    return Verdict(spec, status, share, None, None, delivered, reason, evidence)


def volume(delivered: int, contract: Contract, week: int, evidence: str | None = None) -> Verdict:
    """Readable judgements (`delivered`) against the week's plan. Advisory: the price follows the count."""
    planned = contract.week(week).units
    least, most = tolerated_units(contract, week)
    spec = GateSpec(f"ramp.weeks.{week}.units", "volume", float(planned), "none")
    if least <= delivered <= most:
        reason = f"{delivered} readable judgements of {planned} planned"
        return Verdict(spec, "pass", delivered, None, None, delivered, reason, evidence)
    side = "short of" if delivered < least else "above"
    tolerated = f"{least.normalize():f} to {most.normalize():f}"
    reason = f"{delivered} readable judgements, {side} the tolerated {tolerated} around {planned}"
    return Verdict(spec, "warn", delivered, None, None, delivered, reason, evidence)


def on_policy_share(masks: Mapping[int, int], contract: Contract, week: int, evidence: str | None = None) -> Verdict:
    """Share of readable records whose responses all come from checkpoints the week allows.

    `masks` counts records by the mask of their reasons. Judged on the share itself: a census of the delivery, no sample.
    """
    terms = contract.on_policy
    spec = GateSpec("on_policy.min_share", "on_policy_share", terms.min_share, terms.on_breach)
    if not terms.allowed(week):
        return _unjudged(spec, week)
    records = sum(masks.values())
    if not records:
        return Verdict(spec, "not_testable", None, None, None, 0, "no readable record")
    on_policy = sum(count for mask, count in masks.items() if not mask & OFF_POLICY)
    share = on_policy / records
    reason = (
        f"{on_policy} of {records} records on-policy ({share:.2%}), at least {terms.min_share:.2%} asked"
    )
    status: Status = "pass" if share >= terms.min_share else "fail"
    return Verdict(spec, status, share, None, None, records, reason, evidence)


def on_policy_share_one(
    records: pa.Table, contract: Contract, week: int, evidence: str | None = None
) -> Verdict:
    """Share of readable `records` with at least one response that claims a checkpoint the week allows.

    A pair of one on-policy and one other response still says something about the policy; a pair of two others
    says nothing. Judged on the share itself: a census of the delivery, no sample.
    """
    terms = contract.on_policy
    spec = GateSpec("on_policy.min_share_one", "on_policy_share_one", terms.min_share_one, terms.on_breach)
    allowed = terms.allowed(week)
    if not allowed:
        return _unjudged(spec, week)
    if not records.num_rows:
        return Verdict(spec, "not_testable", None, None, None, 0, "no readable record")
    claimed = pl.DataFrame(pl.from_arrow(records.select(["responses"])))["responses"]
    known = claimed.list.eval(pl.element().struct.field("checkpoint_id").is_in(list(allowed)))
    on_policy = int(known.list.any().fill_null(value=False).sum())
    share = on_policy / records.num_rows
    reason = (
        f"{on_policy} of {records.num_rows} records have an on-policy response ({share:.2%}), at least "
        f"{terms.min_share_one:.2%} asked"
    )
    status: Status = "pass" if share >= terms.min_share_one else "fail"
    return Verdict(spec, status, share, None, None, records.num_rows, reason, evidence)


def _unjudged(spec: GateSpec, week: int) -> Verdict:
    """No checkpoint is allowed in `week`: a share asked for cannot be judged, and a person must decide."""
    reason = f"the contract names no checkpoints for week {week} (on_policy.checkpoints)"
    if not spec.threshold:
        return Verdict(spec, "not_testable", None, None, None, 0, reason)
    # A hold even where a breach rejects: nobody has found the vendor below the share.
    reason = f"{reason}, so that the share of {spec.threshold:.2%} it asks for cannot be judged"
    return Verdict(replace(spec, consequence="hold"), "fail", None, None, None, 0, reason)
