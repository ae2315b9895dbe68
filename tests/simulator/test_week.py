import hashlib
from pathlib import Path

import pytest

from rampart.delivery.manifest import MANIFEST, check, parse_manifest
from rampart.delivery.work_orders import read_work_order
from simulator import World, truth, write_week
from simulator.roster import ROSTER
from simulator.work import vendor_items
from tests.simulator.conftest import Demo

SMALL = World(seed=11, scale=0.1)


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_week_written_alone_has_the_bytes_it_has_in_the_whole_run(demo: Demo, tmp_path: Path) -> None:
    write_week(World(seed=7), 4, tmp_path / "drop", tmp_path / "work-orders")
    for path, data in contents(tmp_path).items():
        assert data == (demo.drop.parent / path).read_bytes(), path


def test_another_seed_gives_another_world(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_week(World(seed, scale=0.1), 1, tmp_path / str(seed), tmp_path / f"{seed}-orders")
    one, other = contents(tmp_path / "1"), contents(tmp_path / "2")
    assert one.keys() == other.keys()
    assert all(one[name] != other[name] for name in one)


def test_manifests_list_exactly_what_lies_beside_them(demo: Demo) -> None:
    for vendor in ROSTER:
        for week in range(1, 7):
            folder = demo.drop / vendor.id / f"week-{week:02d}"
            manifest = parse_manifest((folder / MANIFEST).read_bytes(), MANIFEST)
            check(manifest, vendor.contract_id, week)
            assert {path.name for path in folder.iterdir()} == {MANIFEST, vendor.file}
            (listed,) = manifest.files
            data = (folder / listed.name).read_bytes()
            assert (listed.bytes, listed.sha256) == (len(data), hashlib.sha256(data).hexdigest())
            short = 0.85 if (vendor.id, week) == ("cedar", 6) else 1
            assert listed.rows == round(demo.world.units(week) * short)


def test_a_run_that_died_is_repaired_by_running_again(tmp_path: Path) -> None:
    write_week(SMALL, 2, tmp_path / "drop", tmp_path / "orders")
    whole = contents(tmp_path)
    folder = tmp_path / "drop" / "birch" / "week-02"
    (folder / MANIFEST).unlink()
    partial = folder.with_name(".week-02.partial")
    partial.mkdir()
    (partial / "left-over").write_bytes(b"half")
    next((tmp_path / "orders").rglob("*.jsonl")).unlink()
    write_week(SMALL, 2, tmp_path / "drop", tmp_path / "orders")
    assert contents(tmp_path) == whole


def test_what_is_complete_is_left_alone(tmp_path: Path) -> None:
    write_week(SMALL, 1, tmp_path / "drop", tmp_path / "orders")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    write_week(SMALL, 1, tmp_path / "drop", tmp_path / "orders")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_weeks_outside_the_term_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="weeks 1 to 6, not 7"):
        write_week(SMALL, 7, tmp_path / "drop", tmp_path / "orders")
    assert not (tmp_path / "drop").exists()


def test_the_work_order_sends_every_item_to_one_vendor(demo: Demo) -> None:
    data = (demo.work_orders / "rm-refresh" / "week-03.jsonl").read_bytes()
    order = read_work_order(data, "week-03.jsonl")
    sent = [item.item for vendor in ROSTER for item in vendor_items(demo.world, vendor.id, 3)]
    assert len(sent) == len(set(sent))
    assert set(order.items) == set(sent) == set(truth(demo.world, 3).gaps)
    assert {checkpoint for pairs in order.items.values() for checkpoint, _ in pairs} == {"pol-w3"}
