"""`rampart verify` on the store as a whole: objects too few are violations, objects too many are told."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import Engine

import rampart
from flows.process_delivery import process_delivery
from rampart.delivery.local_store import LocalStore
from rampart.ledger.verify_all import verify_all
from simulator.season import Season, due, week_rows
from simulator.without_prefect import without_prefect

ROOT = Path(rampart.__file__).parents[1]


def test_a_season_has_neither_too_many_objects_nor_too_few(books: Engine, kept: LocalStore) -> None:
    kept.put_once("work-orders/small/week-03.jsonl", b"sent out, and not yet judged")
    report = verify_all(books, kept)
    assert (report.violations, report.orphans, report.notices) == ((), (), ())


def test_objects_nothing_names_are_told_counted_and_left_alone(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    kept.put_once("batches/dc-north/week-01/accepted-0000.parquet", b"left by a crash")
    kept.put_once("datasets/none.parquet", b"never booked")
    stored = season.stored()
    report = verify_all(books, kept)
    assert report.violations == ()
    assert [info.key for info in report.orphans] == [
        "batches/dc-north/week-01/accepted-0000.parquet",
        "datasets/none.parquet",
    ]
    assert report.notices[0].startswith(
        "2 objects (27 bytes) are named by nothing: batches/dc-north/week-01/"
    )
    assert season.stored() == stored


def test_a_refused_delivery_leaves_orphans_and_no_violation(
    season: Season, books: Engine, kept: LocalStore
) -> None:
    season.deliver(1, week_rows("north", 1, hasty=9))  # conflicts with the one on the books
    with without_prefect():
        assert process_delivery("dc-north", 1, due(2)).state == "refused"
    report = verify_all(books, kept)
    assert report.violations == ()
    assert {info.key.split("/")[0] for info in report.orphans} == {"landed", "deliveries"}


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("contracts/", (4, "the contract is not in the store")),
        ("deliveries/", (4, "the list of its landed files is not in the store")),
        ("landed/", (4, "the landed rows.jsonl cannot be read")),
        ("packs/", (4, "cannot be read")),
        ("models/", (6, "is not in the store")),
        ("datasets/", (6, "is not in the store")),
    ],
)
def test_a_named_object_that_is_gone_is_a_violation_said_once(
    season: Season, books: Engine, kept: LocalStore, folder: str, said: tuple[int, str]
) -> None:
    key = next(key for key in season.stored() if key.startswith(folder))
    (season.home / "store" / key).unlink()
    found = verify_all(books, kept).violations
    assert len(set(found)) == len(found)
    assert any(one.invariant == said[0] and said[1] in one.problem for one in found), found


@pytest.mark.parametrize("folder", ["contracts/", "deliveries/"])
def test_a_named_object_that_changed_is_a_violation(
    season: Season, books: Engine, kept: LocalStore, folder: str
) -> None:
    key = next(key for key in season.stored() if key.startswith(folder))
    (season.home / "store" / key).write_bytes(b"something else")
    assert verify_all(books, kept).violations != ()


def test_only_a_deletion_with_its_certificate_removes_objects() -> None:
    callers = {
        path.relative_to(ROOT).as_posix()
        for package in ("rampart", "tasks", "flows", "dashboard")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "delete"
    }
    assert callers == {"rampart/ledger/deletion/carry_out.py"}
