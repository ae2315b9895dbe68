"""`rampart verify`, the store's part: do the published rows agree with the books, row by row?

Invariant 1 asks that each delivered row is in exactly one of accepted, discarded and quarantined; invariant 4
that what was landed or published never changes, superseded revisions included; invariant 6 that a reward
model's files are there.
"""

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
from sqlalchemy import Engine

from rampart.delivery.errors import DeliveryError, UnreadableFileError
from rampart.delivery.judged_rows import stored_rows
from rampart.delivery.landing import landed_key
from rampart.delivery.store import ObjectStore, sha256_of
from rampart.delivery.tables import fetch_table
from rampart.ledger.deletion.said import closed_weeks, deletions
from rampart.ledger.hashed import promised_digest
from rampart.ledger.models import file_digests
from rampart.ledger.notices import notice, notice_key
from rampart.ledger.outbox import sent
from rampart.ledger.outcome import FileCount
from rampart.ledger.read import BatchDetail, batch_detail, programs, ramp_rows, rm_rows
from rampart.ledger.verify import Violation
from rampart.records.fates import PLACE

PLACES_OF_ROWS = ("accepted", "discarded", "quarantined")


def verify_store(engine: Engine, store: ObjectStore) -> tuple[Violation, ...]:
    """Everything published that disagrees with the books; empty when all is in order."""
    return (*_batches(engine, store), *_models(engine, store), *_notices(engine, store))


def _batches(engine: Engine, store: ObjectStore) -> Iterator[Violation]:
    closed = closed_weeks(deletions(engine))
    newest = {(row.contract_id, row.week): row.revision for row in ramp_rows(engine) if row.revision}
    for (contract_id, week), last in newest.items():
        if (contract_id, week) in closed:  # its rows are gone; what was promised instead is checked elsewhere
            continue
        for revision in range(1, last + 1):
            detail = batch_detail(engine, contract_id, week, revision)
            if detail.artefacts:  # none before a revision is settled
                yield from _batch(detail, store)


def _batch(detail: BatchDetail, store: ObjectStore) -> Iterator[Violation]:
    subject = str(detail.batch.key)
    for what, key, digest in _promised(detail):
        if problem := _damage(store, what, key, digest):
            yield Violation(4, subject, problem)
    try:
        rows = _places(detail, store)
    except (DeliveryError, pa.ArrowException, KeyError) as error:
        yield Violation(1, subject, f"its rows cannot be counted again: {error}")
        return
    yield from (Violation(1, subject, problem) for problem in _row_problems(detail, rows))


def _promised(detail: BatchDetail) -> Iterator[tuple[str, str, str]]:
    """(what it is, key, SHA-256 or its start) of everything the batch rests on."""
    for name, key in detail.artefacts.items():
        yield f"the published {name}", key, _start_in(key)
    for file in detail.files:
        yield f"the landed {file.name}", landed_key(file.sha256), file.sha256


def _start_in(key: str) -> str:
    """The start of the SHA-256 a key carries; empty where it carries none."""
    return promised_digest(key) or ""


def _damage(store: ObjectStore, what: str, key: str, digest: str) -> str | None:
    """Is the object under `key` still the one whose SHA-256 starts with `digest`?"""
    try:
        with store.open(key) as stream:
            same = sha256_of(stream).startswith(digest)
    except DeliveryError as error:
        return f"{what} cannot be read: {error}"
    return None if same else f"{what} does not hold the bytes it held ({key})"


def _places(detail: BatchDetail, store: ObjectStore) -> pl.DataFrame:
    """(file, line, item, fate) of every row published for the batch."""
    accepted, discarded, quarantined = PLACES_OF_ROWS
    kept = pl.when(pl.col("reason_mask") == 0).then(pl.lit(accepted)).otherwise(pl.lit(discarded))
    rows = stored_rows(store, detail.artefacts)
    named = ["record_id", *PLACE]
    judged = pl.DataFrame(pl.from_arrow(rows.fates([*named, "reason_mask"])))
    if not pl.DataFrame(pl.from_arrow(rows.readable(named))).equals(judged.select(named)):
        raise UnreadableFileError("the records are not those that have fates", detail.artefacts["fates"])
    aside = pl.DataFrame(pl.from_arrow(fetch_table(store, detail.artefacts["quarantined"], PLACE)))
    return pl.concat([judged.select(*PLACE, fate=kept), aside.with_columns(fate=pl.lit(quarantined))])


def _row_problems(detail: BatchDetail, rows: pl.DataFrame) -> Iterator[str]:
    """Invariant 1, row by row: each in one fate, each of a booked file, as many as were booked."""
    twice = rows.filter(pl.struct(PLACE).is_duplicated()).select(PLACE).unique().sort(PLACE)
    for file, line, item in twice.head(5).iter_rows():
        yield f"{file} line {line} item {item} is counted more than once"
    booked = {file.name for file in detail.files}
    for name in sorted(set(rows["source_file"]) - booked):
        yield f"{name} has rows, but is not booked as a file of the delivery"
    for file in detail.files:
        if problem := _file_problem(file, rows.filter(pl.col("source_file") == file.name)):
            yield f"{file.name}: {problem}"


def _file_problem(file: FileCount, rows: pl.DataFrame) -> str | None:
    found = {fate: rows.filter(pl.col("fate") == fate).height for fate in PLACES_OF_ROWS}
    booked = {"accepted": file.accepted, "discarded": file.discarded, "quarantined": file.quarantined}
    if found != booked:
        return f"published {found}, booked {booked}"
    lines = rows["source_line"].n_unique()
    if file.role == "rows" and lines != file.lines:
        return f"{file.lines} lines hold data, {lines} of them are accounted for"
    return None


def _notices(engine: Engine, store: ObjectStore) -> Iterator[Violation]:
    """A notice that was sent reads as its row says."""
    for row in sent(engine):
        try:
            same = store.get(notice_key(row.id)) == notice(row)
        except DeliveryError as error:
            yield Violation(4, str(row), f"its notice cannot be read: {error}")
            continue
        if not same:
            yield Violation(4, str(row), f"its notice is not what was sent ({notice_key(row.id)})")


def _models(engine: Engine, store: ObjectStore) -> Iterator[Violation]:
    written = file_digests(engine)
    deleted = {one.key for gone in deletions(engine) for one in gone.objects}
    for program in programs(engine):
        for model in rm_rows(engine, program):
            for name, key in model.artefacts.items():
                if key in deleted:
                    continue
                if problem := _model_damage(
                    store, name, key, written.get((program, model.version, name), "")
                ):
                    yield Violation(6, f"{program} v{model.version}", problem)


def _model_damage(store: ObjectStore, name: str, key: str, sha256: str) -> str | None:
    if not store.exists(key):
        return f"its {name} is not in the store ({key})"
    return _damage(store, f"its {name}", key, sha256)
