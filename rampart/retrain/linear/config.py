"""The choices of the linear backend, and which of them a contract's `training` terms make."""

from dataclasses import dataclass
from typing import Literal, Self

from contracts.model import Training


@dataclass(frozen=True)
class LinearConfig:
    """Choices of the `linear` backend; `rampart.retrain.linear.labels` says what those about labels do.

    Accuracy on unseen prompts of PandaLM's test set (999 items, five folds by prompt) is 0.700, 0.707, 0.720,
    0.722, 0.702 for l2 = 0.3, 1, 3, 10, 30; more data want less of it, hence the smaller of the best two.
    """

    l2: float = 3.0  # penalty: l2 / 2 · |θ|², against a loss summed over judgements
    # L-BFGS. 2,600 pairs converge in 38; stopped here, 4,600 pairs are within .007 of the minimum's margins.
    max_iterations: int = 40
    style_scale: float = 0.3  # standard deviation of a style feature beside a text vector of length 1
    strength: Literal["ignore", "weight", "margin"] = "weight"  # what a strong preference does
    margin: float = 1.0  # log-odds asked for at full strength: Llama 2's small margins; its large ones are 3
    labels: Literal["delivered", "agreement"] = "delivered"  # or: as sure as a majority was large
    ties: Literal["half", "rao_kupper"] = "half"  # half a win for either, or an outcome of its own
    tie_theta: float | None = None  # Rao and Kupper's θ, above 1; None: learnt
    flipped_share: float = 0.0  # of strict labels, taken to be the wrong way round (cDPO's ε)
    length: Literal["free", "neutral"] = "free"  # or: scores without what length alone explains

    def __post_init__(self) -> None:
        if self.l2 <= 0 or self.max_iterations < 1 or self.style_scale <= 0:
            raise ValueError(
                f"linear training got l2={self.l2}, max_iterations={self.max_iterations}, "
                f"style_scale={self.style_scale}; all three must be positive"
            )
        if not 0 <= self.flipped_share < 0.5:
            raise ValueError(
                f"flipped_share is {self.flipped_share}; it is from 0 to below 0.5, where labels say nothing"
            )
        if self.margin < 0:
            raise ValueError(f"margin is {self.margin}; a strong preference asks for 0 log-odds or more")
        if self.tie_theta is not None and (self.ties != "rao_kupper" or self.tie_theta <= 1):
            raise ValueError(
                f"tie_theta is {self.tie_theta} with ties={self.ties!r}; it is above 1, for ties='rao_kupper'"
            )

    @classmethod
    def under(cls, terms: Training) -> Self:
        """What the terms of a contract ask for; the rest as usual."""
        return cls(
            strength=terms.strength,
            labels=terms.labels,
            ties=terms.ties,
            flipped_share=terms.flipped_share,
            length=terms.length,
        )
