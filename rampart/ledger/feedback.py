"""The feedback pack: what a vendor is told about a delivery, and nothing else.

It names records by the vendor's own ids and says every reason with its clause and fix. It holds no text of
the work, no annotator and nothing of another vendor. A spreadsheet must not run what a vendor put into an id,
so cells that look like formulas are quoted (OWASP, CSV injection).
"""

import csv
import io
import json
import re
from decimal import Decimal

import pyarrow as pa

from contracts.model import Contract
from rampart.ledger.outcome import Settlement
from rampart.records.reasons import BY_CODE

# Also the full-width forms, which some spreadsheets read as the ASCII ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
COLUMNS = ("record_id", "source_file", "source_line", "source_item", "reasons")
# What a reader says about a line is made of our words; anything else may repeat what the vendor wrote.
_IN_OUR_WORDS = "unreadable_line"
_PROBLEMS = {
    "unreadable_field": "A field is not what the contract reads there.",
    "no_judgement": "The row holds no judgement where the contract looks for one.",
    "join_missing": "The row's partner is not in the joined file.",
    "duplicate_key": "An earlier row has the same join key.",
}
_FIELD = re.compile(r"([a-z_][a-z0-9_.\[\]]*): ")


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
    """One quarantined line: where it is, which field of the contract fails, and how."""
    code, problem = str(row["code"]), str(row["problem"])
    found = _FIELD.match(problem)
    field = found[1] if found and code == "unreadable_field" else None
    place = {name: row[name] for name in ("source_file", "source_line", "source_item")}
    said = problem if code == _IN_OUR_WORDS else _PROBLEMS.get(code, "The line cannot be read as a record.")
    return {**place, "code": code, "field": field, "problem": said}


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
    """`cell`, with text a spreadsheet would run as a formula quoted."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _summary(contract: Contract, week: int, settlement: Settlement) -> str:
    delivered = sum(file.records for file in settlement.files if file.role == "rows")
    quarantined = sum(file.quarantined for file in settlement.files if file.role == "rows")
    beside = sum(file.quarantined for file in settlement.files if file.role == "items")
    parts = [
        f"# {contract.vendor.name}: week {week}, {settlement.state.replace('_', ' ')}",
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
        for line in settlement.money
    )
    total = sum((line.amount for line in settlement.money), Decimal(0))
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
