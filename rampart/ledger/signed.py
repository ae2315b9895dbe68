"""What a person decides: by name, with a reason, and only where the contract lets them."""

from rampart.ledger.errors import LedgerError


def signed(by: str, reason: str, what: str) -> tuple[str, str]:
    """Name and reason without white space around them; `LedgerError` where one of them is empty.

    The name is the person's own word: nothing here proves it. `what` is what they decide, for the error.
    """
    by, reason = by.strip(), reason.strip()
    if not by or not reason:
        empty = "reason" if by else "name"
        raise LedgerError(f"{what} needs the name of who decides and a reason; the {empty} is empty")
    return by, reason


def must_be_allowed(by: str, names: tuple[str, ...], what: str) -> None:
    """`LedgerError` unless `by` is one of the contract's `names` (``holds.lifted_by``); none means anyone."""
    if names and by not in names:
        raise LedgerError(
            f"{by!r} may not decide {what}; the contract's holds.lifted_by names {', '.join(names)}"
        )
