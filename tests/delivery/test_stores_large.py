"""Large objects on a real S3 server: copied, sent, versioned, locked, encrypted, cleaned up."""

import hashlib
import io
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from rampart.delivery.errors import DeliveryError, StoreConflictError
from rampart.delivery.landing import landed_key
from rampart.delivery.leftovers import remove_leftovers
from rampart.delivery.s3_store import S3Store
from rampart.delivery.store import Content, S3Options

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

pytestmark = pytest.mark.slow
PART = 5 << 20
DATA = os.urandom(12 << 20)
CONTENT = Content(hashlib.sha256(DATA).hexdigest(), len(DATA))
KEY = landed_key(CONTENT.sha256)


def _key(content: Content) -> str:
    return landed_key(content.sha256)


@pytest.fixture
def store(s3_bucket: str, s3_options: S3Options) -> S3Store:
    return S3Store(s3_bucket, "store", s3_options, PART)


@pytest.fixture
def drop(s3_bucket: str, s3_options: S3Options) -> S3Store:
    return S3Store(s3_bucket, "drop", s3_options, PART)


def _operations(store: S3Store) -> list[str]:
    """The names of all S3 operations `store` calls from now on."""
    seen: list[str] = []
    store._client.meta.events.register("before-call.s3", lambda model, **_: seen.append(model.name))
    return seen


@pytest.mark.parametrize("expected", [CONTENT, None])
def test_a_stream_from_elsewhere_is_sent_in_parts_and_published_once(
    store: S3Store, expected: Content | None
) -> None:
    seen = _operations(store)
    for _ in range(2):
        assert store.put_stream_once(io.BytesIO(DATA), _key, expected) == CONTENT
    assert seen.count("UploadPart") == 3
    assert store.get(KEY) == DATA
    assert [info.key for info in store.list("")] == [KEY]


def test_what_lies_on_the_same_server_is_copied_there(store: S3Store, drop: S3Store) -> None:
    drop.put_once("rows", DATA)
    seen = _operations(store)
    with drop.open("rows", checked=False) as source:
        assert store.put_stream_once(source, _key, CONTENT) == CONTENT
    assert "UploadPartCopy" in seen
    assert "UploadPart" not in seen
    assert store.get(KEY) == DATA


def test_what_another_account_reads_is_sent(store: S3Store, s3_bucket: str, s3_options: S3Options) -> None:
    drop = S3Store(s3_bucket, "drop", replace(s3_options, region="eu-west-1"), PART)
    drop.put_once("rows", DATA)
    seen = _operations(store)
    with drop.open("rows") as source:
        assert store.put_stream_once(source, _key) == CONTENT
    assert "UploadPartCopy" not in seen
    assert store.get(KEY) == DATA


def test_an_object_replaced_before_it_is_copied_is_not_taken_for_what_was_read(
    store: S3Store, drop: S3Store, s3_bucket: str, s3_client: "S3Client"
) -> None:
    drop.put_once("rows", DATA)

    def replacing(content: Content) -> str:
        s3_client.put_object(Bucket=s3_bucket, Key="drop/rows", Body=os.urandom(len(DATA)))
        return _key(content)

    with drop.open("rows") as source, pytest.raises(DeliveryError, match="was replaced while it was read"):
        store.put_stream_once(source, replacing)
    assert store.list("") == ()
    assert not s3_client.list_multipart_uploads(Bucket=s3_bucket).get("Uploads")


def test_a_stream_that_is_not_what_was_promised_leaves_nothing(
    store: S3Store, s3_bucket: str, s3_client: "S3Client"
) -> None:
    with pytest.raises(DeliveryError, match="changed while it was read"):
        store.put_stream_once(io.BytesIO(DATA[:-1] + b"?"), lambda _: KEY, CONTENT)
    assert store.list("") == ()
    assert not s3_client.list_multipart_uploads(Bucket=s3_bucket).get("Uploads")


def test_damaged_bytes_under_the_digest_are_not_trusted(
    store: S3Store, s3_bucket: str, s3_client: "S3Client"
) -> None:
    about = {"rampart-sha256": CONTENT.sha256}
    s3_client.put_object(Bucket=s3_bucket, Key=f"store/{KEY}", Body=DATA[:-1], Metadata=about)
    with pytest.raises(StoreConflictError):
        store.put_stream_once(io.BytesIO(DATA), _key, CONTENT)


def test_uploads_nobody_finished_are_aborted_by_age(
    store: S3Store, s3_bucket: str, s3_client: "S3Client"
) -> None:
    s3_client.create_multipart_upload(Bucket=s3_bucket, Key="store/left")
    s3_client.create_multipart_upload(Bucket=s3_bucket, Key="other/left")
    now = datetime.now(UTC)
    assert remove_leftovers(store, now - timedelta(hours=1)) == 0
    assert remove_leftovers(store, now + timedelta(minutes=1)) == 1
    left = s3_client.list_multipart_uploads(Bucket=s3_bucket)["Uploads"]
    assert [upload["Key"] for upload in left] == ["other/left"]


@pytest.mark.parametrize("size", [1_000, len(DATA)])
def test_landed_bytes_cannot_be_deleted_while_they_are_locked(
    s3_bucket: str, s3_options: S3Options, s3_client: "S3Client", size: int
) -> None:
    bucket = f"{s3_bucket}-locked"
    s3_client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    store = S3Store(bucket, "", replace(s3_options, lock_days=1, lock_mode="COMPLIANCE"), PART)
    content = store.put_stream_once(io.BytesIO(DATA[:size]), _key)
    store.put_once("packs/x", b"free")
    for key, refused in ((_key(content), True), ("packs/x", False)):
        version = s3_client.head_object(Bucket=bucket, Key=key)["VersionId"]
        try:
            s3_client.delete_object(Bucket=bucket, Key=key, VersionId=version)
            deleted = True
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied"
            deleted = False
        assert deleted != refused
    assert store.get(_key(content)) == DATA[:size]


def test_a_lock_on_a_bucket_without_object_lock_is_refused_with_its_fix(
    s3_bucket: str, s3_options: S3Options
) -> None:
    with pytest.raises(DeliveryError, match=r"InvalidRequest.*Fix: check object lock"):
        S3Store(s3_bucket, "", replace(s3_options, lock_days=1)).put_once("landed/x", b"x")


def test_a_versioned_bucket_publishes_once_and_a_read_keeps_to_its_version(
    s3_bucket: str, s3_options: S3Options, s3_client: "S3Client"
) -> None:
    s3_client.put_bucket_versioning(Bucket=s3_bucket, VersioningConfiguration={"Status": "Enabled"})
    store = S3Store(s3_bucket, "", s3_options, PART)
    store.put_once("key", DATA)
    with pytest.raises(StoreConflictError):
        store.put_once("key", b"other")
    with store.open("key") as stream:
        stream.read(1000)
        s3_client.put_object(Bucket=s3_bucket, Key="key", Body=b"a newer version")
        stream.seek(0)
        assert stream.read() == DATA


@pytest.mark.parametrize("changes", [{"encryption": "AES256"}, {"checksums": "when_required"}])
def test_other_ways_of_writing_store_the_same_bytes(
    s3_bucket: str, s3_options: S3Options, s3_client: "S3Client", changes: dict[str, str]
) -> None:
    store = S3Store(s3_bucket, "", replace(s3_options, **changes), PART)  # type: ignore[arg-type]
    for size in (1_000, len(DATA)):
        content = store.put_stream_once(io.BytesIO(DATA[:size]), _key)
        assert store.get(_key(content)) == DATA[:size]
        head = s3_client.head_object(Bucket=s3_bucket, Key=_key(content))
        assert head.get("ServerSideEncryption") == changes.get("encryption")
