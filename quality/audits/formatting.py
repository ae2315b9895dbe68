r"""Does formatting win: lists, bold, headers, tables, code, emoji, links, exclamation marks?

**Model.** `quality.audits.sides` by presence: McNemar's discordant pairs (McNemar 1947,
doi:10.1007/BF02295996), with cluster-robust intervals.

**Fields needed.** `responses`, `ranking`; `annotator_id` for the full interval.

**Why this default.** `max_lean` 0.10, as for length. People, GPT-4 and the best public reward models all
lean towards lists, links, bold and emoji, and less than 1 % of leaning data is enough to teach a reward
model (Zhang et al. 2025, "From Lists to Emojis", ACL 2025, arXiv:2409.11704).

**What it does not say.** That the marks are why: a list may be the right form of the answer. Structure that
people asked for in the prompt is worth having.
"""

import polars as pl

from contracts.model import AuditLimit
from quality.audits.features.markup import FEATURES
from quality.audits.features.measuring import Measured
from quality.audits.finding import Finding
from quality.audits.sides import leans

CLAUSE = "audits.format"


def audit(
    frame: pl.DataFrame, found: Measured, limit: AuditLimit, evidence: str | None = None
) -> tuple[Finding, ...]:
    """How often the response with each kind of mark won over one without it.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        found: at least `features.markup.FEATURES`, measured on `frame`.
        limit: the contract's `audits.format`.
        evidence: address of the rows.
    """
    return leans(frame, found, FEATURES, limit, clause=CLAUSE, evidence=evidence, by="presence")
