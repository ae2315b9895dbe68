"""A vendor's dispute: taken in against what was discarded, shown, and ruled on."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from contracts.model import Contract
from quality.gates.reinstated import kept_already
from quality.gates.told import told_discards
from rampart.delivery.dispute_file import DisputeError, read_dispute
from rampart.delivery.judged_rows import stored_rows
from rampart.delivery.tables import batch_prefix, publish_bytes
from rampart.ledger.batch_rows import EVERYTHING, BatchRow, current_batch, judged_batches_before
from rampart.ledger.contested import Contest, contested
from rampart.ledger.deadlines import end_of, judged_at
from rampart.ledger.deletion.said import deletion_of, still_held
from rampart.ledger.disputes import (
    Dispute,
    Ruling,
    contestable,
    dispute_named,
    disputes,
    open_dispute,
    refuse_dispute,
    reinstatements,
    rule_on,
)
from rampart.ledger.engine import reading
from rampart.ledger.errors import DeliveryConflictError, DisputeStateError
from rampart.records.fates import FATES
from rampart.records.identity import KEYS
from tasks.workspace import Workspace, terms_of


def take_dispute(  # noqa: PLR0917 (what is contested, by which file, when)
    place: Workspace, contract_id: str, week: int, data: bytes, file: str, as_of: datetime
) -> Dispute:
    """Keep a vendor's dispute and open it on the books. The same file again changes nothing.

    Args:
        place: the workspace.
        contract_id: whose week is contested.
        week: the contract week, from 1.
        data: the dispute file's bytes.
        file: its name, for errors.
        as_of: business time of the entry.

    Raises:
        DisputeError: a line cannot be read, or names a record that was not discarded exactly once, or one
            that is paid for already.
        UnknownBatchError: the week is not on the books.
        DisputeStateError: the week is not judged, or the contract does not let its discards be contested, or
            not so late; that is written into the books too.
        DeliveryConflictError: the week's data were deleted.
    """
    found = read_dispute(data, file)
    on_the_books = current_batch(place.books, contract_id, week)
    for known in disputes(place.books, contract_id, week):
        if on_the_books and (known.dispute_id, known.delivery_id) == (found.digest, on_the_books.delivery_id):
            return known  # also while the week is judged anew
    batch = contestable(place.books, contract_id, week)
    terms = terms_of(batch.contract_digest, place)
    if problem := _not_agreed(place, batch, terms, as_of):
        refuse_dispute(place.books, batch.key, found.digest, problem, as_of)
        raise DisputeStateError(problem)
    _must_be_told(place, batch, found.record_ids, file)
    must_not_be_kept(place, batch, found.record_ids, file)
    key = publish_bytes(place.store, batch_prefix(contract_id, week), "dispute", "jsonl", data)
    answer_by = end_of(as_of, terms.disputes.answer_within_days, terms.term.timezone)
    delivery_id, records = batch.delivery_id or "", len(found.record_ids)
    dispute = Dispute(found.digest, contract_id, week, delivery_id, records, key, answer_by=answer_by)
    return open_dispute(place.books, dispute, as_of)


def rule(  # noqa: PLR0917 (reads as the sentence it writes down)
    place: Workspace,
    contract_id: str,
    week: int,
    dispute_id: str,
    ruling: Ruling,
    by: str,
    reason: str,
    as_of: datetime,
) -> Dispute:
    """Reinstate what a dispute contests, or uphold the discards; see `rule_on`.

    Raises what `rule_on` does, and `DisputeError` where a contested record is paid for already.
    """
    dispute = dispute_named(place.books, contract_id, week, dispute_id)
    batch = current_batch(place.books, contract_id, week)
    stands = batch is not None and batch.delivery_id == dispute.delivery_id
    if batch and stands and ruling == "reinstated" and dispute.ruling is None:
        must_not_be_kept(place, batch, contested_ids(place, dispute), str(dispute))
    return rule_on(
        place.books,
        contract_id,
        week,
        dispute.dispute_id,
        ruling,
        by,
        reason,
        as_of,
        lifted_by=lambda digest: terms_of(digest, place).holds.lifted_by,
    )


def contests(place: Workspace, dispute: Dispute) -> tuple[Contest, ...]:
    """What a dispute contests, in the vendor's order; reasons are those of the judgement on the books.

    A record that was reinstated since has none. `DeliveryConflictError` where the week's data were deleted.
    """
    if gone := deletion_of(place.books, dispute.contract_id, dispute.week):
        raise DeliveryConflictError(gone.sentence(dispute.week))
    batch = current_batch(place.books, dispute.contract_id, dispute.week)
    judged = batch is not None and batch.settled
    lost = stored_rows(place.store, batch.artefacts).discards() if batch and judged else FATES.empty_table()
    return contested(dispute, place.store.get(dispute.object_key), lost)


def contested_ids(place: Workspace, dispute: Dispute) -> tuple[str, ...]:
    """Ids of the records a dispute contests, in the vendor's order."""
    return read_dispute(place.store.get(dispute.object_key), dispute.object_key).record_ids


def _not_agreed(place: Workspace, batch: BatchRow, terms: Contract, as_of: datetime) -> str:
    """Why the contract does not let discards of a judgement be contested at `as_of`; empty where it does."""
    if "gate" not in terms.disputes.counts:
        return f"{batch.key}: the contract does not let discards be disputed (disputes.counts has no `gate`)"
    with reading(place.books) as session:
        begun = judged_at(session, batch.key)
    days = terms.disputes.within_days
    if begun is None or as_of < (end := end_of(begun, days, terms.term.timezone)):
        return ""
    return (
        f"{batch.key}: discards may be disputed until {end:%Y-%m-%d %H:%M} UTC, {days} days after the "
        f"feedback pack of {begun:%Y-%m-%d} (disputes.within_days); this came {as_of:%Y-%m-%d %H:%M} UTC; "
        "if it came earlier and is only entered now, say when (--as-of)"
    )


def _must_be_told(place: Workspace, batch: BatchRow, record_ids: Iterable[str], file: str) -> None:
    """Whoever contests what no pack lists gets the answer for an accepted record, whatever became of it."""
    told = told_discards(stored_rows(place.store, batch.artefacts), terms_of(batch.contract_digest, place))
    lost = Counter(told["record_id"].to_pylist())
    for record_id in record_ids:
        if (times := lost[record_id]) != 1:
            found = f"{times} discarded records have" if times else "no discarded record has"
            raise DisputeError(
                f"{found} the id {record_id!r} in {batch.key}",
                file,
                fix="contest records by the ids of the feedback pack, those that name one record",
            )


def must_not_be_kept(
    place: Workspace, batch: BatchRow, record_ids: Iterable[str], file: str, *, elsewhere: bool = False
) -> None:
    """`DisputeError` for a record that another kept one repeats: reinstated, it would be paid for twice.

    What earlier rulings reinstated counts as kept. `elsewhere` looks at the other weeks only.
    """
    terms = terms_of(batch.contract_digest, place)
    others = judged_batches_before(place.books, batch.program, EVERYTHING)
    standing = [
        other
        for other in still_held(place.books, others)
        if other.contract_id == batch.contract_id and (other.week != batch.week or not elsewhere)
    ]
    wanted = set(record_ids)
    if not elsewhere:
        for dispute in reinstatements(place.books, batch.contract_id, batch.delivery_id or ""):
            wanted.update(contested_ids(place, dispute))
    lost = stored_rows(place.store, batch.artefacts).discarded()
    rows = lost.filter(pc.is_in(lost["record_id"], pa.array(sorted(wanted), pa.string())))
    repeated = set(kept_already(rows, _keys(place, standing), terms))
    if twice := [record_id for record_id in record_ids if record_id in repeated]:
        raise DisputeError(
            f"record {twice[0]!r} of {batch.key} is kept elsewhere already, under its id or as the same "
            f"judgement; {len(twice):,} of the contested records are such",
            file,
            fix="leave them out: a judgement is paid for once",
        )


def _keys(place: Workspace, batches: Iterable[BatchRow]) -> pl.DataFrame:
    """The keys (`KEYS`) of all that these judgements keep."""
    tables = (stored_rows(place.store, batch.artefacts).kept_keys() for batch in batches)
    return pl.concat([pl.DataFrame(schema=KEYS), *(pl.DataFrame(pl.from_arrow(table)) for table in tables)])
