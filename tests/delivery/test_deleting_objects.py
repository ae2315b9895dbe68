"""Removing objects for good, on a folder and on a real S3 server with versions and object lock."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rampart.delivery.errors import DeliveryError, StoreTroubleError
from rampart.delivery.local_store import LocalStore
from rampart.delivery.open_store import open_store
from rampart.delivery.overlay_store import OverlayStore
from rampart.delivery.store import ObjectStore, S3Options
from tests.delivery.scripted_s3 import Fault, Scripted, scripted_s3

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "landed/sha256/ab/abcd"


def test_a_deleted_object_is_gone_and_its_neighbours_stay(store: ObjectStore) -> None:
    store.put_once(KEY, b"to go")
    store.put_once(f"{KEY}e", b"to stay")  # its key begins like the other's
    assert store.locked_until(KEY) is None
    assert store.delete(KEY) is True
    assert (store.exists(KEY), store.get(f"{KEY}e")) == (False, b"to stay")
    assert [info.key for info in store.list("")] == [f"{KEY}e"]


def test_deleting_what_is_not_there_changes_nothing(store: ObjectStore) -> None:
    assert store.locked_until(KEY) is None
    assert store.delete(KEY) is True
    assert store.list("") == ()


def test_a_dry_run_deletes_nothing(tmp_path: Path) -> None:
    base = LocalStore(tmp_path / "base")
    base.put_once(KEY, b"kept")
    overlay = OverlayStore(LocalStore(tmp_path / "scratch"), base)
    assert overlay.locked_until(KEY) is None
    with pytest.raises(DeliveryError, match="a dry run deletes nothing"):
        overlay.delete(KEY)
    assert base.get(KEY) == b"kept"


@pytest.mark.slow
def test_older_versions_and_markers_go_too(
    s3_client: "S3Client", s3_bucket: str, s3_options: S3Options
) -> None:
    s3_client.put_bucket_versioning(Bucket=s3_bucket, VersioningConfiguration={"Status": "Enabled"})
    store = open_store(f"s3://{s3_bucket}/pre", s3_options)
    for data in (b"one", b"two"):
        store.put_once(KEY, data)
        s3_client.delete_object(Bucket=s3_bucket, Key=f"pre/{KEY}")  # leaves a marker and the version
    store.put_once(KEY, b"three")
    assert store.delete(KEY) is True
    found = s3_client.list_object_versions(Bucket=s3_bucket, Prefix=f"pre/{KEY}")
    assert (found.get("Versions", []), found.get("DeleteMarkers", [])) == ([], [])


@pytest.mark.slow
def test_a_locked_object_is_told_with_its_date_and_stays(
    s3_client: "S3Client", s3_options: S3Options
) -> None:
    bucket = "locked-bucket"
    s3_client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    store = open_store(f"s3://{bucket}/pre", s3_options)
    store.put_once(KEY, b"locked")
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=60)
    s3_client.put_object_retention(
        Bucket=bucket, Key=f"pre/{KEY}", Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until}
    )
    assert store.locked_until(KEY) == until
    with pytest.raises(DeliveryError):
        store.delete(KEY)
    assert store.get(KEY) == b"locked"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scripted]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    with scripted_s3() as state:
        yield state


@pytest.mark.parametrize(
    ("code", "status"), [("AccessDenied", 403), ("NotImplemented", 501), ("MethodNotAllowed", 405)]
)
def test_where_versions_may_not_be_listed_the_object_goes_and_older_versions_may_remain(
    server: Scripted, code: str, status: int
) -> None:
    remote = open_store("s3://store", server.options)
    remote.put_once(KEY, b"to go")
    server.faults.append(Fault("GET", code=code, status=status))
    assert remote.delete(KEY) is False
    assert server.objects == {}


@pytest.mark.parametrize(
    ("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("ExpiredToken", 400)]
)
def test_a_server_in_trouble_deletes_nothing_and_says_so(server: Scripted, code: str, status: int) -> None:
    remote = open_store("s3://store", server.options)
    remote.put_once(KEY, b"to stay")
    server.faults += [Fault("GET", code=code, status=status)] * 20
    with pytest.raises(StoreTroubleError, match=f"{code}.*Fix: "):
        remote.delete(KEY)
    assert list(server.objects) == [f"/store/{KEY}"]
    assert server.asked("DELETE") == []


def test_a_server_that_is_away_is_a_sentence(server: Scripted) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
    remote = open_store("s3://store", replace(server.options, endpoint_url=nobody))
    with pytest.raises(StoreTroubleError, match=r"could not be used .*Fix: check the endpoint"):
        remote.delete(KEY)
