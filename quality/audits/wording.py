r"""Do flattery, fluff, jargon and vagueness win?

**Model.** `quality.audits.sides` by how much of it each side has; the features are those of
`quality.audits.features.wording`, after Bharadwaj et al. 2025 (arXiv:2506.05339).

**Fields needed.** `responses`, `ranking`; `annotator_id` for the full interval. Word lists are English; a
text that `language` says is in another one is not judged by them.

**Why this default.** `max_lean` 0.10, as for length. In Bharadwaj's counterfactual pairs preference models
took the side with more of a feature in over 60 %, and in about 40 % another one than people did.

**What it does not say.** A word list hears phrases, not intentions; "great question" may be well meant.
"""

import polars as pl

from contracts.model import AuditLimit
from quality.audits.features.measuring import Measured
from quality.audits.features.wording import FEATURES
from quality.audits.finding import Finding
from quality.audits.sides import leans

CLAUSE = "audits.wording"


def audit(
    frame: pl.DataFrame, found: Measured, limit: AuditLimit, evidence: str | None = None
) -> tuple[Finding, ...]:
    """How often the response with more flattery, fluff, jargon and vagueness won.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        found: at least `features.wording.FEATURES`, measured on `frame`.
        limit: the contract's `audits.wording`.
        evidence: address of the rows.
    """
    return leans(frame, found, FEATURES, limit, clause=CLAUSE, evidence=evidence)
