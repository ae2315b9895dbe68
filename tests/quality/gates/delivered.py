"""Canonical records and contracts for the gates' tests: one good record, changed where a test says so."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from contracts.model import Audits, Contract, OnPolicy
from contracts.terms.annotation import Annotation, Binary
from contracts.terms.annotators import Annotators
from contracts.terms.gates import RecordGates
from contracts.terms.mapping import DeliveryTerms, RecordFields, Source
from contracts.terms.mix import Mix
from contracts.terms.parties import Vendor
from contracts.terms.ramp import Phase, Ramp, Term, Week
from rampart.records.canonical import RECORD

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)  # first moment of week 1
FIELDS: Mapping[str, Any] = {name: f"row.{name}" for name in RecordFields.model_fields}


def response(content: str, checkpoint: str | None = "pol-1") -> dict[str, Any]:
    """One response, with the digest of its text."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    return {"response_id": "0", "content": content, "checkpoint_id": checkpoint, "sha256": digest}


def record(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A record no gate of `terms()` objects to; each number is other work by another annotator."""
    started = MONDAY + timedelta(hours=number)
    good = {
        "record_id": f"r{number}",
        "source_file": "rows.jsonl",
        "source_line": number,
        "source_item": 0,
        "item_id": f"item-{number}",
        "prompt": [{"role": "user", "content": f"Question {number}?"}],
        "responses": [response(f"Answer A {number}"), response(f"Answer B {number}")],
        "scheme": "binary",
        "raw_label": '"a"',
        "ranking": [1, 2],
        "annotator_id": f"ann-{number}",
        "started_at": started,
        "submitted_at": started + timedelta(seconds=60),
        "duration_s": 60.0,
        "work_order_item": f"w-{number}",
    }
    return {**good, **changes}


def table(*rows: dict[str, Any]) -> pa.Table:
    """`rows` as canonical records; a field not given is null."""
    return pa.Table.from_pylist([{name: row.get(name) for name in RECORD.names} for row in rows], RECORD)


def terms(
    gates: Mapping[str, Any] | None = None,
    *,
    on_policy: Mapping[str, Any] | None = None,
    record: Mapping[str, Any] = FIELDS,
    term: Mapping[str, Any] | None = None,
    ramp: Mapping[str, Any] | None = None,
    **sections: Mapping[str, Any],
) -> Contract:
    """A contract of two weeks of 100 units, with sections changed where a test says so."""
    weeks = {number: Week(phase="production", units=100) for number in (1, 2)}
    phases = {"production": Phase(discard_ceiling=0.1, price="0.35")}
    return Contract(
        contract_id="acme-1",
        version="1.0.0",
        status="active",
        name="Preferences",
        digest="d" * 64,
        vendor=Vendor(id="acme", name="Acme Labels"),
        program="assistant",
        term=Term.model_validate({"start": date(2026, 1, 5), "weeks": 2, **(term or {})}),
        ramp=Ramp.model_validate({"weeks": weeks, "phases": phases, **(ramp or {})}),
        annotation=Annotation.model_validate({"scheme": Binary(), **sections.get("annotation", {})}),
        delivery=DeliveryTerms(
            rows=Source(path="*.jsonl", format="jsonl"), record=RecordFields.model_validate(record)
        ),
        gates=RecordGates.model_validate(gates or {}),
        on_policy=OnPolicy.model_validate(on_policy or {}),
        mix=Mix.model_validate(sections.get("mix", {})),
        annotators=Annotators.model_validate(sections.get("annotators", {})),
        audits=Audits.model_validate(sections.get("audits", {})),
    )
