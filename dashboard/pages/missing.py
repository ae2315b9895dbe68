"""What is shown when a page cannot be: in a sentence, with what to do."""

from collections.abc import Callable
from dataclasses import dataclass, field

ReadArtefact = Callable[[str], bytes]  # object-store key → bytes; raises `MissingObjectError`


class NotOnTheBooksError(LookupError):
    """The address names something the books do not hold; the message is shown to the reader."""


@dataclass(frozen=True)
class ProblemPage:
    """Not found, or something broke."""

    title: str = field(metadata={"help": "What happened, in two or three words."})
    sentence: str = field(metadata={"help": "What was asked for, and why it cannot be shown."})
