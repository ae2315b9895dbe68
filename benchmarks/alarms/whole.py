"""What a whole report costs, from records with texts, times, gold questions and rationales to its JSON."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.volume.peak import PeakMemory
from contracts.load import load_contract
from quality.report.build import audit_report
from quality.report.canonical import as_json
from rampart.records.canonical import RECORD
from simulator.crowd import Crowd, batch

CONTRACT = Path(__file__).parents[2] / "contracts" / "specs" / "examples" / "llmfao.odcs.yaml"
ANNOTATORS, VOTES, SOURCE_MODELS, DOMAINS = 200, 2, 5, 3
LABELS = {1.0: "left", 0.0: "right", 0.5: "tie"}
RANKINGS = {1.0: [1, 2], 0.0: [2, 1], 0.5: [1, 1]}
RATIONALE_WORDS, VOCABULARY = 14, 5_000  # enough words that no two rationales are alike by chance


def write_records(path: Path, pairs: int) -> None:
    """Votes of 200 people, two on each pair, no two pairs of the same texts, as Parquet."""
    rng = np.random.default_rng(4)
    frame, _ = batch(rng, Crowd(annotators=ANNOTATORS, items=pairs // VOTES, votes=VOTES))
    rows = [_record(number, row, rng) for number, row in enumerate(frame.iter_rows(named=True))]
    pq.write_table(pa.Table.from_pylist(rows, schema=RECORD), path)


def _record(number: int, row: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    item = int(row["item_id"][1:])
    known = None if row["known"] is None else json.dumps(LABELS[row["known"]])
    words = rng.integers(VOCABULARY, size=RATIONALE_WORDS)
    return {
        **dict.fromkeys(RECORD.names),
        **{name: row[name] for name in ("record_id", "item_id", "annotator_id", "prompt_author_id")},
        "source_file": "votes.jsonl",
        "source_line": number + 1,
        "source_item": 0,
        "prompt": [{"role": "user", "content": row["prompt"]}],
        # Told apart by the item, so that no text is measured for more than its own pair.
        "responses": [
            _response(f"{row['first']}\nCase {item}.", f"model-{item % SOURCE_MODELS}"),
            _response(f"{row['second']}\nCase {item}.", f"model-{(item + 1) % SOURCE_MODELS}"),
        ],
        "scheme": "arena",
        "raw_label": json.dumps(LABELS[row["outcome"]]),
        "ranking": RANKINGS[row["outcome"]],
        "aspects": [{"axis": "agrees_with_view", "scores": [row["agreement"], 0.0]}],
        "gold": known,
        "submitted_at": row["submitted_at"],
        "duration_s": float(rng.uniform(20, 60)),
        "domain": f"domain {item % DOMAINS}",
        "language": "en",
        "rationale": " ".join(f"word{word}" for word in words),
    }


def _response(text: str, checkpoint: str) -> dict[str, str]:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"response_id": digest[:8], "content": text, "checkpoint_id": checkpoint, "sha256": digest}


def cost(path: Path) -> dict[str, Any]:
    """Seconds and peak memory of the report of the records at `path`, read and written included."""
    memory = PeakMemory()
    memory.start()
    started, busy = time.perf_counter(), time.process_time()
    report = audit_report(pq.read_table(path, schema=RECORD), load_contract(CONTRACT), 1)
    written = as_json(report)
    return {
        "report_s": round(time.perf_counter() - started, 2),
        "report_cpu_s": round(time.process_time() - busy, 2),  # what others on the machine do not lengthen
        "report_peak_mb": round(memory.stop()),
        "report_mb": round(len(written) / 2**20, 1),
        "answered": sum(row.status != "not_testable" for row in report.rows),
    }
