"""Every mitigation of one feature's lean, offered side by side with its audit before and after."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from contracts.model import AuditLimit
from quality.audits.every import Batch
from quality.audits.features.catalogue import JOINT
from quality.audits.features.feature import Feature
from quality.audits.features.measuring import deltas
from quality.audits.fields import COMPARED, lacking
from quality.audits.orientation import oriented
from quality.intervals.clustered_share import Numbers
from quality.mitigation import balanced, propensity, relabel, requests, soft
from quality.mitigation.audited import Audited, audited, decided, kish
from quality.mitigation.offer import Name, Offer, Touched, Training, touched
from rampart.records.comparisons import comparisons


@dataclass(frozen=True, eq=False)
class Question:
    """One batch and one feature, with what is worked out once for all offers."""

    batch: Batch
    feature: Feature
    seed: int = 0

    @cached_property
    def deltas(self) -> pl.DataFrame:
        """The features of the joint model, and the one asked about."""
        others = [one for one in JOINT if one.name != self.feature.name and one.name not in self._parts]
        return deltas(self.batch.frame, [self.feature, *others])

    @cached_property
    def placed(self) -> pl.DataFrame:
        """Judgements one by one, with each response's place in its record, be it the order shown or not."""
        return comparisons(self.batch.records)

    @property
    def _parts(self) -> tuple[str, ...]:
        # Assertiveness is boosters less hedges: a model that has all three cannot tell them apart.
        return ("boosters", "hedges") if self.feature.name == "assertiveness" else ()

    @property
    def delta(self) -> pl.Series:
        """The feature's difference, first less second."""
        return self.deltas[self.feature.name]

    @property
    def limit(self) -> AuditLimit:
        """The contract's limit on the feature."""
        limit = getattr(self.batch.contract.audits, self.feature.group)
        if not isinstance(limit, AuditLimit):
            raise TypeError(f"the contract limits no lean on {self.feature.name}")
        return limit

    @cached_property
    def before(self) -> Audited:
        """The audit as delivered."""
        return audited(self.batch.frame, self.deltas, self.feature.name, self.limit)

    @cached_property
    def missing(self) -> str:
        """Why nothing can be said about the feature; empty where something can."""
        found = lacking(self.batch.frame, *COMPARED)
        if found or decided(self.batch.frame, self.delta).any():
            return found or ""
        return f"No strict comparison has sides that differ in {self.feature.name}."


def offers(batch: Batch, feature: Feature, seed: int = 0) -> tuple[Offer, ...]:
    """Every mitigation there is, in the order of what it costs; one that cannot be offered says why.

    Args:
        batch: the records under their contract.
        feature: whose lean is to be lessened (`quality.audits.features.catalogue`).
        seed: of every draw; the same seed gives the same offers.
    """
    asked = Question(batch, feature, seed)
    return tuple(make(asked) for make in _MADE.values())


def _trained(asked: Question, name: Name, does: str, training: Training) -> Offer:
    frame, outcome = asked.batch.frame, asked.batch.frame["outcome"].to_numpy()
    changed = (np.abs(training.weight - 1) > 1e-9) | (np.abs(training.target - outcome) > 1e-9)
    return Offer(
        name,
        asked.feature.name,
        does,
        touched(frame, pl.Series(changed)),
        frame.height,
        kish(training.weight * frame["weight"].to_numpy()),
        asked.before,
        audited(
            frame,
            asked.deltas,
            asked.feature.name,
            asked.limit,
            weight=training.weight,
            target=training.target,
        ),
        training,
    )


def _not_offered(asked: Question, name: Name, missing: str) -> Offer:
    frame, nobody = asked.batch.frame, Touched(0, 0, 0)
    own = kish(frame["weight"].to_numpy())
    return Offer(name, asked.feature.name, "", nobody, frame.height, own, asked.before, missing=missing)


def _weights(asked: Question) -> Offer:
    if asked.missing:
        return _not_offered(asked, "propensity_weights", asked.missing)
    frame = asked.batch.frame
    chance = propensity.propensities(frame, asked.delta)
    weight = propensity.weights(frame, asked.delta, chance)
    clipped = int((weight >= propensity.MOST).sum())
    does = (
        f"Weighs each comparison by how unlikely its choice was, given how far the sides differ in "
        f"{asked.feature.name}: by {weight.min():.2f} to {weight.max():.2f}, {clipped:,} at the upper clip."
    )
    return _trained(asked, "propensity_weights", does, Training(weight, frame["outcome"].to_numpy()))


def _subset(asked: Question) -> Offer:
    if asked.missing:
        return _not_offered(asked, "balanced_subset", asked.missing)
    frame = asked.batch.frame
    kept = balanced.kept(frame, asked.delta, asked.seed)
    does = (
        f"Trains on {int(kept.sum()):,} of {frame.height:,} comparisons, the most in which the response "
        f"{asked.feature.says} wins half; which are left out is drawn with seed {asked.seed}."
    )
    return _trained(asked, "balanced_subset", does, Training(kept, frame["outcome"].to_numpy()))


def _soft(name: Name, how: str, labels: Callable[[pl.DataFrame], Numbers]) -> Callable[[Question], Offer]:
    def make(asked: Question) -> Offer:
        frame, each = asked.batch.frame, asked.batch.each
        if missing := soft.missing(each):
            return _not_offered(asked, name, missing)
        target = soft.onto(frame, each, labels(each))
        same = "; with each judgement a row that is the loss already trained on"
        said = same if name == "soft_labels" and frame is each else ""
        does = f"Trains on {how} in place of who won{said}; it is not made to lessen a lean."
        return _trained(asked, name, does, Training(np.ones(frame.height), target))

    return make


def _relabel(asked: Question) -> Offer:
    each = asked.placed
    if missing := lacking(each, *COMPARED):
        return _not_offered(asked, "relabel_queue", missing)
    table = relabel.queue(each)
    does = (
        f"Asks a person to judge {table.height:,} pairs again, the tenth whose next judgement is expected to "
        f"tell most ({table['expected_bits'].sum():,.1f} bits together); nothing is discarded."
    )
    places = table.select("record_id", "first_position", "second_position")
    return _asked(asked, "relabel_queue", does, _whose_pairs(each, places), table)


def _requests(asked: Question) -> Offer:
    if asked.missing:
        return _not_offered(asked, "counterfactual_requests", asked.missing)
    each, limit = asked.placed, asked.limit
    delta = deltas(each, [asked.feature]).to_series()
    table = requests.requested(each, delta, asked.feature, limit.max_lean, asked.seed)
    does = (
        f"Asks the vendor to write one response of {table.height:,} pairs anew, with the "
        f"{asked.feature.name} of the other, and to have them judged: {requests.needed(limit.max_lean):,} "
        f"such pairs tell a lean of {limit.max_lean:.0%} from none four times in five."
    )
    places = table.select(
        "record_id",
        first_position=pl.min_horizontal("position", "against"),
        second_position=pl.max_horizontal("position", "against"),
    )
    return _asked(asked, "counterfactual_requests", does, _whose_pairs(each, places), table)


def _whose_pairs(each: pl.DataFrame, places: pl.DataFrame) -> Touched:
    """Counts of all judgements of the pairs that stand at `places` (columns of `each`)."""
    known = each.select(places.columns, pair=oriented(each)["pair"])
    pairs = known.join(places, on=places.columns, how="semi")["pair"].unique()
    return touched(each, known["pair"].is_in(pairs.implode()))


def _asked(asked: Question, name: Name, does: str, who: Touched, table: pl.DataFrame) -> Offer:
    frame = asked.batch.frame
    own = kish(frame["weight"].to_numpy())
    return Offer(name, asked.feature.name, does, who, frame.height, own, asked.before, table=table)


_MADE: dict[Name, Callable[[Question], Offer]] = {
    "propensity_weights": _weights,
    "balanced_subset": _subset,
    "soft_labels": _soft("soft_labels", "the share of people who preferred each response", soft.shares),
    "dawid_skene_labels": _soft(
        "dawid_skene_labels", "what Dawid & Skene's model believes of each pair", soft.dawid_skene_labels
    ),
    "relabel_queue": _relabel,
    "counterfactual_requests": _requests,
}
