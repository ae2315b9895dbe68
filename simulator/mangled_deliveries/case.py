"""One fuzzed delivery: what lies in the folder, what was done to it, and what must come of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from contracts.model import Contract

Must = Literal["be taken in", "be refused", "be accounted for"]


@dataclass(frozen=True)
class Damage:
    """One way to spoil bytes. `must`: what becomes of a delivery that this alone was done to."""

    name: str
    do: Callable[[Random, bytes], bytes]
    must: Must = "be accounted for"


@dataclass(frozen=True)
class Case:
    """A delivery folder. `files` are its objects by name, the manifest among them.

    `odd` are entries no bucket has: name → "link", "pipe" or "folder". `in_folder` is false for a delivery
    that lies in a bucket, whose keys no file system bounds. `must` is what has to become of it; `good_rows`
    were written before any damage.
    """

    seed: int
    number: int
    contract: Contract
    files: Mapping[str, bytes]
    odd: Mapping[str, str]
    done: tuple[str, ...]
    must: Must
    good_rows: int
    in_folder: bool

    @property
    def replay(self) -> str:
        """The command that makes and tries this case again."""
        return f"python -m simulator.mangled_deliveries {self.seed} {self.number}"

    def __str__(self) -> str:
        sizes = ", ".join(f"{ascii(name)[1:-1]} ({len(data):,} bytes)" for name, data in self.files.items())
        done = "; ".join(self.done) or "nothing"
        where = "a folder" if self.in_folder else "a bucket"
        return f"{self.contract.contract_id} in {where}: {sizes or 'empty'}; done to it: {done}"


def harshest(damages: Sequence[Damage]) -> Must:
    """What must become of a delivery with these damages; two at once may heal or hide each other."""
    if all(damage.must == "be taken in" for damage in damages):
        return "be taken in"
    return damages[0].must if len(damages) == 1 else "be accounted for"
