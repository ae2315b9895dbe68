r"""Everything the preferences of a batch go along with, in one model.

**Model.** See `likelihood`:

$$\operatorname{logit} \Pr(\text{first} \succ \text{second}) = \alpha \cdot \text{position} +
  \sum_f \beta_f\, \Delta f + (\theta_{first} - \theta_{second}) + \gamma\, \Delta\text{quality},$$

with errors that allow for people and prompts (`clusters`), and the wild bootstrap where either are under a
hundred (`wild`).

**Fields needed.** `responses`, `ranking`; `annotator_id` for the full error; the checkpoint of each response
for the source models; the place on screen for position.

**Why these defaults.** `max_lean` 0.10 and an effective n of 100, as for the single audits of length and
position. Under 0.2 identifiable a feature is nearly a name for the model that wrote the response.

**What it does not say.** That a feature is *why* a side won. Features that nobody measured, and quality
beyond the proxy, go along with the measured ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from contracts.model import AuditLimit
from quality.audits.dependence import dependence
from quality.audits.joint.design import POSITION, QUALITY, Numbers, design
from quality.audits.joint.effects import (
    LEAST_IDENTIFIABLE_SHARE,
    Effect,
    Evidence,
    alone,
    calibrated,
    judged,
    measured,
    widened,
    without_figures,
)
from quality.audits.joint.linearise import Linearised, linearise
from quality.audits.joint.multiplicity import adjusted, level_alone
from quality.audits.source_models import LEAST_COMPARISONS, pooled

# Below this share of its information a feature is told by the others, but for rounding.
LEAST_OWN_SHARE = 1e-3
NO_FIT = "The joint model could not be fitted to these votes, so none of its effects can be judged ({})."
FEW_WON = "One side won {:,} of the comparisons; the contract asks for an effective n of at least {:,}."
ONE_ITEM = "Fewer than two items were judged: there is nothing to generalise from."


@dataclass(frozen=True)
class JointResult:
    """What was found.

    `effects` has position first, then a row a feature in the order given. `source_strengths` are in logits,
    0 the average model; `quality_coefficient` in logits a typical difference of the proxy. `about` says in
    words what the errors allow for and how ties count. `linearised` is None where nothing could be fitted.
    """

    effects: tuple[Effect, ...]
    source_strengths: Mapping[str, float]
    quality_coefficient: float | None
    about: str
    linearised: Linearised | None

    @property
    def p_values(self) -> list[float | None]:
        """p of each effect that is judged, None for the others."""
        return [effect.p if effect.status in ("pass", "warn", "fail") else None for effect in self.effects]

    def calibrated(self, spread: float) -> "JointResult":
        """The same with p and intervals widened by the placebos' `spread` (1: as they are), before q."""
        if spread == 1:
            return self
        about = f"{self.about}, calibrated on placebos"
        return replace(
            self, effects=tuple(calibrated(effect, spread) for effect in self.effects), about=about
        )

    @property
    def tested(self) -> int:
        """How many effects are judged."""
        return sum(p is not None for p in self.p_values)

    def alone(self, level: float, spread: float = 1.0) -> "JointResult":
        """The same with what each effect needs for p <= `level`; `spread` as the effects are calibrated."""
        draws = None if self.linearised is None else self.linearised.draws
        least_p = 0.0 if draws is None else widened(1 / (1 + len(draws.signs)), spread)
        return replace(self, effects=tuple(alone(effect, level, least_p) for effect in self.effects))

    def with_q(self, q: Sequence[float | None]) -> "JointResult":
        """The same, judged on these q, one an effect."""
        pairs = zip(self.effects, q, strict=True)
        return replace(self, effects=tuple(judged(effect, value, self.about) for effect, value in pairs))


def fit(
    frame: pl.DataFrame,
    deltas: pl.DataFrame,
    quality: Numbers | None = None,
    *,
    limit: AuditLimit | None = None,
    evidence: Mapping[str, Evidence] | Evidence = "association",
    seed: int = 0,
) -> JointResult:
    """Fit the joint model and judge each feature.

    Args:
        frame: comparisons (`rampart.records.comparisons`); a tie counts as half a win for each side.
        deltas: one column a feature, first less second, rows as in `frame`; null where unknown.
        quality: (n,) difference of the scores of a reward model fitted without this batch, NaN where unknown.
        limit: tolerated lean and least effective n; None takes the contract's defaults.
        evidence: what kind of evidence the rows are, for all features or by name.
        seed: of the bootstrap's signs.

    Returns:
        An effect for position and for each column of `deltas`, with q over these.
    """
    limit = limit or AuditLimit.defaults()
    names = (POSITION, *deltas.columns)
    kinds: dict[str, Evidence] = {name: _kind(evidence, name) for name in names}
    depends = dependence(frame)
    frame, rare = pooled(frame)

    def nothing(name: str, reason: str) -> Effect:
        return without_figures(name, _differing(frame, deltas, name), kinds[name], limit.max_lean, reason)

    missing = {name: _missing(deltas[name], limit) for name in deltas.columns}
    terms = design(frame, deltas.select(name for name, reason in missing.items() if not reason), quality)
    if POSITION not in terms.names:
        missing[POSITION] = _no_position(frame)

    def untested(reason: str) -> JointResult:
        effects = tuple(nothing(name, missing.get(name) or reason) for name in names)
        return JointResult(effects, {}, None, "", None)

    if not depends.ways or not terms.names:
        return untested(ONE_ITEM)
    if (won := int((terms.outcome != 0.5).sum())) < limit.min_effective_n:
        return untested(FEW_WON.format(won, limit.min_effective_n))
    try:
        found = linearise(terms, depends.ways, seed)
        tested = _measure(found, kinds, limit)
    except (ArithmeticError, np.linalg.LinAlgError) as error:
        return untested(NO_FIT.format(error))
    effects = [tested.get(name) or nothing(name, missing[name]) for name in names]
    strengths = dict(
        zip(terms.source_names, found.fit.coefficients[len(terms.names) :].tolist(), strict=True)
    )
    gamma = float(found.fit.coefficients[terms.names.index(QUALITY)]) if QUALITY in terms.names else None
    result = JointResult(tuple(effects), strengths, gamma, _about(found, depends.note, rare), found)
    result = result.alone(level_alone(result.tested, families=1))
    return result.with_q(adjusted({"features": result.p_values})["features"])


def _kind(evidence: Mapping[str, Evidence] | Evidence, name: str) -> Evidence:
    return evidence if isinstance(evidence, str) else evidence.get(name, "association")


def _differing(frame: pl.DataFrame, deltas: pl.DataFrame, name: str) -> int:
    if name == POSITION:
        return int((frame["first_position"] != frame["second_position"]).sum())
    return int((deltas[name].fill_nan(None) != 0).sum())


def _missing(delta: pl.Series, limit: AuditLimit) -> str:
    """Why a feature cannot enter the model; empty if it can."""
    known = delta.drop_nulls().drop_nans()
    differ = int((known != 0).sum())
    if not len(known):
        return f"No comparison tells {delta.name} of both sides."
    if differ < limit.min_effective_n:
        least = f"the contract asks for an effective n of at least {limit.min_effective_n:,}"
        return f"In {differ:,} comparisons the sides differ in {delta.name}; {least}."
    return ""


def _no_position(frame: pl.DataFrame) -> str:
    if frame.select((pl.col("first_position") != pl.col("second_position")).any()).item():
        return (
            "Every vote went to the same place on screen: either nobody read both responses, or the files "
            "list the chosen response in a fixed place. Position is left out of the model."
        )
    return "No comparison tells the order shown (first_position, second_position)."


def _measure(found: Linearised, kinds: Mapping[str, Evidence], limit: AuditLimit) -> dict[str, Effect]:
    terms, steps = found.fit.design, found.steps
    shares, own_shares = found.identifiable_share(), found.own_share()
    effects = {}
    for number, name in enumerate(terms.names):
        if name == QUALITY:
            continue
        differ = terms.weight[terms.dense[:, number] != 0]
        n_equal = float(differ.sum() ** 2 / (differ @ differ))
        effect = measured(
            name,
            n=len(differ),
            effective_n=n_equal / max(1.0, float(steps.design_effect[number])),
            beta=float(found.fit.coefficients[number]),
            se=float(steps.se[number]),
            critical=float(steps.critical[number]),
            p=float(steps.p[number]),
            design_effect=float(steps.design_effect[number]),
            identifiable_share=None if shares is None else float(shares[number]),
            evidence=kinds[name],
            threshold=limit.max_lean,
        )
        effects[name] = _barred(effect, float(own_shares[number]), limit)
    return effects


def _barred(effect: Effect, own_share: float, limit: AuditLimit) -> Effect:
    """`effect`, with status and reason where its figures must not be judged."""
    share = effect.identifiable_share
    if share is not None and share < LEAST_IDENTIFIABLE_SHARE:
        reason = (
            f"Only {share:.0%} of the differences in {effect.feature} are not explained by the source model, "
            "so these votes cannot tell whether the feature or the model was preferred."
        )
        return replace(effect, status="not_identifiable", reason=reason)
    if own_share < LEAST_OWN_SHARE:
        reason = f"The other features of the model tell {effect.feature}, so its part cannot be told apart."
        return replace(effect, status="not_identifiable", reason=reason)
    if effect.effective_n is not None and effect.effective_n < limit.min_effective_n:
        reason = f"The contract asks for an effective n of at least {limit.min_effective_n:,}."
        return replace(effect, status="not_testable", reason=reason)
    return effect


def _about(found: Linearised, note: str, rare: int) -> str:
    ways = " and ".join(f"{count:,} {name}s" for name, count in found.clusters.counts.items())
    how = "" if found.draws is None else ", wild score bootstrap"
    ties = int((found.fit.design.outcome == 0.5).sum())
    counted = f", {ties:,} ties counted as half wins" if ties else ""
    one = (
        f", {rare:,} source models, mostly of under {LEAST_COMPARISONS} comparisons, taken as one"
        if rare
        else ""
    )
    return f"clustered by {ways}{how}{f', {note}' if note else ''}{counted}{one}"
