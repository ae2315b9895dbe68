"""Which share of the records follows the guideline version the contract names.

**Model.** A census: records whose `guideline_version` is the contract's, of all. Wilson's interval says what
such a share would leave open about the vendor's work in general.

**Fields needed.** `guideline_version`, mapped by the contract. Where it is not, every record is taken to
follow the contract's version, which proves nothing: `not_testable`.

**Why advisory.** The term names a version and no least share. Labels under an older guideline are worth a
question before they are worth a credit; a contract that wants them discarded asks so of each record.
"""

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.intervals.wilson import wilson
from quality.verdict import GateSpec, Status, Verdict

SPEC = GateSpec("annotation.guideline.version", "guideline_share", 1.0, "none")


def guideline_share(records: pa.Table, contract: Contract, evidence: str | None = None) -> Verdict | None:
    """Share of `records` (canonical; their `guideline_version`) under the contract's guideline version.

    Returns:
        *fail* (advisory) when any follows another version; None where the contract names none.
    """
    wanted = contract.annotation.guideline
    if wanted is None:
        return None
    n = records.num_rows
    if contract.delivery.record.guideline_version is None or not n:
        missing = "No record passed the gates." if not n else (
            "delivery.record.guideline_version is not mapped: no record says which guideline it follows."
        )  # fmt: skip
        return Verdict(SPEC, "not_testable", None, None, None, n, missing, evidence)
    said = pl.DataFrame(pl.from_arrow(records.select(["guideline_version"])))["guideline_version"]
    under = int((said.str.strip_chars() == wanted.version).sum())
    low, high = wilson(under / n, n)
    status: Status = "pass" if under == n else "fail"
    others = said.n_unique() - (under > 0)
    beside = f", the others {others} other version{'s' * (others > 1)}" if others else ""
    reason = (
        f"{under:,} of {n:,} records follow guideline {wanted.version} ({under / n:.1%}, Wilson's 95 % "
        f"interval {low:.1%} to {high:.1%}){beside}."
    )
    return Verdict(SPEC, status, under / n, low, high, n, reason, evidence)
