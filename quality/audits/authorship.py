r"""Do people who wrote the prompt themselves prefer other things than people who did not?

**Model.** `quality.audits.contrasts`: how often the response with more of a feature won, in judgements by
the prompt's author and in all others.

**Fields needed.** `prompt_author_id`, `annotator_id`, `responses`, `ranking`. Both ids are hashed with the
same key.

**Why this default.** `max_difference` 0.10. Where authors label their own prompts, as in PRISM (Kirk et al.
2024, arXiv:2404.16019), the label is what this person wanted; a model trained on it as what people want is
trained on them.

**What it does not say.** Which of the two is right: an author knows best what was meant, and is easiest to
flatter.
"""

import polars as pl

from contracts.model import ContrastLimit
from quality.audits.contrasts import COMPARED_ON, contrast, contrast_spec, feature_wins, not_comparable
from quality.audits.features.measuring import Measured
from quality.audits.fields import COMPARED, lacking
from quality.audits.finding import Finding
from quality.intervals.wilson import weighted_wilson
from quality.verdict import GateSpec

SPEC = GateSpec("audits.groups", "author_share", 1.0, "none")


def audit(
    frame: pl.DataFrame, found: Measured, limit: ContrastLimit, evidence: str | None = None
) -> tuple[Finding, ...]:
    """How many labels are by the prompt's author, and what authors prefer more than others.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        found: at least the features `COMPARED_ON`, measured on `frame`.
        limit: the contract's `audits.groups`.
        evidence: address of the rows.

    Returns:
        `author_share`, which describes, and ``<feature>_wins_author`` for each feature.
    """
    if missing := lacking(frame, *COMPARED, "prompt_author_id", "annotator_id"):
        metrics = (SPEC.metric, *map(_metric, COMPARED_ON))
        return tuple(not_comparable(metric, limit, missing, evidence) for metric in metrics)
    known = frame.with_columns(inside=pl.col("prompt_author_id") == pl.col("annotator_id"))
    told = tuple(_contrast(feature, known, found, limit, evidence) for feature in COMPARED_ON)
    return (_share(known.drop_nulls("inside"), evidence), *told)


def _metric(feature: str) -> str:
    return f"{feature}_wins_author"


def _share(known: pl.DataFrame, evidence: str | None) -> Finding:
    n = known.height
    if not n:
        reason = "No comparison has both `prompt_author_id` and `annotator_id`."
        return Finding(SPEC, "not_testable", None, None, None, 0, reason, evidence, "authorship")
    share, low, high = weighted_wilson(known["inside"].to_numpy(), known["weight"].to_numpy())
    reason = (
        f"{share:.1%} of {n:,} comparisons were judged by who wrote the prompt (Wilson's 95 % interval "
        f"{low:.1%} to {high:.1%}); the contract sets no limit."
    )
    return Finding(SPEC, "pass", share, low, high, n, reason, evidence, "authorship")


def _contrast(
    feature: str, known: pl.DataFrame, found: Measured, limit: ContrastLimit, evidence: str | None
) -> Finding:
    rows = feature_wins(known, found, feature).drop_nulls("inside")
    said = f"More {feature} won {{inside}} by the prompt's author, {{outside}} by others"
    return contrast(rows, contrast_spec(_metric(feature), limit), limit, said, evidence, feature=feature)
