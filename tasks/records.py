"""Landed bytes → canonical records, and each record's fate."""

from dataclasses import dataclass

import polars as pl
import pyarrow as pa
from prefect import get_run_logger, task

from contracts.model import Contract
from quality.gates.fates import Fates, part
from quality.gates.record.gate import References
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from quality.gates.reinstated import reinstate
from rampart.delivery.canonicalise import Canonical
from rampart.delivery.certainty import read_delivery
from rampart.delivery.errors import DeliveryError, MissingObjectError, NotReadyError, StoreTroubleError
from rampart.delivery.landing import Landed
from rampart.delivery.rosters import Roster
from rampart.delivery.tables import batch_prefix, fetch_table, publish_bytes, publish_table
from rampart.delivery.work_orders import issued, read_work_order, work_order_key
from rampart.ledger.batch_rows import BatchRow, judged_batches_before
from rampart.ledger.deletion.said import still_held
from rampart.records.identity import KEYS
from tasks.intake import Beside, Refused
from tasks.policy import STAGE
from tasks.workspace import Workspace


@dataclass(frozen=True)
class Inputs:
    """What a judgement rests on beside the terms: landed bytes, their records, the week's work order.

    `references` hold the week's work order and the roster; `beside` has what a person took back.
    """

    landed: Landed
    read: Canonical
    references: References
    beside: Beside


@dataclass(frozen=True)
class Gates:
    """The outcome of the record gates: fates, mask of every record, and what they were compared with."""

    fates: Fates
    masks: tuple[int, ...]
    compared_with: tuple[str, ...]
    artefacts: dict[str, str]


@task(**STAGE)
def read_inputs(
    place: Workspace, contract: Contract, week: int, landed: Landed, beside: Beside
) -> Inputs | Refused:
    """Read every landed file by the contract; a file that cannot be read at all refuses the delivery."""
    try:
        read = read_delivery(landed, contract, place.store, place.pseudonym_key)
        references = references_of(place, contract, week, beside.roster)
        inputs = Inputs(landed, read, references, beside)
    except (StoreTroubleError, NotReadyError):
        raise
    except DeliveryError as error:
        return Refused(str(error))
    for note in read.notes:
        get_run_logger().info("%s", note)
    get_run_logger().info("%d records, %d unreadable", read.records.num_rows, read.quarantine.num_rows)
    return inputs


@task(**STAGE)
def apply_gates(place: Workspace, contract: Contract, week: int, inputs: Inputs) -> Gates:
    """Every reason against every record; publish who was kept, who was not, and what could not be read."""
    before = batches_before(place, contract, week)
    records = inputs.read.records
    gated = gate_records(records, contract, week, kept_in(place, contract, before), inputs.references)
    gated = reinstate(records, gated, inputs.beside.reinstated.record_ids)
    fates = part(records, gated)
    tables = {
        "accepted": fates.accepted,
        "discarded": fates.discarded,
        "quarantined": inputs.read.quarantine,
        "keys": fates.keys,
    }
    prefix = batch_prefix(contract.contract_id, week)
    keys = {name: publish_table(place.store, prefix, name, table) for name, table in tables.items()}
    if inputs.read.notes:
        said = "".join(f"{note}\n" for note in inputs.read.notes).encode()
        keys["reading"] = publish_bytes(place.store, prefix, "reading", "txt", said)
    if inputs.beside.roster_key:
        keys["roster"] = inputs.beside.roster_key
    get_run_logger().info("%d kept, %d discarded", fates.accepted.num_rows, fates.discarded.num_rows)
    compared = tuple(batch.artefacts["keys"] for batch in before if "keys" in batch.artefacts)
    return Gates(fates, tuple(gated.masks.to_list()), compared, keys)


def batches_before(place: Workspace, contract: Contract, week: int) -> tuple[BatchRow, ...]:
    """The judgements a week of a contract is compared with: its programme's earlier ones, in their order."""
    before = judged_batches_before(place.books, contract.program, (week, contract.contract_id))
    return still_held(place.books, before)


def kept_in(place: Workspace, contract: Contract, before: tuple[BatchRow, ...]) -> Earlier:
    """The keys of all that the judgements `before` keep: the contract's own, and its programme's."""
    tables = [
        (batch.contract_id, fetch_table(place.store, batch.artefacts["keys"]))
        for batch in before
        if "keys" in batch.artefacts
    ]
    own = [table for contract_id, table in tables if contract_id == contract.contract_id]
    return Earlier(_frame(own), _frame([table for _, table in tables]))


def _frame(tables: list[pa.Table]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=KEYS), *(pl.DataFrame(pl.from_arrow(table)) for table in tables)])


def references_of(place: Workspace, contract: Contract, week: int, roster: Roster | None) -> References:
    """What the records of a week are compared with beside each other; `NotReadyError` where it is missing."""
    return References(_issued(place, contract, week), roster.scores if roster else None)


def _issued(place: Workspace, contract: Contract, week: int) -> frozenset[tuple[str, str, str]] | None:
    if contract.on_policy.lineage == "none":
        return None
    key = work_order_key(contract.program, week)
    try:
        return issued(read_work_order(place.store.get(key), key))
    except MissingObjectError as error:
        fix = (
            f"register what was sent out (rampart work-order {contract.program} {week} FILE), then run again"
        )
        problem = f"the work order of week {week}, which on_policy.lineage asks for, is not in the store"
        raise NotReadyError(problem, key, fix=fix) from error
    except StoreTroubleError:
        raise
    except DeliveryError as error:
        fix = "restore it from a backup, then run again"
        problem = f"the work order of week {week} is not what was registered ({error.problem})"
        raise NotReadyError(problem, key, error.line, fix) from error
