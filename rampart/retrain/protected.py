"""Protected slices and bias probes: what a challenger must not lose, and what it must not reward.

**Many slices, one answer.** A challenger passes only if it is shown non-inferior on *every* slice, each at
the full level. That is an intersection-union test: the chance that a model which is worse by the margin on at
least one slice passes is at most the level of a single test, however many slices there are (Berger 1982,
doi:10.1080/00401706.1982.10487790). No correction for multiplicity is due, and one would be wrong in the
other direction: what many slices cost is power, the chance that an equal model passes all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rampart.retrain.bootstrap import clustered_mean
from rampart.retrain.evaluation.slices import NOT_SAID, NamedSlice, slices_of
from rampart.retrain.probing import Probes
from rampart.retrain.rules import Limit, Protection, Rules

Floats = NDArray[np.float64]
Status = Literal["pass", "fail", "not_testable"]


@dataclass(frozen=True)
class Held:
    """One rule held against the challenger: the figure with its interval, what was asked, and the sentence.

    `subject` is a slice (``domain=code``) or a probe (``length_correlation``); `blocks` keeps the challenger
    from being promoted. A slice's figure is the difference in accuracy, and `threshold` the margin.
    """

    subject: str
    clause: str
    status: Status
    blocks: bool
    value: float | None
    low: float | None
    high: float | None
    n: int
    n_prompts: int
    threshold: str
    reason: str


def held_slices(
    pairs: pa.Table, difference: Floats, rules: Rules, *, seed: int, confidence: float
) -> tuple[Held, ...]:
    """Hold every protected slice against its margin.

    Args:
        pairs: m strict held-out pairs (`snapshot.PAIR`).
        difference: shape (m,), the challenger's correctness less the champion's.
        rules: which slices, and what may be lost on them.
        seed: fixes the resamples.
        confidence: of the interval whose low end must be above minus the margin.
    """
    known = slices_of(pairs) if rules.protections else ()
    found: list[Held] = []
    for rule in rules.protections:
        parts = [part for part in known if part.name == rule.name and part.value != NOT_SAID]
        if not parts:
            found.append(_unknown(rule))
        found += [_slice(part, rule, pairs, difference, seed, confidence) for part in parts]
    return tuple(found)


def held_probes(probes: Probes, limits: Sequence[Limit]) -> tuple[Held, ...]:
    """Hold the challenger's bias probes against the contracts' limits, by what was observed."""
    return tuple(_probe(probes, limit) for limit in limits)


def _slice(  # noqa: PLR0917 (a slice, its rule, and what it is judged on)
    part: NamedSlice, rule: Protection, pairs: pa.Table, difference: Floats, seed: int, confidence: float
) -> Held:
    inside = pairs.filter(pa.array(part.mask))
    keys = inside["prompt_key"].to_pylist()
    n, n_prompts = inside.num_rows, len(set(keys))
    threshold = f"a loss of at most {rule.margin:.3f}"
    if n_prompts < rule.min_prompts:
        reason = (
            f"{part.said} is not testable: {n_prompts:,} held-out prompts, at least {rule.min_prompts:,} are "
            f"needed{_what_follows(rule)}"
        )
        blocks = rule.untestable_blocks
        return Held(
            part.said, rule.clause, "not_testable", blocks, None, None, None, n, n_prompts, threshold, reason
        )
    estimate = clustered_mean(difference[part.mask], inside["weight"].to_numpy(), keys, seed, confidence)
    low, high = estimate.low, estimate.high
    lost = low is None or low <= -rule.margin
    shown = "" if low is None or high is None else f" ({low:+.3f} to {high:+.3f})"
    rest = "does not rule out" if lost else "rules out"
    reason = (
        f"on {part.said} the difference is {estimate.value:+.3f}{shown} over {n_prompts:,} prompts, which "
        f"{rest} a loss of {rule.margin:.3f}"
    )
    status: Status = "fail" if lost else "pass"
    return Held(
        part.said, rule.clause, status, lost, estimate.value, low, high, n, n_prompts, threshold, reason
    )


def _unknown(rule: Protection) -> Held:
    reason = f"{rule.name} is not testable: no held-out pair declares it{_what_follows(rule)}"
    threshold = f"a loss of at most {rule.margin:.3f}"
    return Held(
        rule.name,
        rule.clause,
        "not_testable",
        rule.untestable_blocks,
        None,
        None,
        None,
        0,
        0,
        threshold,
        reason,
    )


def _what_follows(rule: Protection) -> str:
    return ", and the contract lets that block" if rule.untestable_blocks else "; the contract lets it pass"


def _probe(probes: Probes, limit: Limit) -> Held:
    found = {"length_correlation": probes.length_correlation, "prefix_flips": probes.prefix_flips}
    found |= {f"{name}_skew": one for name, one in probes.skew.items()}
    probe, band = found.get(limit.name), _band(limit)
    if probe is None or probe.value is None:
        reason = f"{limit.name} is not testable on these held-out pairs; the model is not held to {band}"
        return Held(
            limit.name, limit.clause, "not_testable", False, None, None, None, probes.pairs, 0, band, reason
        )
    value = probe.value
    out = (limit.least is not None and value < limit.least) or (limit.most is not None and value > limit.most)
    shown = "" if probe.low is None or probe.high is None else f" ({probe.low:.3f} to {probe.high:.3f})"
    reason = f"{limit.name} is {value:.3f}{shown}, {'outside' if out else 'within'} {band}"
    status: Status = "fail" if out else "pass"
    return Held(
        limit.name,
        limit.clause,
        status,
        out,
        value,
        probe.low,
        probe.high,
        probes.pairs,
        probe.prompts,
        band,
        reason,
    )


def _band(limit: Limit) -> str:
    sides = (
        ("" if limit.least is None else f"at least {limit.least:g}"),
        ("" if limit.most is None else f"at most {limit.most:g}"),
    )
    return " and ".join(filter(None, sides))
