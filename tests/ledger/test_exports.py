from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.engine import open_ledger
from rampart.ledger.exports import DatasetExport, exports, record_export
from rampart.ledger.verify import verify_books

AT = datetime(2026, 3, 1, tzinfo=UTC)
ONE = DatasetExport("d1", "trl", "train", ("train",), (BatchKey("dc", 1, 1),), 40, "m1", "/data/out")


@pytest.fixture
def books(tmp_path: Path) -> Engine:
    return open_ledger(f"sqlite:///{tmp_path / 'books.db'}")


def test_an_export_is_told_as_it_was_booked_by_programme(books: Engine) -> None:
    assert record_export(books, "rm", ONE, AT)
    (told,) = exports(books, "rm")
    assert (told.export, told.at, told.deleted) == (ONE, AT, ())
    assert exports(books, "other") == ()
    assert verify_books(books) == ()


def test_the_same_to_the_same_folder_is_one_and_to_another_folder_two(books: Engine) -> None:
    assert record_export(books, "rm", ONE, AT)
    assert not record_export(books, "rm", ONE, AT)
    elsewhere = replace(ONE, folder="/data/other")
    assert record_export(books, "rm", elsewhere, AT)
    assert [one.export for one in exports(books, "rm")] == [ONE, elsewhere]
