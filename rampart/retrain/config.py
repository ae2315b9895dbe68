"""How to train: every choice that changes a run's result, and so its identity."""

from dataclasses import dataclass, field, fields

from contracts.model import Contract
from rampart.retrain.command.config import CommandConfig
from rampart.retrain.digests import canonical_json, sha256
from rampart.retrain.linear.config import LinearConfig
from rampart.retrain.scope import EVERYTHING, Scope, scope_of
from rampart.retrain.trl.config import TrlConfig


@dataclass(frozen=True)
class TrainConfig:
    """What to train with, and how much a new model may lose."""

    backend: str = "linear"
    promotion_margin: float = 0.02  # held-out accuracy, as in the contract's `training` terms
    scope: Scope = EVERYTHING
    linear: LinearConfig = field(default_factory=LinearConfig)
    trl: TrlConfig = field(default_factory=TrlConfig)
    command: CommandConfig | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.promotion_margin < 0.5:
            raise ValueError(
                f"promotion_margin is {self.promotion_margin}; it is a share of accuracy, from 0 to below 0.5"
            )

    @classmethod
    def under(cls, terms: Contract) -> "TrainConfig":
        """What a contract's terms ask for."""
        training = terms.training
        return cls(training.backend, training.promotion_margin, scope_of(terms), LinearConfig.under(training))

    @property
    def digest(self) -> str:
        """SHA-256 of every choice above, but for those of other backends: they change nothing."""
        others = {"linear", "trl", "command"} - {self.backend}
        chosen = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in others}
        return sha256(canonical_json(chosen))
