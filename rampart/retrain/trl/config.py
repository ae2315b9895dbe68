"""How TRL trains: every choice that changes the weights that come out."""

from dataclasses import dataclass, field

from rampart.retrain.labelling import Labelling


@dataclass(frozen=True)
class TrlConfig:
    """Choices of the `trl` backend. The defaults are those of TRL 1.16 where it has one."""

    epochs: float = 1.0  # a reward model overfits in the second (InstructGPT, arXiv:2203.02155, appendix C.2)
    learning_rate: float = 1e-5  # 9e-6 for InstructGPT's; TRL's 1e-4 is meant for adapters
    warmup_share: float = 0.03  # of all steps, before the rate falls linearly to 0
    batch: int = 32  # judgements a step, over all processes; a judgement's pairs stay together
    max_length: int = 1024  # tokens of prompt and response together; pairs with a longer text are left out
    centre: float = 0.0  # pulls the mean reward to 0; Eisenstein et al. (arXiv:2312.09244) use 0.01
    bf16: bool = False  # brain floats: half the memory, on hardware that has them
    gradient_checkpointing: bool = False  # less memory, a third more time
    seed: int = 0
    labelling: Labelling = field(default_factory=Labelling)  # by the contract

    def __post_init__(self) -> None:
        problems = {
            "epochs must be positive": self.epochs <= 0,
            "learning_rate must be positive": self.learning_rate <= 0,
            "warmup_share must be from 0 to below 1": not 0 <= self.warmup_share < 1,
            "batch must be at least 1": self.batch < 1,
            "max_length must be at least 2": self.max_length < 2,
            "centre must not be negative": self.centre < 0,
        }
        if wrong := [problem for problem, found in problems.items() if found]:
            raise ValueError(f"trl training got {self}: {'; '.join(wrong)}")
