"""`verify_store`: published rows, landed bytes and models held against the books."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine

from contracts.model import Contract
from rampart.delivery.landing import landed_key
from rampart.delivery.local_store import LocalStore
from rampart.delivery.tables import publish_bytes, publish_table
from rampart.ledger.models import record_training
from rampart.ledger.outbox import pending
from rampart.ledger.outcome import FileCount, ReasonCount, Settlement
from rampart.ledger.verify import Violation
from rampart.ledger.verify_store import verify_store
from rampart.records.canonical import QUARANTINE, RECORD
from tests.ledger.books import day, judged, outcome, paid, promotion, training

BYTES = b"what the vendor sent"
SHA = hashlib.sha256(BYTES).hexdigest()
PLACE = ("source_file", "source_line", "source_item")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(root: Path) -> LocalStore:
    store = LocalStore(root)
    store.put_once(landed_key(SHA), BYTES)
    return store


def rows(schema: pa.Schema, lines: Iterable[int], file: str = "rows.jsonl") -> pa.Table:
    blank: dict[str, Any] = dict.fromkeys(schema.names)
    made = [{**blank, **dict(zip(PLACE, (file, line, 0), strict=True))} for line in lines]
    return pa.Table.from_pylist(made, pa.schema([field.with_nullable(True) for field in schema]))


def published(
    store: LocalStore,
    accepted: Iterable[int] = range(1, 7),
    discarded: Iterable[int] = (7, 8, 9),
    quarantined: Iterable[int] = (10,),
    file: str = "rows.jsonl",
) -> Settlement:
    """A settlement that books 6 + 3 + 1 rows of ten lines; what is published is as given."""
    count = FileCount("rows.jsonl", "rows", SHA, len(BYTES), 10, 10, 6, 3, 1)
    kept, lost = rows(RECORD, accepted, file), rows(RECORD, discarded)
    records = pa.concat_tables([kept, lost])
    masks = pa.array([0] * kept.num_rows + [1] * lost.num_rows, pa.uint64())
    tables = {
        "records-00001": records,
        "fates": records.select(["record_id", *PLACE]).append_column("reason_mask", masks),
        "quarantined": rows(QUARANTINE, quarantined),
    }
    keys = {name: publish_table(store, "batches/x", name, table) for name, table in tables.items()}
    keys["pack/summary.md"] = publish_bytes(store, "packs/x", "summary", "md", b"# Summary")
    return replace(
        outcome(money=(paid(6),)),
        files=(count,),
        reasons=(ReasonCount("too_fast", 3, 3),),
        artefacts=keys,
    )


def said(engine: Engine, store: LocalStore) -> list[tuple[int, str]]:
    return [(found.invariant, found.problem) for found in verify_store(engine, store)]


def test_what_agrees_is_in_order(engine: Engine, contract: Contract, store: LocalStore) -> None:
    judged(engine, contract, 1, published(store))
    assert said(engine, store) == []


def test_empty_books_are_in_order(engine: Engine, store: LocalStore) -> None:
    assert said(engine, store) == []


def test_a_row_counted_twice_is_named(engine: Engine, contract: Contract, store: LocalStore) -> None:
    judged(engine, contract, 1, published(store, discarded=(6, 8, 9)))
    found = said(engine, store)
    assert (1, "rows.jsonl line 6 item 0 is counted more than once") in found
    assert (1, "rows.jsonl: 10 lines hold data, 9 of them are accounted for") in found


def test_a_missing_row_is_told_by_its_file(engine: Engine, contract: Contract, store: LocalStore) -> None:
    judged(engine, contract, 1, published(store, accepted=range(1, 6)))
    ((invariant, problem),) = said(engine, store)
    assert invariant == 1
    assert "'accepted': 5" in problem
    assert "'accepted': 6" in problem


def test_rows_of_a_file_nobody_booked_are_told(engine: Engine, contract: Contract, store: LocalStore) -> None:
    judged(engine, contract, 1, published(store, file="other.jsonl"))
    assert (1, "other.jsonl has rows, but is not booked as a file of the delivery") in said(engine, store)


def test_altered_landed_bytes_are_found(
    engine: Engine, contract: Contract, store: LocalStore, root: Path
) -> None:
    judged(engine, contract, 1, published(store))
    (root / landed_key(SHA)).write_bytes(b"What the vendor sent")
    ((invariant, problem),) = said(engine, store)
    assert (invariant, problem.split(" (")[0]) == (4, "the landed rows.jsonl does not hold the bytes it held")


def test_missing_landed_bytes_do_not_hide_what_else_is_wrong(
    engine: Engine, contract: Contract, store: LocalStore, root: Path
) -> None:
    judged(engine, contract, 1, published(store, accepted=range(1, 6)))
    (root / landed_key(SHA)).unlink()
    assert [invariant for invariant, _ in said(engine, store)] == [4, 1]


@pytest.mark.parametrize("name", ["records-00001", "fates", "quarantined", "pack/summary.md"])
def test_altered_published_bytes_are_found_even_when_the_counts_still_agree(
    engine: Engine, contract: Contract, store: LocalStore, root: Path, name: str
) -> None:
    settlement = published(store)
    judged(engine, contract, 1, settlement)
    path = root / settlement.artefacts[name]
    path.write_bytes(path.read_bytes() + b" ")
    assert (4, name) in [(invariant, name) for invariant, problem in said(engine, store) if name in problem]


def test_a_missing_table_is_told_in_a_sentence(
    engine: Engine, contract: Contract, store: LocalStore, root: Path
) -> None:
    settlement = published(store)
    judged(engine, contract, 1, settlement)
    (root / settlement.artefacts["records-00001"]).unlink()
    unread, uncounted = said(engine, store)
    assert (unread[0], unread[1].startswith("the published records-00001 cannot be read")) == (4, True)
    assert (uncounted[0], uncounted[1].startswith("its rows cannot be counted again")) == (1, True)


def test_a_superseded_revision_is_still_held_to_its_bytes(
    engine: Engine, contract: Contract, store: LocalStore, root: Path
) -> None:
    first = published(store)
    judged(engine, contract, 1, first)
    judged(engine, contract, 1, published(store, accepted=(6, 5, 4, 3, 2, 1)), rules="rules-2")
    assert said(engine, store) == []
    (root / first.artefacts["records-00001"]).unlink()
    assert {found.subject for found in verify_store(engine, store)} == {
        f"{contract.contract_id} week 1 revision 1"
    }


def test_a_missing_model_file_is_found(engine: Engine, contract: Contract, store: LocalStore) -> None:
    key = judged(engine, contract, 1, published(store))
    run = training(key)
    record_training(engine, pending(engine, "batch.accepted")[0].id, run, promotion(), day(9))
    ((name, place),) = run.artefacts.items()
    assert verify_store(engine, store) == (
        Violation(6, "assistant v1", f"its {name} is not in the store ({place})"),
    )
    store.put_once(place, json.dumps("weights").encode())
    assert verify_store(engine, store) == ()
