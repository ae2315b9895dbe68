"""The breach log: every clause that failed, in every judgement of every week, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from quality.verdict import GateSpec, Verdict
from rampart.ledger.batch_rows import id_of, state_of
from rampart.ledger.chain import contract_stream, events
from rampart.ledger.contracts import ContractRow, versions_in
from rampart.ledger.disputes import Dispute, every_dispute
from rampart.ledger.engine import reading
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.outcome import Settlement
from rampart.ledger.read.detail import DecisionRow
from rampart.ledger.reckoning import OWED, counting, if_accepted
from rampart.ledger.settled import read
from rampart.ledger.states import ACCEPTED, State
from rampart.ledger.tables import Batch, Decision
from rampart.records.evidence import in_books, in_store

LATE = GateSpec("term.due_after_days", "late_delivery", 0.0, "none")


@dataclass(frozen=True)
class BreachRow:
    """One failed clause of one judgement (`revision`) of a contract week.

    `state` is that of the judgement today: a superseded one was replaced. `evidence` are the addresses of the
    verdict and of the rows behind it. `amount` is what the judgement pays or, not being accepted, would have
    paid; `credited` what the vendor owes, or would have owed, of credits. `disputes` are those of the
    delivery that was judged.
    """

    contract: ContractRow
    week: int
    revision: int
    state: State
    as_of: datetime
    verdict: Verdict
    evidence: tuple[str, ...]
    decision: DecisionRow | None
    disputes: tuple[Dispute, ...]
    amount: Decimal
    credited: Decimal

    @property
    def paid(self) -> bool:
        """Is the judgement accepted, so that its amount is payable?"""
        return self.state in ACCEPTED


def breach_rows(engine: Engine, contract_id: str) -> tuple[BreachRow, ...]:
    """Every breach of a contract, ordered by week, revision and place among the verdicts; late weeks first.

    `UnknownContractError` for a contract that is not on the books.
    """
    with reading(engine) as session:
        versions = {row.digest: row for row in versions_in(session) if row.contract_id == contract_id}
        if not versions:
            raise UnknownContractError(
                f"no contract {contract_id!r} on the books; `rampart status` lists what is"
            )
        every = select(Batch).where(Batch.contract_id == contract_id)
        batches = session.exec(every.order_by(col(Batch.week), col(Batch.revision))).all()
        late = _late_weeks(session, contract_id)
        disputes = [one for one in every_dispute(session) if one.contract_id == contract_id]
        return tuple(row for batch in batches for row in _of_batch(session, batch, versions, late, disputes))


def _of_batch(
    session: Session,
    batch: Batch,
    versions: dict[str, ContractRow],
    late: dict[int, datetime],
    disputes: list[Dispute],
) -> Iterator[BreachRow]:
    contract, found = versions[batch.contract_digest], read(session, batch)
    nothing = Decimal(0).scaleb(-contract.minor_units)
    decided = session.get(Decision, id_of(batch))
    payable = if_accepted(found.money)
    owed = counting(state_of(batch), found.money) or payable

    def row(verdict: Verdict, when: datetime, table: str, **where: object) -> BreachRow:
        rows = (in_store(verdict.evidence),) if verdict.evidence else ()
        said = in_books(batch.contract_id, batch.week, batch.revision, table, **where)  # type: ignore[arg-type]
        return BreachRow(
            contract=contract,
            week=batch.week,
            revision=batch.revision,
            state=state_of(batch),
            as_of=when,
            verdict=verdict,
            evidence=(said, *rows),
            decision=None
            if decided is None
            else DecisionRow(decided.accepted, decided.decided_by, decided.reason, decided.as_of),
            disputes=tuple(
                one for one in disputes if (one.week, one.delivery_id) == (batch.week, batch.delivery_id)
            ),
            amount=sum((line.amount for line in payable), nothing),
            credited=-sum((line.amount for line in owed if line.kind in OWED), nothing),
        )

    if batch.revision == 1 and batch.week in late:
        yield row(_lateness(), late[batch.week], "events", kind="batch.late")
    for verdict in _failed(found):
        yield row(verdict, batch.as_of, "verdicts", metric=verdict.spec.metric)


def _failed(found: Settlement) -> Iterator[Verdict]:
    return (verdict for verdict in found.verdicts if verdict.status == "fail")


def _lateness() -> Verdict:
    reason = "Nothing complete was there when the delivery was due."
    return Verdict(LATE, "fail", None, None, None, 1, reason)


def _late_weeks(session: Session, contract_id: str) -> dict[int, datetime]:
    said = events(session, contract_stream(contract_id))
    return {event.payload["week"]: event.as_of for event in said if event.kind == "batch.late"}
