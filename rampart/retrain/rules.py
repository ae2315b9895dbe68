"""By which rules a challenger may take over, beside the one on overall accuracy: from the contracts' terms.

Several contracts may train one model. What any of them protects is protected, by the strictest margin and the
narrowest limits that any of them sets: a batch of one vendor must not cost another contract its slice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from contracts.model import Contract

LIMITS = ("length_correlation", "prefix_flips", "length_skew", "lists_skew", "flattery_skew")


@dataclass(frozen=True)
class Protection:
    """Slices of one property that a challenger may lose at most `margin` of accuracy on."""

    name: str  # of a slice (`evaluation.slices`): domain, language, vendor or strength
    margin: float
    min_prompts: int  # slices with fewer held-out prompts are not testable
    untestable_blocks: bool
    clause: str  # whose terms say so, for the evidence


@dataclass(frozen=True)
class Limit:
    """What a bias probe of the challenger must lie within; None is no limit on that side."""

    name: str  # of a figure (`probing.Probes.metrics`)
    least: float | None
    most: float | None
    clause: str


@dataclass(frozen=True)
class Rules:
    """What a challenger must satisfy beside overall accuracy; nothing, unless a contract asks."""

    protections: tuple[Protection, ...] = ()
    limits: tuple[Limit, ...] = field(default=())


def rules_of(contracts: Sequence[Contract]) -> Rules:
    """The strictest of the `training.protected` and `training.probes` terms of `contracts`."""
    names = sorted({name for terms in contracts for name in terms.training.protected.slices})
    return Rules(
        tuple(_protection(name, contracts) for name in names),
        tuple(found for name in LIMITS if (found := _limit(name, contracts))),
    )


def _protection(name: str, contracts: Sequence[Contract]) -> Protection:
    terms = {c.contract_id: c.training.protected for c in contracts if name in c.training.protected.slices}
    return Protection(
        name=name,
        margin=min(one.margin for one in terms.values()),
        min_prompts=min(one.min_prompts for one in terms.values()),
        untestable_blocks=any(one.not_testable == "block" for one in terms.values()),
        clause=_said("training.protected", terms),
    )


def _limit(name: str, contracts: Sequence[Contract]) -> Limit | None:
    terms = {c.contract_id: getattr(c.training.probes, name) for c in contracts}
    set_by = {who: one for who, one in terms.items() if one.min is not None or one.max is not None}
    if not set_by:
        return None
    least = [one.min for one in set_by.values() if one.min is not None]
    most = [one.max for one in set_by.values() if one.max is not None]
    clause = _said(f"training.probes.{name}", set_by)
    return Limit(name, max(least, default=None), min(most, default=None), clause)


def _said(clause: str, by: Mapping[str, object]) -> str:
    return f"{clause} of {', '.join(sorted(by))}"
