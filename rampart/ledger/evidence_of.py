"""The records behind a line of money and behind a reason's count, as addresses of evidence."""

from rampart.ledger.outcome import MoneyLine
from rampart.ledger.read.detail import BatchDetail
from rampart.records.evidence import Condition, in_books, in_store

OF_NO_RECORD = ("credit_short", "credit_late", "credit_rejected")  # of what never came, or of the whole week
OF_DISCARDS = ("credit_discards", "discarded_units")


def money_evidence(detail: BatchDetail, line: MoneyLine) -> str:
    """The records that a line of money is for: those kept, those lost, or, of what never came, the files."""
    key, batch = detail.artefacts.get("fates"), detail.batch
    if key is None or line.kind in OF_NO_RECORD:
        return in_books(batch.contract_id, batch.week, batch.revision, "files")
    return in_store(key, Condition("reason_mask", "0", holds=line.kind not in OF_DISCARDS))


def reason_evidence(detail: BatchDetail, code: str) -> str:
    """The records that were discarded for a reason, first or not."""
    key, batch = detail.artefacts.get("fates"), detail.batch
    if key is None:
        return in_books(batch.contract_id, batch.week, batch.revision, "reasons", code=code)
    return in_store(key, Condition("reasons", code))
