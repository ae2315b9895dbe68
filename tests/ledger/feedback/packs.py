"""Packs made from a few records, and read back as a vendor reads them."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa

from contracts.model import Contract
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from quality.gates.told import told_of
from rampart.delivery.judged_rows import JudgedRows
from rampart.ledger.feedback.figures import Counts
from rampart.ledger.feedback.pack import feedback_pack
from rampart.ledger.outcome import Settlement
from rampart.records.canonical import QUARANTINE
from rampart.records.fates import FATES, codes_of
from tests.ledger.books import outcome, terms
from tests.quality.gates import delivered

SAID = "something only the work itself says"
ANNOTATOR = "worker-0815"
HASTE = delivered.terms({"min_duration_s": 30})


def judged(*rows: dict[str, Any], contract: Contract = HASTE) -> JudgedRows:
    """Records as judged under a contract, in memory."""
    records = delivered.table(*rows)
    gated = gate_records(records, contract, 1, Earlier())
    masks = gated.masks.to_arrow()
    columns = {name: records[name] for name in ("record_id", "source_file", "source_line", "source_item")}
    columns |= {"reason_mask": masks, "flag_mask": gated.flags.to_arrow(), "reasons": codes_of(masks)}
    keys = {name: gated.keys[name].to_arrow().cast(pa.string()) for name in ("exact_key", "work_key")}
    fates = pa.table(columns | keys, schema=FATES)
    return JudgedRows(
        lambda asked: fates.select(asked or FATES.names),
        (lambda asked: records.select(asked or records.schema.names),),
    )


def hasty(**changes: Any) -> dict[str, Any]:
    """A discarded record full of what must stay inside."""
    told: dict[str, Any] = {
        "prompt": [{"role": "user", "content": SAID}],
        "responses": [delivered.response(SAID), delivered.response(f"{SAID}!")],
        "rationale": SAID,
        "raw_label": json.dumps(SAID),
        "annotator_id": ANNOTATOR,
        "duration_s": 1.0,
    }
    return delivered.record(**{**told, **changes})


def quarantine(*entries: tuple[str, str]) -> pa.Table:
    """Unreadable lines, as (code, problem)."""
    rows = [
        {
            "source_file": "rows.jsonl",
            "source_line": line,
            "source_item": -1,
            "code": code,
            "problem": problem,
            "excerpt": SAID,
        }
        for line, (code, problem) in enumerate(entries, start=1)
    ]
    return pa.Table.from_pylist(rows, QUARANTINE)


def pack(  # noqa: PLR0917 (what `feedback_pack` is told)
    rows: JudgedRows | None = None,
    unread: pa.Table | None = None,
    settlement: Settlement | None = None,
    contract: Contract | None = None,
    earlier: Iterable[Counts] = (),
    week: int = 1,
) -> dict[str, bytes]:
    """File name → bytes of a pack."""
    judged_rows = judged(hasty()) if rows is None else rows
    agreed = contract or terms()
    with tempfile.TemporaryDirectory() as folder:
        made = feedback_pack(
            agreed,
            week,
            settlement or outcome(),
            told_of(judged_rows, agreed),
            unread if unread is not None else quarantine(),
            Path(folder),
            earlier=earlier,
        )
        return {name: path.read_bytes() for name, path in made.items()}


def lines(data: bytes) -> list[dict[str, Any]]:
    """JSON lines, read."""
    return [json.loads(line) for line in data.decode().split("\n") if line]
