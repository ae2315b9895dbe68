"""The ramp: counts by domain and annotator beside a batch, and go or no-go in the books when it is due."""

from dataclasses import dataclass
from datetime import datetime

from prefect import get_run_logger, task

from contracts.model import Contract
from quality.ramp.groups import COLUMNS, count_groups
from rampart.delivery.tables import batch_prefix, publish_table
from rampart.ledger.batch_rows import settled_batches
from rampart.ledger.contracts import current_contracts
from rampart.ledger.in_force import versions_by_week
from rampart.ledger.ramp_decisions import RampDecision, decision_from, decisions, write_decision
from rampart.ledger.ramp_report import ARTEFACT, read_ramp_report
from tasks.policy import STAGE
from tasks.records import Gates
from tasks.workspace import Workspace, terms_of


@task(**STAGE)
def keep_groups(place: Workspace, contract: Contract, week: int, gates: Gates) -> dict[str, str]:
    """Publish how many records of each domain and annotator were discarded; gives name → key."""
    masks = gates.rows.fates(["reason_mask"])["reason_mask"]
    counted = count_groups(gates.rows.readable(COLUMNS), masks)
    prefix = batch_prefix(contract.contract_id, week)
    return {ARTEFACT: publish_table(place.store, prefix, ARTEFACT, counted)}


@dataclass(frozen=True)
class _Due:
    """A decision that is due: after which week, and when it was."""

    week: int
    at: datetime


@task(**STAGE)
def decide_ramps(place: Workspace, as_of: datetime) -> tuple[RampDecision, ...]:
    """Write go or no-go of every contract whose decision week is over, once; gives what is new.

    It rests on what the books held when it was due, so that a late round says what a punctual one would have.
    """
    found = (_decided(place, row.contract_id, row.program, as_of) for row in current_contracts(place.books))
    return tuple(decision for decision in found if decision)


def _decided(place: Workspace, contract_id: str, program: str, as_of: datetime) -> RampDecision | None:
    due = _due(place, contract_id, as_of)
    if due is None or due.week in {known.week for known in decisions(place.books, contract_id)}:
        return None
    report = read_ramp_report(place.books, place.store.get, contract_id, as_of=due.at, after=due.week)
    decision = decision_from(report, due.week, due.at)
    if decision is None or decision.call == "not_testable":
        return None
    get_run_logger().info("%s: %s (%s)", contract_id, decision.call.replace("_", "-"), decision.reason)
    return write_decision(place.books, decision, program)


def _due(place: Workspace, contract_id: str, as_of: datetime) -> _Due | None:
    """Due is a decision once its week is judged, or once the week after it is due and it never came."""
    rows = versions_by_week(place.books, contract_id)
    terms = terms_of(rows[max(rows)].digest, place) if rows else None
    week = terms.ramp.decides_after if terms else None
    if terms is None or week is None:
        return None
    judged = {batch.week: batch.as_of for batch in settled_batches(place.books, contract_id)}
    # An earlier week that a person decided later was open until then.
    over = [moment for number, moment in judged.items() if number <= week]
    at = max(over if week in judged else [*over, terms.term.due(week + 1)])
    return _Due(week, at) if at <= as_of else None
