"""May a redelivery be taken in? In time, not too often, and changing no more than the contract lets it."""

from datetime import datetime

import polars as pl
from prefect import task

from contracts.model import Contract
from quality.gates.pieces import read_found
from quality.gates.redone import redone_problem
from quality.gates.told import told_discards
from rampart.delivery.judged_rows import stored_rows
from rampart.ledger.batch_rows import BatchRow, current_batch
from rampart.ledger.deadlines import end_of, judged_at, rounds
from rampart.ledger.engine import reading
from rampart.records.identity import KEYS
from tasks.intake import Refused
from tasks.policy import STAGE
from tasks.records import Inputs
from tasks.stored_records import unreadable
from tasks.workspace import Workspace, terms_of


@task(**STAGE)
def redelivery_refused(
    place: Workspace, contract: Contract, week: int, inputs: Inputs, as_of: datetime
) -> Refused | None:
    """Why a redelivery is not taken in; None where it is, and for anything that is no redelivery.

    Judged by `redelivery` of the terms in force for the week, against the delivery it replaces.
    """
    batch, landed = current_batch(place.books, contract.contract_id, week), inputs.landed
    on_the_books = batch.delivery_id if batch else None
    if batch is None or landed.replaces is None or landed.replaces != on_the_books:
        return None
    if landed.delivery_id == on_the_books:
        return None
    problem = _too_late(place, contract, batch, as_of) or _too_often(place, contract, batch)
    if not problem and batch.settled and contract.redelivery.scope == "discarded_records":
        problem = _too_much(place, batch, inputs)
    about = f"the redelivery of {batch.contract_id} week {week}"
    return Refused(f"{about} is refused: {problem}") if problem else None


def _too_late(place: Workspace, contract: Contract, batch: BatchRow, as_of: datetime) -> str:
    days = contract.redelivery.within_days
    with reading(place.books) as session:
        begun = judged_at(session, batch.key)
    if days is None or begun is None or as_of < (end := end_of(begun, days, contract.term.timezone)):
        return ""
    return (
        f"it came after {end:%Y-%m-%d %H:%M} UTC, {days} days after the feedback pack of {begun:%Y-%m-%d} "
        "(redelivery.within_days); an amendment may give more time"
    )


def _too_often(place: Workspace, contract: Contract, batch: BatchRow) -> str:
    most = contract.redelivery.max_rounds
    with reading(place.books) as session:
        done = rounds(session, batch.contract_id, batch.week)
    if most is None or done < most:
        return ""
    return f"the week was redelivered {done} times, at most {most} is agreed (redelivery.max_rounds)"


def _too_much(place: Workspace, batch: BatchRow, inputs: Inputs) -> str:
    terms, rows = terms_of(batch.contract_digest, place), stored_rows(place.store, batch.artefacts)
    kept = pl.DataFrame(pl.from_arrow(rows.kept_keys()))
    told = pl.Series(pl.from_arrow(told_discards(rows, terms)["record_id"]), dtype=pl.String)
    found = (read_found(room).select(list(KEYS)) for room in inputs.delivery.rooms)
    now = pl.concat([pl.DataFrame(schema=KEYS), *(pl.DataFrame(pl.from_arrow(each)) for each in found)])
    named = terms.delivery.record.record_id is not None
    problem = redone_problem(kept, told, unreadable(place, batch).num_rows, now, named=named)
    if problem is None:
        return ""
    return f"{problem}; only what was discarded or unreadable may change (redelivery.scope)"
