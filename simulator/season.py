"""A small season: two vendors, one programme, three contract weeks of forty judgements, on disk."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from rampart.delivery.landing import delivery_id
from rampart.delivery.manifest import MANIFEST
from rampart.ledger.engine import open_ledger
from rampart.ledger.export import export_ledger
from rampart.settings import Settings
from tasks.workspace import put_in_force, workspace

START = datetime(2026, 1, 5, tzinfo=UTC)
UNITS = 40
Row = dict[str, Any]

CONTRACT = """\
apiVersion: v3.2.0
kind: DataContract
id: dc-{vendor}
name: Small preferences of {vendor}
version: {version}
status: {status}
customProperties:
  - property: rampart
    value:
      vendor: {{id: {vendor}, name: {vendor}}}
      program: small
      term: {{start: 2026-01-05, weeks: 3}}
      ramp:
        weeks:
          1: {{phase: production, units: 40}}
          2: {{phase: production, units: 40}}
          3: {{phase: production, units: 40}}
        phases:
          production: {{discard_ceiling: {ceiling}, on_breach: {on_breach}, price: 0.35}}
      annotation:
        scheme: {{kind: binary}}
      delivery:
        rows: {{path: rows.jsonl, format: jsonl}}
        record:
          record_id: id
          prompt: prompt
          responses: "[{{content: a, checkpoint_id: model}}, {{content: b, checkpoint_id: model}}]"
          label: label
          annotator_id: who
          started_at: opened
          submitted_at: closed
      gates: {{min_duration_s: {min_duration_s}, copied_work: discard}}
{amendment}"""
TERMS: Mapping[str, Any] = {
    "version": "1.0.0",
    "status": "active",
    "ceiling": 0.3,
    "on_breach": "partial",
    "min_duration_s": 4,
    "amendment": "",
}


def due(week: int) -> datetime:
    """The moment a week's delivery is due."""
    return START + timedelta(days=7 * week, hours=9)


def contract_text(vendor: str = "north", **changes: Any) -> str:
    """A vendor's contract file, with terms changed."""
    return CONTRACT.format(vendor=vendor, **{**TERMS, **changes})


def amending(*clauses: str, of: str = "1.0.0", effective: str = "2026-01-05") -> str:
    """An amendment group for `contract_text`, in force from the first day unless told."""
    named = ", ".join(clauses)
    return f"      amendment: {{of: {of}, effective: {effective}, clauses: [{named}], reason: agreed}}\n"


def row(vendor: str, week: int, number: int, **changes: Any) -> Row:
    """One good judgement: the longer answer is the better one."""
    opened = START + timedelta(days=7 * (week - 1), minutes=10 * number)
    long, short = f"A full answer to question {number}, with its reasons.", f"No {number}."
    first_is_long = number % 2 == 0
    return {
        "id": f"{vendor}-{week}-{number}",
        "prompt": f"Question {number} of week {week} for {vendor}?",
        "a": long if first_is_long else short,
        "b": short if first_is_long else long,
        "model": f"pol-{week}",
        "label": "a" if first_is_long else "b",
        "who": f"worker-{number % 5}",
        "opened": opened.isoformat(),
        "closed": (opened + timedelta(seconds=90)).isoformat(),
        **changes,
    }


def week_rows(vendor: str, week: int, hasty: int = 4) -> list[Row]:
    """A week's good work, but for `hasty` judgements clicked through within a second."""
    rows = [row(vendor, week, number) for number in range(UNITS)]
    return [{**one, "closed": one["opened"]} for one in rows[:hasty]] + rows[hasty:]


@dataclass(frozen=True)
class Season:
    """A home folder with its books, its store and its drop."""

    home: Path

    @property
    def drop(self) -> Path:
        """Where the vendors deliver."""
        return self.home / "drop"

    def agree(self, vendor: str = "north", at: datetime = START, **changes: Any) -> None:
        """Put a vendor's contract in force."""
        with workspace() as place:
            put_in_force(contract_text(vendor, **changes).encode(), f"{vendor}.odcs.yaml", place, at)

    def deliver(
        self,
        week: int,
        rows: list[Row] | bytes | None = None,
        *,
        vendor: str = "north",
        replaces: str | None = None,
        listed: Mapping[str, Any] | None = None,
    ) -> str:
        """Put a delivery with its manifest into the drop and give its id; `listed` changes the manifest."""
        given = rows if rows is not None else week_rows(vendor, week)
        data = given if isinstance(given, bytes) else "".join(json.dumps(r) + "\n" for r in given).encode()
        digest = hashlib.sha256(data).hexdigest()
        file = {"name": "rows.jsonl", "bytes": len(data), "sha256": digest, **(listed or {})}
        manifest = {
            "manifest_version": 1,
            "contract_id": f"dc-{vendor}",
            "week": week,
            "replaces": replaces,
            "files": [file],
        }
        folder = self.drop / vendor / f"week-{week:02d}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "rows.jsonl").write_bytes(data)
        (folder / MANIFEST).write_text(json.dumps(manifest))
        return delivery_id([digest])

    def books(self) -> Engine:
        """The ledger, to look into."""
        return open_ledger(Settings().ledger_url)

    def export(self) -> dict[str, Any]:
        """All of the ledger as plain values."""
        books = self.books()
        try:
            return export_ledger(books)
        finally:
            books.dispose()

    def batches(self) -> list[tuple[str, int, int, str]]:
        """(contract, week, revision, state) of every batch."""
        found = self.export()["batches"]
        return [(b["contract_id"], b["week"], b["revision"], b["state"]) for b in found]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """What the events of one kind say, in the order they happened."""
        return [json.loads(e["payload"]) for e in self.export()["events"] if e["kind"] == kind]

    def stored(self) -> dict[str, str]:
        """Every stored object and the digest of its bytes."""
        root = self.home / "store"
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
