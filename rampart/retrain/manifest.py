"""What a snapshot was made of, in plain values that can be written as JSON: see `canonical_json`."""

from dataclasses import dataclass

from rampart.retrain.decontamination import HeldText, SetUsed
from rampart.retrain.mix import DomainShare
from rampart.retrain.scope import Scope


@dataclass(frozen=True)
class Claimed:
    """Sides of the pairs used whose response claims one checkpoint; None: it claims none."""

    checkpoint: str | None
    sides: int


@dataclass(frozen=True)
class BatchSummary:
    """What became of one batch: records in, pairs used, and everything dropped by its reason.

    ``pairs == pairs_used + pairs_not_drawn + Σ in_evaluation_sets.pairs + Σ dropped_*`` and
    ``pairs_used == train_pairs + anchor_pairs + holdout_pairs``. Ties are used, with target 0.5, and never
    count towards accuracy. A pair that breaks several rules is counted under the first, in the order below.
    """

    contract_id: str
    contract_version: str
    week: int
    revision: int
    contract_digest: str
    vendor: str
    aggregation: str
    pairs_digest: str  # SHA-256 of the pairs used, in canonical order
    age_weeks: float  # from this week's first day to the newest week's
    factor: float  # on the weight of its training pairs: decay, vendor and week
    records: int
    records_without_ranking: int  # thumbs and other labels that compare nothing
    records_of_one_response: int  # ranked, but with nothing to be compared with
    pairs: int
    in_evaluation_sets: tuple[HeldText, ...]  # pairs of records that hold text of a set, by set
    pairs_not_drawn: int  # the label scheme's rule for training pairs leaves them out
    dropped_missing_text: int
    dropped_identical_texts: int
    dropped_not_evaluated: int  # held out by their prompt, of a batch no model may be evaluated on
    dropped_beyond_holdout: int  # held out by their prompt, beyond the batch's own holdout
    dropped_out_of_window: int  # for training, and older than the scope's window
    dropped_outside_mix: int  # for training, of a domain that the mix leaves nothing for
    dropped_without_weight: int  # for training, and a factor of 0 in the scope
    pairs_used: int
    train_pairs: int
    anchor_pairs: int
    holdout_pairs: int  # of the batch's own holdout
    ties_used: int
    on_policy_pairs: int  # of the pairs used
    off_policy_pairs: int  # the rest of them is of weeks without named checkpoints
    on_policy_share: float | None  # of the two; None without either
    checkpoints: tuple[Claimed, ...]  # two sides a pair used


@dataclass(frozen=True)
class Manifest:
    """What a snapshot was made of; `holdout_pairs` has the anchor's in it."""

    batches: tuple[BatchSummary, ...]
    scope: Scope
    mix: tuple[DomainShare, ...]
    evaluation_sets: tuple[SetUsed, ...]
    holdout_percent: int
    anchor_percent: int
    train_pairs: int
    train_strict_pairs: int
    train_weight: float
    holdout_pairs: int
    holdout_strict_pairs: int
    anchor_pairs: int
    anchor_strict_pairs: int
    on_policy_pairs: int
    off_policy_pairs: int
    on_policy_share: float | None
    tie_handling: str = "a tie is a pair with target 0.5: trained on, left out of accuracy"
