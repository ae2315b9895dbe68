"""`rampart verify`, the money's part: every judgement is priced anew and held against what is booked.

Invariant 5: payable follows to the minor unit from the booked counts and the contract version alone. Where
unit kinds have prices of their own, the counts of kinds are recounted from the published rows.
"""

from collections.abc import Iterator

from sqlalchemy import Engine
from sqlmodel import Session, select

from contracts.load import ContractError, parse_contract
from contracts.model import Contract
from rampart.delivery.errors import DeliveryError
from rampart.delivery.judged_rows import stored_rows
from rampart.delivery.store import ObjectStore
from rampart.ledger.batch_rows import key_of
from rampart.ledger.contracts import versions_in
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading
from rampart.ledger.outcome import Settlement
from rampart.ledger.pricing import UnitKinds
from rampart.ledger.repricing import booked_kinds, repriced, repricing_problems
from rampart.ledger.settled import read
from rampart.ledger.tables import Batch
from rampart.ledger.verify import Violation


def verify_money(engine: Engine, store: ObjectStore) -> tuple[Violation, ...]:
    """Every judgement whose money does not follow from its counts and terms; empty when all does."""
    with reading(engine) as session:
        return tuple(_violations(session, store))


def _violations(session: Session, store: ObjectStore) -> Iterator[Violation]:
    keys = {row.digest: row.key for row in versions_in(session)}
    closed = closed_weeks(deletions_in(session))
    terms: dict[str, Contract | None] = {}
    for batch in session.exec(select(Batch)):
        found = read(session, batch)
        if not found.money:  # not judged
            continue
        if batch.contract_digest not in terms:
            terms[batch.contract_digest] = _terms(store, keys[batch.contract_digest])
        contract = terms[batch.contract_digest]
        subject = str(key_of(batch))
        if contract is None:
            yield Violation(5, subject, "its terms cannot be read, so its money cannot be worked out again")
            continue
        problems = repricing_problems(found.money, repriced(session, batch, contract))
        if contract.phase(batch.week).prices and (batch.contract_id, batch.week) not in closed:
            problems = (*problems, *_kind_problems(store, found, set(contract.phase(batch.week).prices)))
        yield from (Violation(5, subject, problem) for problem in problems)


def _terms(store: ObjectStore, key: str) -> Contract | None:
    try:
        return parse_contract(store.get(key), key)
    except (DeliveryError, ContractError):
        return None


def _kind_problems(store: ObjectStore, found: Settlement, priced: set[str]) -> Iterator[str]:
    try:
        accepted, discarded = stored_rows(store, found.artefacts).units_by_kind()
    except (DeliveryError, KeyError):
        return  # `verify_store` says so
    counted, booked = UnitKinds(accepted, discarded), booked_kinds(found)
    for name in ("accepted", "discarded"):
        rows, lines = getattr(counted, name), getattr(booked, name)
        for kind in sorted(priced):
            if rows.get(kind, 0) != lines.get(kind, 0):
                found_rows = f"{rows.get(kind, 0)} {name} rows are of kind {kind!r}"
                yield f"{found_rows}, but {lines.get(kind, 0)} are priced so"
