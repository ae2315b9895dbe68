"""The verdict's sentence as a vendor may read it: nothing in it counts questions with known answers.

Told with its counts, a verdict on them would answer questions: the vendor has one record reinstated, or
delivers the week again with one answer changed, and sees by how much the count moved. Whether such a clause
failed must be told, since the batch is not paid for it; that it is close to failing is not.
"""

import re
from dataclasses import replace

from quality.decision import decide
from quality.verdict import Verdict
from rampart.ledger.outcome import Settlement

WITHHELD = (
    "what the contract asks is not met. The figures are not told: they would tell which questions have known "
    "answers"
)
_GOLD = re.compile(r"\bgold|_gold\b|known answer", re.IGNORECASE)


def told_reason(settlement: Settlement) -> str:
    """Why the batch is in its state, a phrase without a full stop."""
    if not any(map(_of_golds, settlement.verdicts)) and not _GOLD.search(settlement.reason):
        return settlement.reason
    return decide(told_verdicts(settlement.verdicts), settlement.accepted).reason


def told_verdicts(verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
    """`verdicts` with a bare sentence for those on known answers that failed, and without the other such."""
    told = (replace(v, reason=WITHHELD) if _of_golds(v) else v for v in verdicts)
    return tuple(v for v in told if v.reason != WITHHELD or v.consequence != "none")


def _of_golds(verdict: Verdict) -> bool:
    said = f"{verdict.spec.clause} {verdict.spec.metric.replace('_', ' ')} {verdict.reason}"
    return bool(_GOLD.search(said))
