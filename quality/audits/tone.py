r"""Do sure-sounding and hard-to-read responses win?

**Model.** `quality.audits.sides` by how much of it each side has; the features are hedges, boosters,
boosters less hedges (assertiveness) and the reading grade of `quality.audits.features.tone`. People rate
assertive and complex text higher whatever its errors (Hosking, Blunsom & Bartolo 2023, arXiv:2309.16349);
where golds carry known errors `quality.audits.gold_misses` asks that directly.

**Fields needed.** `responses`, `ranking`; `annotator_id` for the full interval. Word lists are English.

**Why this default.** `max_lean` 0.10, as for length.

**What it does not say.** That a sure response is wrong: it may be sure because it is right.
"""

import polars as pl

from contracts.model import AuditLimit
from quality.audits.features.measuring import Measured
from quality.audits.features.tone import FEATURES
from quality.audits.finding import Finding
from quality.audits.sides import leans

CLAUSE = "audits.tone"


def audit(
    frame: pl.DataFrame, found: Measured, limit: AuditLimit, evidence: str | None = None
) -> tuple[Finding, ...]:
    """How often the response that hedges more, sounds surer or reads harder won.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        found: at least `features.tone.FEATURES`, measured on `frame`.
        limit: the contract's `audits.tone`.
        evidence: address of the rows.
    """
    return leans(frame, found, FEATURES, limit, clause=CLAUSE, evidence=evidence)
