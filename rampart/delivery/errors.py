"""What can go wrong between a vendor's folder and landed bytes, said in one way."""

_LONGEST_ECHO = 400  # characters of vendor text one message may repeat


class DeliveryError(Exception):
    """A problem with delivered or stored bytes: what was wrong, where, and what to do.

    `problem` and `fix` are phrases without a closing full stop; `file` is a name or key, `line` counts from 1
    (None: the whole file). Text that came from a vendor is shown with control characters escaped, so that a
    message can be printed to a terminal.
    """

    def __init__(self, problem: str, file: str, line: int | None = None, fix: str = "") -> None:
        super().__init__(problem, file, line, fix)  # all of it in `args`, so the error survives pickling
        self.problem = problem
        self.file = file
        self.line = line
        self.fix = fix

    def __str__(self) -> str:
        where = printable(self.file) + (f" line {self.line}" if self.line is not None else "")
        fix = f" Fix: {printable(self.fix)}." if self.fix else ""
        return f"{where}: {printable(self.problem)}.{fix}"


class ManifestError(DeliveryError):
    """The manifest cannot be read, or promises something the contract does not allow."""


class LandingError(DeliveryError):
    """What lies in the folder is not what the manifest or the contract says."""


class StoreTroubleError(DeliveryError):
    """The store, or the way to it, failed: nothing is said about a delivery, and trying again may help."""


class DamagedReadError(StoreTroubleError):
    """The bytes that came are not those the store says it holds: damaged on their way, or in the store."""


class NotReadyError(DeliveryError):
    """Something of ours that a judgement rests on is missing or broken: nothing is said about a delivery."""


class StoreConflictError(DeliveryError):
    """Other bytes are already published under the key; published bytes never change."""


class MissingObjectError(DeliveryError):
    """Nothing is stored under the key."""


class UnreadableFileError(DeliveryError):
    """A file's bytes cannot be read as what they claim to be."""


class WorkOrderError(DeliveryError):
    """A line of a work order is not an item."""


def printable(text: str, longest: int = _LONGEST_ECHO) -> str:
    """`text` with everything a terminal could act on escaped, cut to `longest` characters."""
    if len(text) <= longest and text.isprintable():  # nearly always; the rest takes ten times as long
        return text
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[: longest + 1])
    return safe if len(text) <= longest else safe[:longest] + "…"
