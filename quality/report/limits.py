"""What the contract tolerates of each feature in the joint model: the limit of the audit of it alone."""

from dataclasses import replace

from contracts.model import AuditLimit
from contracts.model import Audits as Terms
from quality.audits.features.catalogue import BY_NAME
from quality.audits.joint.design import POSITION
from quality.audits.joint.effects import Effect
from quality.audits.joint.fit import JointResult

# Groups of features (`quality.audits.features.feature.Group`) that a contract has a limit of.
LIMITED = ("length", "position", "format", "wording", "tone")


def limit_of(feature: str, terms: Terms) -> AuditLimit:
    """The contract's limit of the feature's group; that of length for a feature of none."""
    group = POSITION if feature == POSITION else BY_NAME[feature].group if feature in BY_NAME else "length"
    found: AuditLimit = getattr(terms, group if group in LIMITED else "length")
    return found


def widest(terms: Terms) -> AuditLimit:
    """What to fit with: no feature is kept out that its own limit would let in."""
    least = min(limit.min_effective_n for limit in (getattr(terms, group) for group in LIMITED))
    return terms.length.model_copy(update={"min_effective_n": least})


def limited(result: JointResult, terms: Terms) -> JointResult:
    """`result`, fitted with the `widest` limit, with each effect under its own; before q."""
    return replace(
        result, effects=tuple(_limited(each, limit_of(each.feature, terms)) for each in result.effects)
    )


def _limited(effect: Effect, limit: AuditLimit) -> Effect:
    under = replace(effect, threshold=limit.max_lean)
    judged = effect.status in ("pass", "warn", "fail")
    if not judged or effect.effective_n is None or effect.effective_n >= limit.min_effective_n:
        return under
    reason = f"The contract asks for an effective n of at least {limit.min_effective_n:,}."
    return replace(under, status="not_testable", q=None, reason=reason)
