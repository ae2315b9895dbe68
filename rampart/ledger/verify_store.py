"""`rampart verify`, the store's part: do the published rows agree with the books, row by row?

Invariant 1 asks that each delivered row is in exactly one of accepted, discarded and quarantined; invariant 4
that landed bytes never change; invariant 6 that a reward model's files are there.
"""

import hashlib
from collections.abc import Iterator

import polars as pl
from sqlalchemy import Engine

from rampart.delivery.errors import DeliveryError
from rampart.delivery.landing import landed_key
from rampart.delivery.store import ObjectStore
from rampart.delivery.tables import fetch_table
from rampart.ledger.outcome import FileCount
from rampart.ledger.read import BatchDetail, batch_detail, programs, ramp_rows, rm_rows
from rampart.ledger.verify import Violation

FATES = ("accepted", "discarded", "quarantined")
PLACE = ["source_file", "source_line", "source_item"]


def verify_store(engine: Engine, store: ObjectStore) -> tuple[Violation, ...]:
    """Everything published that disagrees with the books; empty when all is in order."""
    return (*_batches(engine, store), *_models(engine, store))


def _batches(engine: Engine, store: ObjectStore) -> Iterator[Violation]:
    for row in ramp_rows(engine):
        if row.revision is None:
            continue
        detail = batch_detail(engine, row.contract_id, row.week, row.revision)
        if detail.batch.settled:
            try:
                yield from _batch(detail, store)
            except DeliveryError as error:
                yield Violation(1, str(detail.batch.key), str(error))


def _batch(detail: BatchDetail, store: ObjectStore) -> Iterator[Violation]:
    subject = str(detail.batch.key)
    rows = _places(detail, store)
    for place in rows.filter(pl.struct(PLACE).is_duplicated()).select(PLACE).unique().head(5).iter_rows():
        yield Violation(1, subject, f"{place[0]} line {place[1]} item {place[2]} is counted more than once")
    for file in detail.files:
        if problem := _file_problem(file, rows.filter(pl.col("source_file") == file.name)):
            yield Violation(1, subject, f"{file.name}: {problem}")
        if _sha256(store, landed_key(file.sha256)) != file.sha256:
            yield Violation(4, subject, f"the landed bytes of {file.name} are not what they were")


def _places(detail: BatchDetail, store: ObjectStore) -> pl.DataFrame:
    """(file, line, item, fate) of every row published for the batch."""
    frames = [
        pl.DataFrame(pl.from_arrow(fetch_table(store, detail.artefacts[fate]).select(PLACE))).with_columns(
            fate=pl.lit(fate)
        )
        for fate in FATES
    ]
    return pl.concat(frames)


def _file_problem(file: FileCount, rows: pl.DataFrame) -> str | None:
    found = {fate: rows.filter(pl.col("fate") == fate).height for fate in FATES}
    booked = {"accepted": file.accepted, "discarded": file.discarded, "quarantined": file.quarantined}
    if found != booked:
        return f"published {found}, booked {booked}"
    lines = rows["source_line"].n_unique()
    if file.role == "rows" and lines != file.lines:
        return f"{file.lines} lines hold data, {lines} of them are accounted for"
    return None


def _sha256(store: ObjectStore, key: str) -> str:
    digest = hashlib.sha256()
    with store.open(key) as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _models(engine: Engine, store: ObjectStore) -> Iterator[Violation]:
    for program in programs(engine):
        for model in rm_rows(engine, program):
            for name, key in model.artefacts.items():
                if not store.exists(key):
                    yield Violation(
                        6, f"{program} v{model.version}", f"its {name} is not in the store ({key})"
                    )
