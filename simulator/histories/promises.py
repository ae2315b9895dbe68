"""What must hold in a home after any history, held against a model that shares no code with what it checks.

The model counts delivered lines, prices accepted units and remembers every event and object by itself.
"""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

FATES = ("accepted", "discarded", "quarantined")
ACCEPTED = ("accepted", "accepted_partial")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BrokenPromiseError(AssertionError):
    """Something that must always hold does not; the message says what."""


def promise(holds: bool, otherwise: str) -> None:
    """`BrokenPromiseError` with the sentence `otherwise`, unless it `holds`."""
    if not holds:
        raise BrokenPromiseError(otherwise)


@dataclass
class Model:
    """The bytes of each delivery, and the chain's hashes and the stored objects as last seen."""

    price: Decimal
    bytes: dict[str, bytes] = field(default_factory=dict)
    hashes: list[str] = field(default_factory=list)
    objects: Mapping[str, str] = field(default_factory=dict)

    def check_books(self, export: Mapping[str, Any]) -> None:
        """Invariants 1, 4, 5 and 6 on the exported books."""
        hashes = [event["hash"] for event in export["events"] if event["stream"].startswith("contract:")]
        promise(hashes[: len(self.hashes)] == self.hashes, "a past event changed")
        self.hashes = hashes
        for batch in export["batches"]:
            if batch["files"]:
                self._check_counts(batch)
                _check_requests(batch, export)
        standing = [(b["contract_id"], b["week"]) for b in export["batches"] if b["state"] in ACCEPTED]
        promise(len(set(standing)) == len(standing), "two revisions of one week are accepted at once")

    def check_objects(self, objects: Mapping[str, str]) -> None:
        """Invariant 4 on the store: `objects` (key → SHA-256) hold all that was there, unchanged."""
        changed = sorted(key for key, digest in self.objects.items() if objects.get(key) != digest)
        promise(not changed, f"published objects changed: {changed}")
        self.objects = objects

    def _check_counts(self, batch: Mapping[str, Any]) -> None:
        name = _name(batch)
        fates = {fate: sum(file[fate] for file in batch["files"]) for fate in FATES}
        delivered = self.bytes[batch["delivery_id"]].count(b"\n")
        promise(sum(fates.values()) == delivered, f"{name}: of {delivered} lines, {fates} are accounted for")
        billed = sum(Decimal(line["amount_minor"]) / 100 for line in batch["money"])
        promise(billed == self.price * fates["accepted"], f"{name}: {billed} for {fates['accepted']} units")


def check_pack(path: Path, secret: str) -> None:
    """Invariant 7 on one file of a feedback pack: it does not tell the `secret`, and nothing in it runs."""
    data = _rows_of(path) if path.suffix == ".parquet" else path.read_text()
    promise(secret not in data, f"{path.name} tells a gold question's answer")
    promise(path.suffix == ".parquet" or "\x1b" not in data, f"{path.name} holds a terminal escape")
    promise(path.suffix not in (".md", ".html") or "<script>" not in data, f"{path.name} holds markup")
    if path.suffix == ".csv":
        cells = [cell for line in csv.reader(io.StringIO(data)) for cell in line]
        promise(not any(cell.startswith(_FORMULA) for cell in cells), f"{path.name} holds a formula")


def _rows_of(path: Path) -> str:
    return "\n".join(map(str, pq.read_table(path).to_pylist()))


def _check_requests(batch: Mapping[str, Any], export: Mapping[str, Any]) -> None:
    """An accepted revision asks for exactly one retraining, any other for none, and it is trained on once."""
    key = (batch["week"], batch["revision"])
    asked = [
        row["done"]
        for row in export["outbox"]
        if row["topic"] == "batch.accepted" and (row["week"], row["revision"]) == key
    ]
    taken_back = [
        row["done"]
        for row in export["outbox"]
        if row["topic"] == "batch.withdrawn" and (row["week"], row["revision"]) == key
    ]
    trained = [model for model in export["models"] if (model["week"], model["revision"]) == key]
    name, accepted = _name(batch), sum(file["accepted"] for file in batch["files"])
    if batch["state"] in ACCEPTED:
        promise(len(asked) == (accepted > 0), f"{name} asks for {len(asked)} retrainings")
    if batch["state"] in ("held", "rejected"):
        promise(not asked, f"{name} is {batch['state']}, but asks for retraining")
    answered = sum(asked) + sum(taken_back)
    promise(len(trained) <= answered, f"{name}: {len(trained)} models for {answered} answered requests")
    promise(len(taken_back) <= (batch["state"] == "superseded"), f"{name} is asked to be trained without")


def _name(batch: Mapping[str, Any]) -> str:
    return f"week {batch['week']} revision {batch['revision']}"
