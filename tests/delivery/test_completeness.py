"""When a delivery without a manifest is complete, by the store's own time stamps."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.terms.sources import Complete
from rampart.delivery.arrival import Arrival, look
from rampart.delivery.completeness import still_awaited
from rampart.delivery.errors import LandingError
from rampart.delivery.local_store import LocalStore
from rampart.delivery.s3_store import S3Store
from rampart.delivery.store import ObjectInfo, ObjectStore, S3Options
from tests.delivery.reading import JSONL, contract

NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BOTH = Complete(marker="done", quiet_minutes=30)


def file(minutes_ago: int | None, name: str = "a") -> ObjectInfo:
    return ObjectInfo(name, 1, None if minutes_ago is None else NOON - minutes_ago * MINUTE)


@pytest.mark.parametrize(
    ("terms", "files", "marker", "awaited"),
    [
        (BOTH, [file(90), file(40)], file(31), None),
        (BOTH, [file(90), file(40)], file(30), None),
        (
            BOTH,
            [file(90), file(40)],
            file(29),
            "a file changed at 2026-01-12 11:31 UTC, and 30 minutes of quiet",
        ),
        (BOTH, [file(90)], None, "the marker done is not"),
        (Complete(marker="done"), [file(0)], file(0), None),
        (Complete(quiet_minutes=5), [file(90), file(4)], None, "a file changed at 2026-01-12 11:56 UTC"),
        (Complete(quiet_minutes=5), [file(-10)], None, "a file changed at 2026-01-12 12:10 UTC"),
    ],
)
def test_everything_the_contract_names_must_hold(
    terms: Complete, files: list[ObjectInfo], marker: ObjectInfo | None, awaited: str | None
) -> None:
    found = still_awaited(terms, "w/", files, marker, NOON)
    assert found == awaited if awaited is None else found and found.startswith(awaited)


def test_quiet_is_not_waited_for_where_somebody_says_the_files_are_whole() -> None:
    assert still_awaited(BOTH, "w/", [file(0)], file(0), None) is None
    assert still_awaited(BOTH, "w/", [file(0)], None, None) == "the marker done is not"


def test_a_file_younger_than_the_marker_is_named() -> None:
    with pytest.raises(
        LandingError, match=r"w/b: this file changed after the marker 'done' was written\. Fix: wr"
    ):
        still_awaited(BOTH, "w/", [file(9), file(1, "b")], file(2, "done"), NOON)


def test_a_store_without_time_stamps_cannot_tell() -> None:
    with pytest.raises(LandingError, match=r"the store does not tell when this file last changed"):
        still_awaited(Complete(quiet_minutes=5), "w/", [file(None)], None, NOON)


def _seen(store: ObjectStore) -> None:
    terms = contract({"rows": JSONL, "complete": {"marker": "done", "quiet_minutes": 30}})
    store.put_once("w/rows.jsonl", b"{}\n")
    now = datetime.now(UTC)
    assert look(store, "w", terms, now) == "1 file is in w, but the marker done is not there yet"
    store.put_once("w/done", b"")
    waiting = look(store, "w", terms, now)
    assert isinstance(waiting, str)
    assert waiting.startswith("2 files are in w, but a file changed at ")
    arrival = look(store, "w", terms, now + 32 * MINUTE)
    assert isinstance(arrival, Arrival)
    assert [info.key for info in arrival.files] == ["rows.jsonl"]
    assert all(abs(info.modified - now) < MINUTE for info in arrival.files if info.modified)


def test_a_folder_tells_when_its_files_changed(tmp_path: Path) -> None:
    _seen(LocalStore(tmp_path))
    os.utime(tmp_path / "w" / "rows.jsonl", (0, 0))
    assert LocalStore(tmp_path).list("w/rows")[0].modified == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.slow
def test_a_bucket_tells_when_its_objects_changed(s3_bucket: str, s3_options: S3Options) -> None:
    _seen(S3Store(s3_bucket, "", s3_options))
