"""Names that the books must know: a mistyped one is told apart from one that nothing was found of."""

from typing import TYPE_CHECKING

from rampart.cli.exits import Exit, stop

if TYPE_CHECKING:  # the database is loaded by the commands that read it
    from sqlalchemy import Engine


def must_know_program(books: "Engine", program: str | None) -> None:
    """End the command where no contract in force belongs to the programme; None is any of them."""
    from rampart.ledger.read import programs  # noqa: PLC0415 (it loads what only the books need)

    _must_be_among("programme", program, programs(books))


def must_know_contract(books: "Engine", contract_id: str | None) -> None:
    """End the command where the contract is not on the books; None is any of them."""
    from rampart.ledger.read import contract_ids  # noqa: PLC0415 (it loads what only the books need)

    _must_be_among("contract", contract_id, contract_ids(books))


def _must_be_among(what: str, name: str | None, known: tuple[str, ...]) -> None:
    if name is not None and name not in known:
        raise stop(Exit.LEDGER, f"no {what} {name!r} on the books; there are: {', '.join(known) or 'none'}")
