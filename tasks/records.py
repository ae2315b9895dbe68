"""Landed bytes → canonical records, and each record's fate."""

import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from prefect import get_run_logger, task

from contracts.model import Contract
from quality.gates.comparing import FateCounts, compare, kept_sketches, numbered
from quality.gates.evaluation.overlap import index_of
from quality.gates.likeness.copies import TWINS, KeptBatch
from quality.gates.likeness.sketch import SKETCH_VERSION
from quality.gates.likeness.twins import Signed
from quality.gates.pieces import Judging
from quality.gates.reading import ReadDelivery, read_and_judge
from quality.gates.record.copied import questions
from quality.gates.record.gate import Asked, References
from quality.gates.record.repeats import Earlier
from rampart.delivery.certainty import certain
from rampart.delivery.errors import DeliveryError, MissingObjectError, NotReadyError, StoreTroubleError
from rampart.delivery.judged_rows import JudgedRows, local_rows, publish_file, publish_parts, stored_rows
from rampart.delivery.landing import Landed
from rampart.delivery.tables import batch_prefix, publish_bytes, publish_table
from rampart.delivery.work_orders import issued, read_work_order, work_order_key
from rampart.ledger.batch_rows import BatchRow, judged_batches_before
from rampart.ledger.deletion.said import still_held
from rampart.records.identity import KEYS
from tasks.intake import Beside, Refused
from tasks.policy import STAGE
from tasks.workspace import Workspace

SKETCHES = "sketches-"  # and the reason they are for


@dataclass(frozen=True)
class Inputs:
    """What a judgement rests on beside the terms: landed bytes, their records, the week's work order.

    `references` hold the week's work order and the roster; `beside` has what a person took back.
    """

    landed: Landed
    delivery: ReadDelivery
    references: References
    beside: Beside


@dataclass(frozen=True)
class Gates:
    """The outcome of the record gates: counts of fates, the rows, and what they were compared with."""

    counts: FateCounts
    rows: JudgedRows
    compared_with: tuple[str, ...]
    artefacts: dict[str, str]

    @cached_property
    def accepted(self) -> pa.Table:
        """The accepted records (`RECORD`): read once for all that looks at the batch."""
        return self.rows.accepted()


@task(**STAGE)
def read_inputs(
    place: Workspace, contract: Contract, week: int, landed: Landed, beside: Beside
) -> Inputs | Refused:
    """Read every landed file by the contract; a file that cannot be read at all refuses the delivery."""
    try:
        references = references_of(place, contract, week, beside)
        judging = Judging(contract, week, references, place.pseudonym_key)
        delivery = certain(partial(_read, place, landed, judging), landed.files, place.store)
    except (StoreTroubleError, NotReadyError):
        raise
    except DeliveryError as error:
        return Refused(str(error))
    for note in delivery.read.notes:
        get_run_logger().info("%s", note)
    unreadable = delivery.read.quarantine.num_rows
    get_run_logger().info("%d records, %d unreadable", delivery.records, unreadable)
    return Inputs(landed, delivery, references, beside)


def _read(place: Workspace, landed: Landed, judging: Judging) -> ReadDelivery:
    scratch = Path(tempfile.mkdtemp(dir=place.scratch))
    try:
        return read_and_judge(landed, judging, place.store, scratch, place.workers)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)  # the run's own folder goes anyway
        raise


@task(**STAGE)
def apply_gates(place: Workspace, contract: Contract, week: int, inputs: Inputs) -> Gates:
    """Every reason against every record; publish who was kept, who was not, and what could not be read."""
    before = batches_before(place, contract, week)
    delivery, asked = inputs.delivery, Asked(contract, week, inputs.references)
    fates = Path(tempfile.mkdtemp(dir=place.scratch)) / "fates.parquet"
    earlier = kept_in(place, contract, before)
    counts = compare(delivery, asked, earlier, inputs.beside.reinstated.record_ids, fates)
    prefix = batch_prefix(contract.contract_id, week)
    keys = {
        "fates": publish_file(place.store, prefix, "fates", fates),
        "quarantined": publish_table(place.store, prefix, "quarantined", delivery.read.quarantine),
        **publish_parts(place.store, prefix, [room.records for room in delivery.rooms]),
    }
    if delivery.read.notes:
        said = "".join(f"{note}\n" for note in delivery.read.notes).encode()
        keys["reading"] = publish_bytes(place.store, prefix, "reading", "txt", said)
    keys |= _published_copies(place, contract, week, delivery, fates, counts)
    if inputs.beside.roster_key:
        keys["roster"] = inputs.beside.roster_key
    get_run_logger().info("%d kept, %d discarded", counts.kept, counts.lost)
    compared = tuple(batch.artefacts["fates"] for batch in before if "fates" in batch.artefacts)
    return Gates(counts, local_rows(fates, [room.records for room in delivery.rooms]), compared, keys)


def _published_copies(  # noqa: PLR0917 (a step of its own, for its length)
    place: Workspace, contract: Contract, week: int, delivery: ReadDelivery, fates: Path, counts: FateCounts
) -> dict[str, str]:
    """Which records are copies of which, and the sketches by which later weeks find copies of those kept."""
    prefix, keys = batch_prefix(contract.contract_id, week), {}
    for question in questions(contract):
        name = f"{SKETCHES}{question.code}"
        keys[name] = publish_table(place.store, prefix, name, kept_sketches(delivery, question, fates))
    if keys:
        twins = counts.twins.to_arrow().cast(TWINS)
        keys["twins"] = publish_table(place.store, prefix, "twins", twins)
    return keys


def batches_before(place: Workspace, contract: Contract, week: int) -> tuple[BatchRow, ...]:
    """The judgements a week of a contract is compared with: its programme's earlier ones, in their order."""
    before = judged_batches_before(place.books, contract.program, (week, contract.contract_id))
    return still_held(place.books, before)


def kept_in(place: Workspace, contract: Contract, before: tuple[BatchRow, ...]) -> Earlier:
    """The keys of all that the judgements `before` keep: the contract's own, and its programme's."""
    tables = [(batch.contract_id, _kept(place, batch)) for batch in before if "fates" in batch.artefacts]
    own = [table for contract_id, table in tables if contract_id == contract.contract_id]
    kept = tuple(_kept_batch(place, batch) for batch in before) if questions(contract) else ()
    return Earlier(_together(own), _together([table for _, table in tables]), kept)


def _kept_batch(place: Workspace, batch: BatchRow) -> KeptBatch:
    """What an earlier batch kept for questions about copies."""
    sketched = {name: key for name, key in batch.artefacts.items() if name.startswith(SKETCHES)}
    if not sketched:
        return KeptBatch(batch.contract_id, batch.week)
    rows = stored_rows(place.store, batch.artefacts)
    signed = {
        name.removeprefix(SKETCHES): Signed(_kept_sketches(place, key), rows.at)
        for name, key in sketched.items()
    }
    return KeptBatch(batch.contract_id, batch.week, signed)


def _kept_sketches(place: Workspace, key: str) -> pl.LazyFrame:
    """They stay in a file: those of a year may be larger than memory."""
    path = Path(tempfile.mkdtemp(dir=place.scratch)) / "sketches.parquet"
    with place.store.open(key) as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    made = (pq.read_schema(path).metadata or {}).get(b"sketch_version", b"unknown").decode()
    if made != str(SKETCH_VERSION):
        problem = f"these sketches are of version {made}, and version {SKETCH_VERSION} cannot be compared"
        raise NotReadyError(problem, key, fix="judge that week again: its texts are sketched anew")
    return pl.scan_parquet(path)


def _kept(place: Workspace, batch: BatchRow) -> pl.DataFrame:
    keys = stored_rows(place.store, batch.artefacts).kept_keys()
    return numbered(pl.DataFrame(pl.from_arrow(keys)))


def _together(tables: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([numbered(pl.DataFrame(schema=KEYS)), *tables])


def references_of(place: Workspace, contract: Contract, week: int, beside: Beside) -> References:
    """What the records of a week are compared with beside each other; `NotReadyError` where it is missing."""
    return References(
        _issued(place, contract, week),
        index_of(beside.evaluation) if beside.evaluation else None,
        dict(beside.roster.scores) if beside.roster else None,  # as worker processes can be told
    )


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
