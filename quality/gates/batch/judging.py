"""Every batch gate that a contract asks for, in the order a report shows them."""

from collections.abc import Mapping

import pyarrow as pa

from contracts.model import Contract
from quality.gates.batch.agreement import agreement
from quality.gates.batch.concentration import concentration
from quality.gates.batch.demonstrations.checklist import checklist
from quality.gates.batch.duplicates import duplicate_share
from quality.gates.batch.gold import gold
from quality.gates.batch.guideline import guideline_share
from quality.gates.batch.history import History, shifts, tally
from quality.gates.batch.hours import hours_per_day
from quality.gates.batch.mix import mix
from quality.gates.batch.overlap import overlap
from quality.verdict import Verdict


def judge_kept(
    accepted: pa.Table,
    masks: Mapping[int, int],
    contract: Contract,
    history: History = History(),  # noqa: B008 (frozen)
    evidence: str | None = None,
) -> tuple[Verdict, ...]:
    """What the kept records of a delivery say about clauses on the batch as a whole.

    Args:
        accepted: canonical records that passed the record gates.
        masks: how many readable records have which reasons, as bit masks.
        contract: the terms; clauses it does not set are not judged.
        history: what the contract's earlier accepted batches looked like.
        evidence: address of the rows' fates.
    """
    people = (overlap, agreement, concentration, hours_per_day)
    found = (
        duplicate_share(masks, contract),
        guideline_share(accepted, contract, evidence),
        *mix(accepted, contract, evidence),
        *gold(accepted, contract, evidence),
        *(gate(accepted, contract, evidence) for gate in people),
        *_changes(accepted, contract, history, evidence),
        *checklist(accepted, contract, evidence),
    )
    return tuple(verdict for verdict in found if verdict is not None)


def _changes(
    accepted: pa.Table, contract: Contract, history: History, evidence: str | None
) -> tuple[Verdict, ...]:
    """Comparisons are compared by ties and strengths, demonstrations without a planned mix by domain."""
    now = tally(accepted)
    if contract.annotation.scheme.kind != "demonstration":
        return shifts(now, history, evidence=evidence) if now.ties else ()
    return () if contract.mix.domain else shifts(now, history, ("domains",), evidence=evidence)
