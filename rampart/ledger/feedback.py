"""The feedback pack: what a vendor is told about a delivery, and nothing else.

It names records by the vendor's own ids and says every reason with its clause and fix. It holds no text of
the work beyond the start of a value that could not be read, no annotator and nothing of another vendor. What
a vendor put into an id must not run anywhere: cells that look like formulas are quoted (OWASP, CSV
injection), control characters are spelt out, and names enter Markdown escaped.
"""

import csv
import html
import io
import json
from decimal import Decimal

import pyarrow as pa

from contracts.model import Contract
from rampart.delivery.errors import printable
from rampart.ledger.outcome import Settlement
from rampart.ledger.reckoning import if_accepted
from rampart.records.reasons import BY_CODE

# Also the full-width forms, which some spreadsheets read as the ASCII ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
LONGEST_CELL = 32_000  # characters; spreadsheets hold 32,767
COLUMNS = ("record_id", "source_file", "source_line", "source_item", "reasons")


def feedback_pack(
    contract: Contract, week: int, settlement: Settlement, discarded: pa.Table, quarantine: pa.Table
) -> dict[str, bytes]:
    """File name → bytes: summary.md, discarded.jsonl, discarded.csv and quarantined.jsonl."""
    rows = discarded.select(COLUMNS).to_pylist()
    lines = [_line(row) for row in quarantine.to_pylist()]
    return {
        "summary.md": _summary(contract, week, settlement).encode(),
        "discarded.jsonl": _jsonl(rows),
        "discarded.csv": _csv(rows),
        "quarantined.jsonl": _jsonl(lines),
    }


def _line(row: dict[str, object]) -> dict[str, object]:
    """One quarantined line: where it is, and the sentence that says what was expected there."""
    return {name: row[name] for name in ("source_file", "source_line", "source_item", "code", "problem")}


def _jsonl(rows: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _csv(rows: list[dict[str, object]]) -> bytes:
    sink = io.StringIO(newline="")
    # Text in quotes throughout: otherwise a reader that splits at semicolons finds a formula inside an id.
    writer = csv.writer(sink, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(COLUMNS)
    for row in rows:
        reasons = row["reasons"] if isinstance(row["reasons"], list) else []
        cells = [row[name] for name in COLUMNS[:-1]]
        writer.writerow([*map(inert, cells), " ".join(map(str, reasons))])
    return sink.getvalue().encode()


def inert(cell: object) -> object:
    """`cell`, with formulas a spreadsheet would run quoted, and what a terminal would obey spelt out."""
    if not isinstance(cell, str):
        return cell
    return ("'" if cell.startswith(FORMULA_STARTS) else "") + printable(cell, LONGEST_CELL)


def _summary(contract: Contract, week: int, settlement: Settlement) -> str:
    delivered = sum(file.records for file in settlement.files if file.role == "rows")
    quarantined = sum(file.quarantined for file in settlement.files if file.role == "rows")
    beside = sum(file.quarantined for file in settlement.files if file.role == "items")
    vendor = html.escape(printable(contract.vendor.name))
    parts = [
        f"# {vendor}: week {week}, {settlement.state.replace('_', ' ')}",
        f"Verdict: {settlement.reason}.",
        f"Delivered {delivered} judgements: {settlement.accepted} accepted, "
        f"{settlement.discarded} discarded, {quarantined} unreadable."
        + (f" In the joined files {beside} rows are unreadable." if beside else ""),
    ]
    if settlement.reasons:
        parts.append("## What to fix first\n\n" + "\n".join(_fixes(settlement)))
    money = "\n".join(
        f"- {line.kind.replace('_', ' ')}: {line.units} x {line.unit_price} = {line.amount} {line.currency} "
        f"(clause `{line.clause}`)"
        for line in if_accepted(settlement.money)
    )
    total = sum((line.amount for line in if_accepted(settlement.money)), Decimal(0))
    payable = "" if settlement.state.startswith("accepted") else " (not payable in this state)"
    parts.append(f"## Money{payable}\n\n{money}\n- total: {total} {contract.ramp.currency}")
    return "\n\n".join(parts) + "\n"


def _fixes(settlement: Settlement) -> list[str]:
    by_count = sorted(settlement.reasons, key=lambda reason: (-reason.first, BY_CODE[reason.code].bit))
    return [
        f"- {reason.any} x {BY_CODE[reason.code].sentence} {BY_CODE[reason.code].fix} "
        f"(`{reason.code}`, clause `{BY_CODE[reason.code].clause}`; first reason of {reason.first})"
        for reason in by_count
    ]
