"""What stands on the books for each contract week: the revision that counts, and any being judged."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, select

from rampart.ledger.batch_rows import state_of
from rampart.ledger.contracts import ContractRow
from rampart.ledger.in_force import by_week_in
from rampart.ledger.outcome import MoneyLine, Settlement
from rampart.ledger.reckoning import OWED, counting, if_accepted
from rampart.ledger.settled import read
from rampart.ledger.states import SETTLED, State
from rampart.ledger.tables import Batch, ContractWeek


@dataclass(frozen=True)
class Standing:
    """A contract week. `settlement` is None until a revision is settled; `judging` names a revision that has
    been received but not settled while an earlier one stands. `as_of` is when its state last changed.
    """

    contract: ContractRow
    plan: ContractWeek
    revision: int | None
    state: State
    settlement: Settlement | None
    judging: int | None
    as_of: datetime | None = None

    @property
    def payable(self) -> Decimal:
        """What the batch pays, discounts and credits taken off; what a rejected one costs the vendor."""
        return self._sum(counting(self.state, self._lines))

    @property
    def credited(self) -> Decimal:
        """What the vendor owes back, positive; 0 for a batch that is neither accepted nor rejected."""
        owed = (line for line in counting(self.state, self._lines) if line.kind in OWED)
        return -self._sum(owed) + self._sum(())

    @property
    def at_risk(self) -> Decimal:
        """What a held batch would pay if accepted; 0 for any other."""
        return self._sum(if_accepted(self._lines) if self.state == "held" else ())

    @property
    def _lines(self) -> tuple[MoneyLine, ...]:
        return self.settlement.money if self.settlement else ()

    def _sum(self, lines: Iterable[MoneyLine]) -> Decimal:
        return sum((line.amount for line in lines), Decimal(0).scaleb(-self.contract.minor_units))


def standings(session: Session, contract: ContractRow, versions: dict[str, ContractRow]) -> list[Standing]:
    """Every week of `contract` (its current version), delivered or not, in week order.

    A week that was delivered shows the plan it was judged under, any other that of the version that would
    judge it; `versions` maps a digest to its version.
    """
    batches: defaultdict[int, list[Batch]] = defaultdict(list)
    alive = select(Batch).where(Batch.contract_id == contract.contract_id, Batch.state != "superseded")
    for batch in sorted(session.exec(alive), key=lambda batch: batch.revision):
        batches[batch.week].append(batch)
    judging = by_week_in(session, contract.contract_id).items()
    plans = {week: session.get(ContractWeek, (row.digest, week)) for week, row in judging}
    return [
        _standing(session, contract, versions, plans.get(week), batches[week])
        for week in sorted({*plans, *batches})
    ]


def _standing(
    session: Session,
    contract: ContractRow,
    versions: dict[str, ContractRow],
    plan: ContractWeek | None,
    revisions: list[Batch],
) -> Standing:
    settled = [batch for batch in revisions if batch.state in SETTLED]
    shown = next(reversed(settled or revisions), None)
    if shown is not None and (shown.delivery_id is not None or plan is None):
        judged_under = session.get(ContractWeek, (shown.contract_digest, shown.week))
        contract, plan = versions[shown.contract_digest], judged_under
    assert plan is not None  # noqa: S101 (narrows the type: a week comes from a plan or from a batch's plan)
    if shown is None:
        return Standing(contract, plan, None, "expected", None, None)
    newest = revisions[-1]
    return Standing(
        contract=contract,
        plan=plan,
        revision=shown.revision,
        state=state_of(shown),
        settlement=read(session, shown) if settled else None,
        judging=newest.revision if newest is not shown else None,
        as_of=shown.as_of,
    )
