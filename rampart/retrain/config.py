"""How to train: every choice that changes a run's result, and so its identity."""

from dataclasses import dataclass, field, fields

from rampart.retrain.command.config import CommandConfig
from rampart.retrain.digests import canonical_json, sha256
from rampart.retrain.trl.config import TrlConfig


@dataclass(frozen=True)
class LinearConfig:
    """Choices of the `linear` backend.

    Accuracy on unseen prompts of PandaLM's test set (999 items, five folds by prompt) is 0.700, 0.707, 0.720,
    0.722, 0.702 for l2 = 0.3, 1, 3, 10, 30; more data want less of it, hence the smaller of the best two.
    """

    l2: float = 3.0  # penalty: l2 / 2 · |θ|², against a loss summed over judgements
    max_iterations: int = 40  # L-BFGS; 1,000 to 5,000 pairs converge in 15 to 30
    style_scale: float = 0.3  # standard deviation of a style feature beside a text vector of length 1

    def __post_init__(self) -> None:
        if self.l2 <= 0 or self.max_iterations < 1 or self.style_scale <= 0:
            raise ValueError(
                f"linear training got l2={self.l2}, max_iterations={self.max_iterations}, "
                f"style_scale={self.style_scale}; all three must be positive"
            )


@dataclass(frozen=True)
class TrainConfig:
    """What to train with, and how much a new model may lose."""

    backend: str = "linear"
    promotion_margin: float = 0.02  # held-out accuracy, as in the contract's `training` terms
    linear: LinearConfig = LinearConfig()
    trl: TrlConfig = field(default_factory=TrlConfig)
    command: CommandConfig | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.promotion_margin < 0.5:
            raise ValueError(
                f"promotion_margin is {self.promotion_margin}; it is a share of accuracy, from 0 to below 0.5"
            )

    @property
    def digest(self) -> str:
        """SHA-256 of every choice above, but for those of other backends: they change nothing."""
        others = {"linear", "trl", "command"} - {self.backend}
        chosen = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in others}
        return sha256(canonical_json(chosen))
