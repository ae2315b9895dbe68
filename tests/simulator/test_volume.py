"""Large deliveries: what was planted is found, what was not is kept, and the bytes are always the same."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import numpy as np
import polars as pl
import pytest

from contracts.model import Contract
from quality.gates.record.gate import References
from quality.gates.record.judging import gate_records
from quality.gates.record.registry import GATES
from quality.gates.record.repeats import Earlier
from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from rampart.records.reasons import reasons_of
from simulator.volume import PRICED, VENDORS, WEEK, contract_of, read_truth, roster, write
from simulator.volume.faults import FAULTS
from simulator.volume.prose import Prose, edited
from tests.delivery.reading import KEY, quarantine
from tests.exhaustive import first_of

ROWS = 1_500
# No row can have these by itself: it is compared with earlier deliveries, a work order or test sets, or
# judged by queries of the contract's own.
BETWEEN_DELIVERIES = {"copied_work", "response_not_issued", "item_not_in_work_order", "in_evaluation_set"}


class Judged(NamedTuple):
    """One vendor's delivery, read and gated: reasons by line."""

    contract: Contract
    read: Canonical
    reasons: dict[int, set[str]]
    truth: dict[int, dict[str, Any]]

    @property
    def asked(self) -> set[str]:
        """Codes the contract discards for."""
        return {gate.code for gate in GATES if gate.policy(self.contract) == "discard"}


def judged(seed: int, rows: int = ROWS) -> Iterator[Judged]:
    """Every vendor's delivery of a world in which a quarter of the rows are faulty."""
    with TemporaryDirectory() as folder:
        drop = Path(folder) / "drop"
        counts = write(drop, rows, seed=seed, faulty=0.25, bad_line_every=100_000)
        truth = read_truth(drop)
        for vendor in VENDORS:
            contract = contract_of(vendor, counts[vendor.id], PRICED)
            store = LocalStore(Path(folder) / "store")
            read = canonicalise(
                land(LocalStore(drop), contract.inbox(WEEK), contract, WEEK, store), contract, store, KEY
            )
            references = References(roster=roster(vendor, KEY))
            masks = gate_records(read.records, contract, WEEK, Earlier(), references).masks.to_list()
            lines = read.records["source_line"].to_pylist()
            yield Judged(
                contract,
                read,
                {
                    line: {reason.code for reason in reasons_of(mask)}
                    for line, mask in zip(lines, masks, strict=True)
                },
                {row["line"]: row for row in truth.filter(vendor=vendor.id).to_dicts()},
            )


@cache
def one_world() -> tuple[Judged, ...]:
    return tuple(judged(7))


@pytest.mark.slow
@pytest.mark.parametrize("seed", first_of(20, begin=100, first=2))
def test_over_twenty_batches_every_planted_fault_is_found_and_no_clean_row_is_lost(seed: int) -> None:
    for found in judged(seed):
        _check(found)


def test_every_planted_fault_is_found_and_no_clean_row_is_lost() -> None:
    for found in one_world():
        _check(found)


def _check(found: Judged) -> None:
    clean: dict[str, Any] = {"reasons": [], "also": []}
    for line, codes in found.reasons.items():
        told = found.truth.get(line, clean)
        must = set(told["reasons"]) & found.asked
        assert must <= codes <= must | set(told["also"]), (line, codes, told)


def test_the_lines_that_cannot_be_read_are_those_planted_so() -> None:
    unreadable = 0
    for found in one_world():
        told = {line for line, row in found.truth.items() if row["record_id"] is None}
        assert {(one["source_line"], one["code"]) for one in quarantine(found.read)} == {
            (line, "unreadable_line") for line in told
        }
        unreadable += len(told)
    assert unreadable > 15


def test_every_reason_that_one_delivery_can_have_is_planted() -> None:
    planted = {code for fault in FAULTS for code in fault.reasons}
    assert {gate.code for gate in GATES} - planted == BETWEEN_DELIVERIES
    asked = set[str]().union(*(found.asked for found in one_world()))
    assert {gate.code for gate in GATES} - asked == BETWEEN_DELIVERIES


def test_every_fault_is_done_to_some_row_and_some_rows_have_two() -> None:
    rows = [row for found in one_world() for row in found.truth.values() if row["record_id"] is not None]
    assert {name for row in rows for name in row["faults"]} == {fault.name for fault in FAULTS}
    assert 0.2 < len(rows) / ROWS < 0.3
    assert any(len(row["faults"]) == 2 for row in rows)


def test_the_same_seed_writes_the_same_bytes_and_another_writes_others(tmp_path: Path) -> None:
    digests = []
    for name, seed in (("one", 3), ("again", 3), ("other", 4)):
        write(tmp_path / name, 600, seed=seed)
        files = sorted((tmp_path / name).rglob("*.jsonl"))
        digests.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert digests[0] == digests[1]
    assert not set(digests[0]) & set(digests[2])


def test_the_truth_says_where_each_of_its_lines_begins(tmp_path: Path) -> None:
    counts = write(tmp_path, 600, faulty=0.2, bad_line_every=50_000)
    for vendor in VENDORS:
        data = (tmp_path / contract_of(vendor, counts[vendor.id]).inbox(WEEK) / "rows.jsonl").read_bytes()
        for row in read_truth(tmp_path).filter(vendor=vendor.id).to_dicts():
            line = data[row["byte"] :].split(b"\n", 1)[0]
            assert data[: row["byte"]].count(b"\n") == row["line"] - 1
            if row["record_id"] is not None:
                assert msgspec.json.decode(line)["record_id"] == row["record_id"]


def test_a_record_is_some_one_and_a_half_kilobytes_of_ordinary_words(tmp_path: Path) -> None:
    counts = write(tmp_path, 2_000)
    size = sum(file.stat().st_size for file in tmp_path.rglob("*.jsonl"))
    assert 1_300 < size / sum(counts.values()) < 1_550


def test_no_two_texts_share_half_of_their_word_triples_by_chance() -> None:
    """Near-duplicates share far more: a tenth of the words changed leaves half of the triples."""
    texts = Prose(7).responses(np.random.default_rng(0), 1_000)
    triples = [
        {tuple(words[at : at + 3]) for at in range(len(words) - 2)}
        for words in (text.split() for text in texts)
    ]
    frame = pl.DataFrame(
        {"text": range(len(texts)), "triple": [[" ".join(one) for one in each] for each in triples]}
    ).explode("triple")
    pairs = frame.join(frame, on="triple").filter(pl.col("text") < pl.col("text_right"))
    shared = pairs.group_by("text", "text_right").len().to_dicts()
    nearest = max(one["len"] / len(triples[one["text"]] | triples[one["text_right"]]) for one in shared)
    assert nearest < 0.5


def test_an_edited_text_differs_in_at_most_a_tenth_of_its_words() -> None:
    rng = np.random.default_rng(5)
    for text in Prose(7).prompts(rng, 200):
        one, other = text.split(" "), edited(rng, text).split(" ")
        changed = sum(a != b for a, b in zip(one, other, strict=True))
        assert changed <= 0.1 * len(one)
