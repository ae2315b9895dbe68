"""What a dispute contests, record by record, from the store: its reasons now, and what the vendor says."""

import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rampart.delivery.dispute_file import read_dispute
from rampart.delivery.errors import UnreadableFileError
from rampart.ledger.disputes import Dispute
from rampart.records.fates import FATES


@dataclass(frozen=True)
class Contest:
    """One contested record: why it was discarded (codes, in their order), and what the vendor says."""

    record_id: str
    reasons: tuple[str, ...]
    claim: str


def contested(dispute: Dispute, file: bytes, discards: pa.Table) -> tuple[Contest, ...]:
    """What a dispute contests, in the vendor's order.

    Args:
        dispute: which.
        file: the bytes of its file.
        discards: of the judgement on the books, with `record_id` and `reasons`. A record that is not among
            them, because it was reinstated since, has no reasons.
    """
    read = read_dispute(file, dispute.object_key)
    wanted = pa.array([one.record_id for one in read.contested], pa.string())
    found = discards.filter(pc.is_in(discards["record_id"], wanted)).select(["record_id", "reasons"])
    reasons = {row["record_id"]: tuple(row["reasons"]) for row in found.to_pylist()}
    return tuple(Contest(one.record_id, reasons.get(one.record_id, ()), one.claim) for one in read.contested)


def discards_in(fates: bytes | None, key: str) -> pa.Table:
    """`record_id` and `reasons` of the discards in a table of fates (`FATES`); none where there is no table.

    `UnreadableFileError` where its bytes, stored under `key`, are damaged.
    """
    columns = ["record_id", "reasons", "reason_mask"]
    if fates is None:
        return FATES.empty_table().select(columns)
    try:
        table = pq.read_table(io.BytesIO(fates), columns=columns)
    except (pa.ArrowException, OSError) as error:
        fix = "restore it from a backup, or judge the week again from its landed files"
        raise UnreadableFileError(f"not a whole Parquet file: {error}", file=key, fix=fix) from error
    return table.filter(pc.not_equal(table["reason_mask"], pa.scalar(0, pa.uint64())))
