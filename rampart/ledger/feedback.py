"""The feedback pack: what a vendor is told about a delivery, and nothing else.

It names records by the vendor's own ids and says every reason with its clause and fix. It holds no text of
the work and nothing of another vendor. A spreadsheet must not run what a vendor put into an id, so cells that
look like formulas are quoted (OWASP, CSV injection).
"""

import csv
import io
import json

import pyarrow as pa

from contracts.model import Contract
from rampart.ledger.outcome import Settlement
from rampart.records.reasons import BY_CODE

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = ("record_id", "source_file", "source_line", "source_item", "reasons")


def feedback_pack(
    contract: Contract, week: int, settlement: Settlement, discarded: pa.Table, quarantine: pa.Table
) -> dict[str, bytes]:
    """File name → bytes: summary.md, discarded.jsonl, discarded.csv and quarantined.jsonl."""
    rows = discarded.select(COLUMNS).to_pylist()
    lines = quarantine.select(["source_file", "source_line", "source_item", "code", "problem"]).to_pylist()
    return {
        "summary.md": _summary(contract, week, settlement).encode(),
        "discarded.jsonl": _jsonl(rows),
        "discarded.csv": _csv(rows),
        "quarantined.jsonl": _jsonl(lines),
    }


def _jsonl(rows: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _csv(rows: list[dict[str, object]]) -> bytes:
    sink = io.StringIO(newline="")
    writer = csv.writer(sink)
    writer.writerow(COLUMNS)
    for row in rows:
        reasons = row["reasons"] if isinstance(row["reasons"], list) else []
        cells = [row[name] for name in COLUMNS[:-1]]
        writer.writerow([*map(inert, cells), " ".join(map(str, reasons))])
    return sink.getvalue().encode()


def inert(cell: object) -> object:
    """`cell`, with text a spreadsheet would run as a formula quoted."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _summary(contract: Contract, week: int, settlement: Settlement) -> str:
    delivered = sum(file.records for file in settlement.files if file.role == "rows")
    quarantined = sum(file.quarantined for file in settlement.files)
    parts = [
        f"# {contract.vendor.name}: week {week}, {settlement.state.replace('_', ' ')}",
        f"{settlement.reason[:1].upper()}{settlement.reason[1:]}.",
        f"Delivered {delivered} judgements: {settlement.accepted} accepted, "
        f"{settlement.discarded} discarded, {quarantined} unreadable.",
    ]
    if settlement.reasons:
        parts.append("## What to fix first\n\n" + "\n".join(_fixes(settlement)))
    money = "\n".join(
        f"- {line.kind.replace('_', ' ')}: {line.units} x {line.unit_price} = {line.amount} {line.currency} "
        f"(clause `{line.clause}`)"
        for line in settlement.money
    )
    payable = "" if settlement.state.startswith("accepted") else " (not payable in this state)"
    parts.append(f"## Money{payable}\n\n{money}")
    return "\n\n".join(parts) + "\n"


def _fixes(settlement: Settlement) -> list[str]:
    by_count = sorted(settlement.reasons, key=lambda reason: (-reason.first, BY_CODE[reason.code].bit))
    return [
        f"- {reason.any} x {BY_CODE[reason.code].sentence} {BY_CODE[reason.code].fix} "
        f"(`{reason.code}`, clause `{BY_CODE[reason.code].clause}`; first reason of {reason.first})"
        for reason in by_count
    ]
