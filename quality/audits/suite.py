"""Every audit of one batch, in the order a report shows them."""

import pyarrow as pa

from contracts.model import Contract
from quality.audits import length, position, ties
from quality.verdict import Verdict
from rampart.records.comparisons import comparisons


def run_audits(records: pa.Table, contract: Contract, evidence: str | None = None) -> tuple[Verdict, ...]:
    """What the preferences of a batch lean on, and how many are ties.

    Args:
        records: canonical records (`rampart.records.canonical.RECORD`) that passed the record gates.
        contract: the limits, and whether judgements count singly or by majority.
        evidence: address of the rows, carried into each verdict.

    Returns:
        The verdicts on length, position and ties, always all three.
    """
    frame = comparisons(records, contract.annotation.aggregation)
    limits = contract.audits
    placed = frame if contract.annotation.order_shown else position.unplaced(frame)
    return (
        length.audit(frame, limits.length, evidence),
        position.audit(placed, limits.position, evidence),
        ties.audit(frame, evidence),
    )
