"""Which program trains, and how it is called."""

from dataclasses import dataclass, field

from rampart.retrain.command.template import check
from rampart.retrain.labelling import Labelling


@dataclass(frozen=True)
class CommandConfig:
    """Choices of the `command` backend.

    `argv` is the command line, an item an argument; no shell reads it. `{manifest}` and the other places of
    `command.template` are filled in. `detaches`: the command only hands the work over (sbatch, kubectl); that
    it ends well then means no more, and the run goes on until the result is there. `sources`: files whose
    content decides what is trained, scripts above all; a change in one makes it another run.
    """

    argv: tuple[str, ...]
    detaches: bool = False
    sources: tuple[str, ...] = ()
    labelling: Labelling = field(default_factory=Labelling)  # by the contract

    def __post_init__(self) -> None:
        check(self.argv, "argv")
        if not any("{manifest}" in item for item in self.argv):
            raise ValueError(
                f"argv is {list(self.argv)}; it must pass on the manifest, or the program does not know what "
                "to train on: add '{manifest}'"
            )
