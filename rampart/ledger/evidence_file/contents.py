"""What lies in an evidence file: breaches, verdicts, counts, files, discarded ids and the chain, as bytes.

Nothing in it tells when it was made, so that the same books give the same file. Ids and names of files are a
vendor's: cells that a spreadsheet would run are quoted (`rampart.ledger.feedback.inert`).
"""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rampart.ledger.canonical import canonical_json, moment
from rampart.ledger.chain import EventRow
from rampart.ledger.disputes import Dispute
from rampart.ledger.evidence_of import money_evidence, reason_evidence
from rampart.ledger.feedback.cells import inert
from rampart.ledger.read.breaches import BreachRow
from rampart.ledger.read.detail import BatchDetail

DISCARDED = ("record_id", "source_file", "source_line", "source_item", "reasons")
_LANDED = ("name", "role", "sha256", "bytes", "lines", "records", "accepted", "discarded", "quarantined")


@dataclass(frozen=True)
class Breach:
    """A breach with the text of its clause, as the version in force then has it."""

    row: BreachRow
    clause_text: str


def told(breach: Breach) -> dict[str, Any]:
    """A breach in the types of JSON."""
    row, verdict = breach.row, breach.row.verdict
    return {
        "contract_id": row.contract.contract_id,
        "vendor": row.contract.vendor_name,
        "version": row.contract.version,
        "contract_digest": row.contract.digest,
        "week": row.week,
        "revision": row.revision,
        "state": row.state,
        "as_of": moment(row.as_of),
        "clause": verdict.spec.clause,
        "clause_text": breach.clause_text,
        "metric": verdict.spec.metric,
        "observed": verdict.observed,
        "low": verdict.low,
        "high": verdict.high,
        "threshold": verdict.spec.threshold,
        "n": verdict.n,
        "consequence": verdict.spec.consequence,
        "reason": verdict.reason,
        "decision": _decision(row),
        "disputes": [_dispute(one) for one in row.disputes],
        "money": {
            "amount": f"{row.amount:f}",
            "credited": f"{row.credited:f}",
            "paid": row.paid,
            "currency": row.contract.currency,
            "said": money_said(row),
        },
        "evidence": list(row.evidence),
    }


def money_said(row: BreachRow) -> str:
    """What became of the money, in words: it is that of the whole judgement, whichever clauses failed."""
    if row.verdict.spec.consequence == "none":
        return "no money follows from it"
    amount = f"the judgement's {row.amount:,f} {row.contract.currency}"
    if row.state == "superseded":
        return "replaced by a later judgement: nothing is payable under this one"
    if row.paid:
        return f"{amount} are payable, {row.credited:,f} of credits taken off"
    if row.state in ("held", "rejected"):
        return f"{amount} are withheld" if row.state == "held" else f"{amount} are not payable"
    return "nothing judged yet"


def _decision(row: BreachRow) -> dict[str, Any] | None:
    if row.decision is None:
        return None
    said = asdict(row.decision)
    return {**said, "as_of": moment(row.decision.as_of)}


def week_folder(week: int, revision: int) -> str:
    """Where a judgement's files lie in the evidence file."""
    return f"weeks/week-{week:02d}-revision-{revision}"


def judgement_files(detail: BatchDetail) -> dict[str, bytes]:
    """Verdicts, counts and the digests of the landed files of one judgement."""
    counts = {
        "state": detail.batch.state,
        "reason": detail.batch.state_reason,
        "contract_digest": detail.batch.contract_digest,
        "delivery_id": detail.batch.delivery_id,
        "rules_digest": detail.batch.rules_digest,
        "replaces": detail.batch.replaces,
        "reasons": [
            {**asdict(reason), "evidence": reason_evidence(detail, reason.code)} for reason in detail.reasons
        ],
        "money": [
            {
                **asdict(line),
                "unit_price": f"{line.unit_price:f}",
                "amount": f"{line.amount:f}",
                "evidence": money_evidence(detail, line),
            }
            for line in detail.money
        ],
    }
    verdicts = [asdict(verdict) for verdict in detail.verdicts]
    files = ({name: getattr(file, name) for name in _LANDED} for file in detail.files)
    return {
        "verdicts.json": as_json(verdicts),
        "counts.json": as_json(counts),
        "landed.csv": as_csv(_LANDED, files),
    }


def chain_file(events: Iterable[EventRow]) -> bytes:
    """The events of a stream as JSON lines, with all that is hashed."""
    return "".join(
        canonical_json(
            {
                "stream": event.stream,
                "seq": event.seq,
                "kind": event.kind,
                "as_of": moment(event.as_of),
                "payload": canonical_json(event.payload),
                "prev_hash": event.prev_hash,
                "hash": event.hash,
            }
        )
        + "\n"
        for event in events
    ).encode()


def discarded_file(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Ids, places and reasons of discarded records; no text."""
    return as_csv(DISCARDED, ({**row, "reasons": " ".join(row["reasons"])} for row in rows))


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """A table that no spreadsheet runs."""
    sink = io.StringIO(newline="")
    writer = csv.writer(sink, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(columns)
    writer.writerows([inert(row[name]) for name in columns] for row in rows)
    return sink.getvalue().encode()


def _dispute(one: Dispute) -> dict[str, object]:
    told = {name: value for name, value in asdict(one).items() if name != "object_key"}
    return {name: moment(v) if isinstance(v, datetime) else v for name, v in told.items()}


def as_json(value: Any) -> bytes:
    """ASCII, so that no control character of a vendor's meets a terminal."""
    return (json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def checker() -> bytes:
    """The program that checks an unpacked evidence file."""
    return Path(__file__).with_name("check.py").read_bytes()
