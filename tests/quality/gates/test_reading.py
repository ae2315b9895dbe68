"""A delivery judged piece by piece is judged as it is when it is judged whole."""

import os
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from contracts.model import Contract
from quality.gates import reading, workers
from quality.gates.comparing import FateCounts, compare, kept_sketches, numbered
from quality.gates.evaluation.overlap import index_of
from quality.gates.evaluation.sets import read_set
from quality.gates.pieces import Judging
from quality.gates.reading import ReadDelivery, read_and_judge
from quality.gates.record.copied import questions
from quality.gates.record.gate import Asked, References
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.errors import NotReadyError
from rampart.delivery.judged_rows import local_rows
from rampart.delivery.landing import Landed, land
from rampart.delivery.local_store import LocalStore
from rampart.delivery.readers import jsonl
from rampart.records.identity import KEYS
from rampart.records.reasons import reasons_of
from tests.delivery.reading import JSONL, KEY, contract
from tests.delivery.reading import jsonl as lines
from tests.delivery.reading import read as read_whole

NOTHING = Earlier(numbered(pl.DataFrame(schema=KEYS)), numbered(pl.DataFrame(schema=KEYS)))
TERMS = contract(
    {
        "rows": JSONL,
        "record": {"record_id": "id", "prompt": "prompt", "responses": "[a, b]", "label": "label"},
    },
    gates={"repeated_work": "flag", "near_duplicates": "discard", "copied_rationales": "allow"},
)
STORY = (
    "The ferry left the small harbour at dawn and came back late with a cargo of grain and wool from the isle"
)


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}",
        "prompt": f"Question {number}?",
        "a": f"One answer to {number}",
        "b": f"Another answer to {number}",
        "label": "a",
        **changes,
    }


ROWS = [
    *(row(number) for number in range(30)),
    row(3),  # an id again, and the very judgement
    row(31, a=" "),
    row(32, label="maybe"),
    row(33, id=7),
    row(34, prompt=["?"], label=["a"]),
    row(35, prompt=STORY, a=STORY + " and salt", b="No."),
    row(36, prompt=STORY, a=STORY.replace("wool", "silk") + " and salt", b="No."),
    *(row(number) for number in range(40, 60)),
]
DATA = lines(*ROWS) + b"{broken\n"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def landed(store: LocalStore, tmp_path: Path, terms: Contract = TERMS) -> Landed:
    drop = LocalStore(tmp_path / "drop")
    drop.put_once("rows.jsonl", DATA)
    return land(drop, "", terms, 1, store)


def judged(
    store: LocalStore, delivery: Landed, scratch: Path, worker_count: int = 1
) -> tuple[ReadDelivery, FateCounts, Path]:
    scratch.mkdir()
    judging = Judging(TERMS, 1, References(), KEY)
    found = read_and_judge(delivery, judging, store, scratch, worker_count)
    fates = scratch / "fates.parquet"
    return found, compare(found, Asked(TERMS, 1), NOTHING, (), fates), fates


def rows_of(found: ReadDelivery) -> pa.Table:
    return local_rows(Path(), [room.records for room in found.rooms]).readable()


def test_pieces_give_the_records_masks_and_flags_of_the_whole(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_whole(TERMS, {"rows.jsonl": DATA})
    expected = gate_records(whole.records, TERMS, 1, Earlier())
    monkeypatch.setattr(jsonl, "CHUNK", 500)
    found, counts, fates = judged(store, landed(store, tmp_path), tmp_path / "scratch")
    assert len(found.rooms) > 5
    assert rows_of(found).equals(whole.records)
    told = pq.read_table(fates)
    assert told["reason_mask"].to_pylist() == expected.masks.to_list()
    assert told["flag_mask"].to_pylist() == expected.flags.to_list()
    assert told["record_id"].to_pylist() == whole.records["record_id"].to_pylist()
    assert [[reason.code for reason in reasons_of(mask)] for mask in expected.masks] == told[
        "reasons"
    ].to_pylist()
    assert counts.twins.equals(expected.twins)
    assert set(counts.reasons) >= {
        "duplicate_record_id",
        "exact_duplicate",
        "empty_response",
        "near_duplicate",
    }
    assert (counts.kept, counts.lost) == (sum(expected.masks == 0), sum(expected.masks != 0))
    assert found.read.quarantine.equals(whole.quarantine)
    assert found.read.files == whole.files


def test_worker_processes_write_what_one_process_writes(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonl, "CHUNK", 2_000)
    delivery = landed(store, tmp_path)
    alone, _, fates = judged(store, delivery, tmp_path / "alone")
    monkeypatch.setattr(reading, "WORTH_PROCESSES", 0)
    shared, _, others = judged(store, delivery, tmp_path / "shared", worker_count=2)
    assert len(alone.rooms) == len(shared.rooms) > 2
    for one, other in zip(alone.rooms, shared.rooms, strict=True):
        assert one.records.read_bytes() == other.records.read_bytes()
        assert one.found.read_bytes() == other.found.read_bytes()
    assert fates.read_bytes() == others.read_bytes()


def _dies(*_: object) -> None:
    os._exit(1)


def test_a_worker_that_dies_is_our_trouble_and_the_next_delivery_has_new_ones(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WORTH_PROCESSES", 0)
    delivery = landed(store, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(reading, "judge_lines", _dies)
        with pytest.raises(NotReadyError, match="RAMPART_WORKERS"):
            judged(store, delivery, tmp_path / "first", worker_count=2)
    assert judged(store, delivery, tmp_path / "second", worker_count=2)[1].kept


def test_workers_go_when_no_delivery_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "IDLE_S", 0.05)
    gone = threading.Event()
    with workers.worker_processes(2) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
        ended = pool.shutdown

        def shutdown(**how: Any) -> None:
            ended(**how)
            gone.set()

        monkeypatch.setattr(pool, "shutdown", shutdown)
    assert gone.wait(10)


def test_what_later_weeks_are_compared_with_are_the_sketches_of_accepted_records(
    store: LocalStore, tmp_path: Path
) -> None:
    found, _, fates = judged(store, landed(store, tmp_path), tmp_path / "scratch")
    (question,) = questions(TERMS)
    masks = pq.read_table(fates)["reason_mask"].to_pylist()
    kept = kept_sketches(found, question, fates)["row"].to_pylist()
    assert kept
    assert all(masks[place] == 0 for place in kept)


def test_a_reinstated_record_has_no_reason_left(store: LocalStore, tmp_path: Path) -> None:
    found, _, fates = judged(store, landed(store, tmp_path), tmp_path / "scratch")
    again = compare(found, Asked(TERMS, 1), NOTHING, {"r31"}, fates)
    told = {row["record_id"]: row for row in pq.read_table(fates).to_pylist()}
    assert told["r31"]["reasons"] == []
    assert "empty_response" not in again.reasons


def test_an_item_is_kept_for_later_weeks_although_its_first_judgement_was_discarded(
    store: LocalStore, tmp_path: Path
) -> None:
    """Or a vendor would put a throw-away judgement before each item, and sell the item again."""
    drop = LocalStore(tmp_path / "twice")
    drop.put_once("rows.jsonl", lines(row(1, label="maybe"), row(1, id="r2"), row(3)))
    found, _, fates = judged(store, land(drop, "", TERMS, 1, store), tmp_path / "scratch")
    assert [bool(one) for one in pq.read_table(fates)["reasons"].to_pylist()] == [True, False, False]
    (question,) = questions(TERMS)
    assert kept_sketches(found, question, fates)["row"].to_pylist() == [1, 2]


def test_whatever_records_are_compared_with_can_be_told_to_worker_processes(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_out = index_of((read_set("held-out", "held-out.txt", b"What weighs more, lead or wool?"),))
    references = References(frozenset({("w-1", "pol-1", "0" * 64)}), held_out, {"ann-1": 0.5})
    monkeypatch.setattr(reading, "WORTH_PROCESSES", 0)
    delivery, scratch = landed(store, tmp_path), tmp_path / "scratch"
    scratch.mkdir()
    assert read_and_judge(delivery, Judging(TERMS, 1, references, KEY), store, scratch, 2).records > 30
