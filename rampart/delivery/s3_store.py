"""A store in an S3 bucket: the one place that knows boto3.

Publish-once rests on conditional writes (``If-None-Match: *``), which AWS S3 and its good imitations decide
atomically. The SHA-256 goes with every upload as S3's own checksum and as metadata; the metadata is checked
on every read, because a multipart upload's S3 checksum is not the content's.

Completing an upload in parts is atomic on AWS, but not everywhere (SeaweedFS 4.48 let several racing uploads
succeed in 35 of 60 tries), so a large object is first reserved by a small one: a plain conditional write
decides whose bytes a key will hold.
"""

import base64
import builtins
import contextlib
import hashlib
import io
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody

from rampart.delivery.errors import DeliveryError, MissingObjectError, StoreConflictError, UnreadableFileError
from rampart.delivery.store import UNFINISHED, ObjectInfo, S3Options, checked_key, sha256_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DIGEST = "rampart-sha256"  # name of the metadata entry
_BUFFER = 1 << 20  # bytes
_ATTEMPTS = 6  # at a write that meets another write of the same key, 0.1 to 1.6 s apart
_FIXES = {
    "AccessDenied": "give this account s3:ListBucket, s3:GetObject and s3:PutObject on the bucket",
    "403": "give this account s3:ListBucket, s3:GetObject and s3:PutObject on the bucket",
    "NoSuchBucket": "create the bucket, or correct its name",
    "InvalidAccessKeyId": "set valid credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE or an instance role)",
    "SignatureDoesNotMatch": "set valid credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE or an instance role)",
}


class S3Store:
    """Objects below ``s3://bucket/prefix``.

    `part_bytes` is the size from which a file is uploaded in parts, and of each part (5 MiB at least).
    An upload that dies leaves parts that are no object; a lifecycle rule of the bucket should expire them.
    """

    def __init__(self, bucket: str, prefix: str, options: S3Options, part_bytes: int = 64 << 20) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client = _client(options)
        self._transfer = TransferConfig(multipart_threshold=part_bytes, multipart_chunksize=part_bytes)

    def put_once(self, key: str, data: bytes) -> None:
        """Publish `data`; see `ObjectStore.put_once`."""
        digest = hashlib.sha256(data)

        def upload() -> None:
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._full(key),
                Body=data,
                ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
                Metadata={DIGEST: digest.hexdigest()},
            )

        self._publish(key, digest.hexdigest(), upload)

    def put_file_once(self, key: str, path: Path) -> None:
        """Publish the file at `path`, in parts when it is large; see `ObjectStore.put_once`."""
        with path.open("rb") as source:
            digest = sha256_of(source)
        if self.exists(key):  # saves sending gigabytes only to be refused
            return self._check_same(key, digest)
        if path.stat().st_size >= self._transfer.multipart_threshold:
            self._reserve(key, digest)

        def upload() -> None:
            with path.open("rb") as source:
                self._client.upload_fileobj(
                    source,
                    self._bucket,
                    self._full(key),
                    ExtraArgs={"ChecksumAlgorithm": "SHA256", "Metadata": {DIGEST: digest}},
                    Config=self._transfer,
                )

        return self._publish(key, digest, upload)

    def get(self, key: str) -> bytes:
        """All bytes of an object, verified."""
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str) -> BinaryIO:
        """A stream over an object; its last read raises `UnreadableFileError` if the digest does not hold."""
        with _explained(self.uri(key)):
            found = self._client.get_object(Bucket=self._bucket, Key=self._full(key), ChecksumMode="ENABLED")
        raw = _Verified(found["Body"], self.uri(key), found["Metadata"].get(DIGEST))
        return io.BufferedReader(raw, _BUFFER)

    def exists(self, key: str) -> bool:
        """Is there an object under `key`?"""
        try:
            self._head(key)
        except MissingObjectError:
            return False
        return True

    def list(self, prefix: str) -> tuple[ObjectInfo, ...]:
        """Objects whose key starts with `prefix`; the empty objects that stand for folders are left out."""
        with _explained(f"s3://{self._bucket}/{self._prefix}{prefix}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix + prefix
            )
            found = [
                ObjectInfo(item["Key"].removeprefix(self._prefix), item["Size"], item.get("LastModified"))
                for page in pages
                for item in page.get("Contents", [])
                if not item["Key"].endswith("/")
                and not item["Key"].startswith(f"{self._prefix}{UNFINISHED}/")
            ]
        return tuple(sorted(found, key=lambda info: info.key))

    def uri(self, key: str) -> str:
        """The object's ``s3://`` address."""
        return f"s3://{self._bucket}/{self._full(key)}"

    def locked_until(self, key: str) -> datetime | None:
        """Until when object lock keeps the newest version."""
        try:
            with _explained(self.uri(key)):
                found = self._client.head_object(Bucket=self._bucket, Key=self._full(key))
        except MissingObjectError:
            return None
        if found.get("ObjectLockLegalHoldStatus") == "ON":
            return datetime.max.replace(tzinfo=UTC)
        until = found.get("ObjectLockRetainUntilDate")
        return until if until and until > datetime.now(UTC) else None

    def delete(self, key: str) -> bool:
        """Remove the object with every version this account may see; see `ObjectStore.delete`."""
        versions = self._versions(key)
        with _explained(self.uri(key)):
            for version in versions or []:
                self._client.delete_object(Bucket=self._bucket, Key=self._full(key), VersionId=version)
            if not versions:
                self._client.delete_object(Bucket=self._bucket, Key=self._full(key))
        return versions is not None

    def _versions(self, key: str) -> "builtins.list[str] | None":
        """Version ids of everything under `key`, markers included; None when they may not be listed."""
        full = self._full(key)
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=full)
        try:
            return [
                item["VersionId"]
                for page in pages
                for item in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
                if item["Key"] == full
            ]
        except ClientError:  # not allowed, or a server without versions
            return None

    def _full(self, key: str) -> str:
        return self._prefix + checked_key(key)

    def _head(self, key: str) -> dict[str, str]:
        """The object's metadata."""
        with _explained(self.uri(key)):
            return self._client.head_object(Bucket=self._bucket, Key=self._full(key))["Metadata"]

    def _publish(self, key: str, digest: str, upload: Callable[[], None]) -> None:
        for attempt in range(_ATTEMPTS):
            with _explained(self.uri(key)):
                try:
                    return upload()
                except ClientError as error:
                    if _code(error) not in ("PreconditionFailed", "412", "ConditionalRequestConflict"):
                        raise
            # Refused because something is there. That may be our own earlier try, whose answer was lost.
            with contextlib.suppress(MissingObjectError):
                return self._check_same(key, digest)
            time.sleep(0.1 * min(2**attempt, 16))  # 409: another upload is under way and may yet fail
        raise DeliveryError(
            "other writers keep getting in the way", file=self.uri(key), fix="run the task again in a minute"
        )

    def _reserve(self, key: str, digest: str) -> None:
        """Make `digest` the only content `key` may ever get; the reservation stays, as the object does."""
        name = hashlib.sha256(key.encode()).hexdigest()
        try:
            self.put_once(f"{UNFINISHED}/{name}", digest.encode())
        except StoreConflictError as error:
            raise self._conflict(key) from error

    def _conflict(self, key: str) -> StoreConflictError:
        return StoreConflictError(
            "other bytes are already published under this key",
            file=self.uri(key),
            fix="published bytes never change; publish under a new key",
        )

    def _check_same(self, key: str, digest: str) -> None:
        stored = self._head(key).get(DIGEST)
        if stored is None:
            with self.open(key) as stream:
                stored = sha256_of(stream)
        if stored != digest:
            raise self._conflict(key)


class _Verified(io.RawIOBase):
    """An object's body, hashed on the way."""

    def __init__(self, body: StreamingBody, uri: str, sha256: str | None) -> None:
        self._body, self._uri, self._wanted = body, uri, sha256
        self._seen = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        with _explained(self._uri):
            data = self._body.read(len(buffer))
        self._seen.update(data)
        if not data and self._wanted not in (None, self._seen.hexdigest()):
            raise UnreadableFileError(
                f"the stored bytes have the SHA-256 {self._seen.hexdigest()}; written was {self._wanted}",
                file=self._uri,
                fix="restore the object from a backup or an older version",
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()


def _client(options: S3Options) -> "S3Client":
    session = boto3.Session(profile_name=options.profile, region_name=options.region)
    client = session.client(
        "s3",
        endpoint_url=options.endpoint_url,
        config=Config(
            retries={"mode": "standard", "max_attempts": 5},
            s3={"addressing_style": "path" if options.path_style else "auto"},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=16,
        ),
    )
    # boto3's transfer manager cannot be told to write conditionally, so the client itself is: no write of
    # this client can replace an object.
    for operation in ("PutObject", "CompleteMultipartUpload"):
        client.meta.events.register(f"before-parameter-build.s3.{operation}", _never_replace)
    return client


def _never_replace(params: dict[str, Any], **_: object) -> None:
    params["IfNoneMatch"] = "*"


@contextlib.contextmanager
def _explained(uri: str) -> Iterator[None]:
    """Turn boto3's errors into sentences."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in ("NoSuchKey", "404", "NotFound"):
            raise MissingObjectError(
                "there is no such object", uri, fix="check the name and deliver the file"
            ) from error
        raise DeliveryError(
            f"the S3 server refused ({code})", uri, fix=_FIXES.get(code, f"see S3's error code {code}")
        ) from error
    except BotoCoreError as error:
        raise DeliveryError(
            f"the S3 server could not be used ({error})",
            uri,
            fix="check the endpoint, the region, the credentials and the network, then run again",
        ) from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "unknown")
