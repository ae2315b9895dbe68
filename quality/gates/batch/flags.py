"""How many records each flagging gate found: paid for, and for people to look at.

**Model.** Of $n$ readable records, $x$ carry the flag, discarded for other reasons or not. The share stands
with Wilson's interval.

**Why no threshold.** A contract flags where it is not sure enough to discard. Any flag is worth a look, so a
single one *warns*; it never holds a batch.
"""

from collections.abc import Iterator, Mapping

from contracts.model import Contract
from quality.gates.record.registry import GATES
from quality.intervals.wilson import wilson
from quality.verdict import GateSpec, Status, Verdict


def flagged(flags: Mapping[int, int], contract: Contract, evidence: str | None = None) -> Iterator[Verdict]:
    """One verdict for each reason that the contract flags; `flags` counts readable records by their flags."""
    n = sum(flags.values())
    reasons = {gate.code: gate.reason for gate in GATES if gate.policy(contract) == "flag"}
    for code, reason in reasons.items():
        spec = GateSpec(reason.clause, f"{code}_flags", 0.0, "none")
        if not n:
            yield Verdict(spec, "not_testable", None, None, None, 0, "No record was readable.", evidence)
            continue
        found = sum(count for mask, count in flags.items() if mask & reason.mask)
        low, high = wilson(found / n, n)
        status: Status = "warn" if found else "pass"
        interval = f"Wilson's 95 % interval {low:.1%} to {high:.1%}"
        told = f"{found:,} of {n:,} readable records are flagged ({interval})"
        yield Verdict(spec, status, found / n, low, high, n, f"{told}. {reason.sentence}", evidence)
