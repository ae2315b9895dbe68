"""Contract versions on the books: what was agreed, week by week.

The *current* version is the last to take effect: its status says whether the contract is alive. Which version
judges a week is told by `rampart.ledger.in_force`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, select

from contracts.model import Contract
from contracts.versions.reach import in_order, takes_effect
from rampart.ledger.canonical import moment
from rampart.ledger.chain import append_event, contract_stream
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import ContractChangedError, LedgerError, UnknownContractError
from rampart.ledger.money import PRICE_PLACES, UNIT_PLACES, to_whole
from rampart.ledger.rows import Fields, insert_rows
from rampart.ledger.tables import ContractVersion, ContractWeek


@dataclass(frozen=True)
class ContractRow:
    """One registered contract version; `key` is the object-store address of the contract file's bytes."""

    contract_id: str
    version: str
    digest: str
    status: str
    vendor_id: str
    vendor_name: str
    program: str
    name: str
    key: str
    currency: str
    minor_units: int
    as_of: datetime
    amends: str | None = None
    effective: datetime | None = None

    @property
    def active(self) -> bool:
        """Does the weekly flow look for this contract's deliveries?"""
        return self.status == "active"


def register_contract(
    engine: Engine,
    contract: Contract,
    key: str,
    as_of: datetime,
    after: tuple[str, ...] | None = None,
) -> None:
    """Put a contract version on the books. Registering the same bytes again changes nothing.

    Args:
        contract: what `contracts.versions.succession.version_problems` lets follow the versions on the books.
        key: the object-store address of the contract file's bytes.
        as_of: business time.
        after: digests of the versions `contract` was checked against, in the order they were registered;
            None: take it as it is.

    Raises:
        ContractChangedError: this version of the contract is on the books with other terms, or other
            versions are on the books than those in `after`.
        LedgerError: a unit's discount has more decimals than the books keep.
    """
    with writing(engine) as session:
        same = (ContractVersion.contract_id == contract.contract_id) & (
            ContractVersion.version == contract.version
        )
        known = session.exec(select(ContractVersion).where(same)).first()
        if known is None:
            _add(session, contract, key, as_of, after)
        elif known.digest != contract.digest:
            raise ContractChangedError(
                f"contract {contract.contract_id} version {contract.version} is on the books with "
                f"digest {known.digest[:12]}, and this file has {contract.digest[:12]}: terms never change "
                "in place; raise `version` in the contract file, say in `amendment` what changes, and "
                "register it again"
            )


def _add(
    session: Session, contract: Contract, key: str, as_of: datetime, after: tuple[str, ...] | None
) -> None:
    before = [row for row in versions_in(session) if row.contract_id == contract.contract_id]
    if after is not None and after != tuple(row.digest for row in before):
        raise ContractChangedError(
            f"another version of contract {contract.contract_id} was registered at the same moment; "
            "register this one again"
        )
    amendment = contract.amendment
    follows = in_order(before)[-1].effective if before else None
    effective = takes_effect(contract) if amendment else follows
    session.add(
        ContractVersion(
            contract_id=contract.contract_id,
            version=contract.version,
            digest=contract.digest,
            status=contract.status,
            vendor_id=contract.vendor.id,
            vendor_name=contract.vendor.name,
            program=contract.program,
            name=contract.name,
            object_key=key,
            currency=contract.ramp.currency,
            minor_units=contract.ramp.minor_units,
            as_of=as_of,
            amends=amendment.of if amendment else None,
            effective=effective,
        )
    )
    insert_rows(session, ContractWeek, [_week(contract, number) for number in sorted(contract.ramp.weeks)])
    append_event(
        session,
        contract_stream(contract.contract_id),
        "contract.registered",
        as_of,
        {
            "version": contract.version,
            "digest": contract.digest,
            "status": contract.status,
            "key": key,
            **({"amends": amendment.of} if amendment else {}),
            **({"effective": moment(effective)} if effective else {}),
        },
    )


def _week(contract: Contract, number: int) -> Fields:
    week, phase = contract.week(number), contract.phase(number)
    discount, _clause = contract.discount(number)
    try:
        discount_e8 = to_whole(phase.price * Decimal(str(discount)), UNIT_PLACES)
    except ValueError as error:
        raise LedgerError(
            f"contract {contract.contract_id}, phase {week.phase}: price {phase.price} times discount "
            f"{discount} has more than {UNIT_PLACES} decimals; give the discount at most four"
        ) from error
    return {
        "contract_digest": contract.digest,
        "week": number,
        "phase": week.phase,
        "units": week.units,
        "discard_ceiling": phase.discard_ceiling,
        "price_e4": to_whole(phase.price, PRICE_PLACES),
        "discount_e8": discount_e8,
        "due": contract.term.due(number),
    }


def contract_versions(engine: Engine, contract_id: str | None = None) -> tuple[ContractRow, ...]:
    """Every version on the books, by contract id, each contract's in the order they were registered."""
    with reading(engine) as session:
        rows = versions_in(session)
        return tuple(row for row in rows if contract_id in (None, row.contract_id))


def current_contract(engine: Engine, contract_id: str) -> ContractRow | None:
    """The last version to take effect, ties by registration. None for a contract not on the books."""
    with reading(engine) as session:
        return current_in(session).get(contract_id)


def current_contracts(
    engine: Engine, program: str | None = None, active_only: bool = True
) -> tuple[ContractRow, ...]:
    """The current versions, ordered by contract id; of one programme, and only active ones unless told."""
    with reading(engine) as session:
        return tuple(
            row
            for row in current_in(session).values()
            if (row.active or not active_only) and program in (None, row.program)
        )


def versions_in(session: Session) -> tuple[ContractRow, ...]:
    """`contract_versions`, within the caller's transaction."""
    found = session.exec(select(ContractVersion))
    return tuple(_row(version) for version in sorted(found, key=lambda v: (v.contract_id, v.id or 0)))


def current_in(session: Session) -> dict[str, ContractRow]:
    """Contract id → its current version, in order of contract id."""
    rows = versions_in(session)
    last = {row.contract_id: row for row in in_order(rows)}
    return {contract_id: last[contract_id] for contract_id in sorted(last)}


def version_of(session: Session, contract_digest: str) -> ContractRow:
    """The version with this digest; `UnknownContractError` if there is none."""
    found = session.exec(select(ContractVersion).where(ContractVersion.digest == contract_digest)).first()
    if found is None:
        raise UnknownContractError(
            f"no contract version with digest {contract_digest[:12]} is on the books; "
            "register the contract first"
        )
    return _row(found)


def week_of(session: Session, contract_digest: str, week: int) -> ContractWeek:
    """What a contract version plans for `week`; `UnknownContractError` if it plans nothing."""
    contract = version_of(session, contract_digest)
    plan = session.get(ContractWeek, (contract_digest, week))
    if plan is None:
        raise UnknownContractError(
            f"contract {contract.contract_id} version {contract.version} has no week {week}; "
            "look at `ramp.weeks` in the contract file"
        )
    return plan


def _row(version: ContractVersion) -> ContractRow:
    return ContractRow(
        contract_id=version.contract_id,
        version=version.version,
        digest=version.digest,
        status=version.status,
        vendor_id=version.vendor_id,
        vendor_name=version.vendor_name,
        program=version.program,
        name=version.name,
        key=version.object_key,
        currency=version.currency,
        minor_units=version.minor_units,
        as_of=version.as_of,
        amends=version.amends,
        effective=version.effective,
    )
