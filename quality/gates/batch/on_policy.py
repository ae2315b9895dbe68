"""Which share of a delivery comes from checkpoints the week allows: a census of every readable record."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.verdict import GateSpec, Status, Verdict
from rampart.records.reasons import BY_CODE

OFF_POLICY = BY_CODE["checkpoint_not_allowed"].mask | BY_CODE["response_not_issued"].mask


def on_policy_share(
    masks: Mapping[int, int], contract: Contract, week: int, evidence: str | None = None
) -> Verdict:
    """Share of readable records whose responses all come from checkpoints the week allows.

    `masks` counts records by the mask of their reasons. Judged on the share itself: a census of the delivery,
    no sample.
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
    reason = f"{on_policy} of {records} records on-policy ({share:.2%}), at least {terms.min_share:.2%} asked"
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
