"""What `rampart verify` says of books or a store that break a promise."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """Invariant number, what it is about (a batch, a stream, a model), and what is wrong in a sentence."""

    invariant: int
    subject: str
    problem: str

    def __str__(self) -> str:
        return f"invariant {self.invariant}, {self.subject}: {self.problem}"
