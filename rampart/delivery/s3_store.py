"""A store in an S3 bucket.

Publish-once rests on conditional writes (``If-None-Match: *``), which AWS S3 and its good imitations decide
atomically. The SHA-256 goes with every upload as S3's own checksum and as metadata; the metadata is checked
on every read, because a multipart upload's S3 checksum is not the content's.

Completing an upload in parts is atomic on AWS, but not everywhere (SeaweedFS 4.48 let several racing uploads
succeed in 35 of 60 tries), so a large object is first reserved by a small one: a plain conditional write
decides whose bytes a key will hold.
"""

import builtins
import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from botocore.exceptions import ClientError

from rampart.delivery.errors import DeliveryError, MissingObjectError, StoreConflictError, StoreTroubleError
from rampart.delivery.hashed_copy import hashed_copy
from rampart.delivery.s3_client import s3_client
from rampart.delivery.s3_digests import DIGEST
from rampart.delivery.s3_errors import PRECONDITION, code_of, explained
from rampart.delivery.s3_reading import S3Stream, open_object, replaced
from rampart.delivery.s3_writing import LOCKED, Target, Writer
from rampart.delivery.store import (
    UNFINISHED,
    Content,
    KeyFor,
    ObjectInfo,
    S3Options,
    checked_key,
    sha256_of,
)

_ATTEMPTS = 6  # at a write that meets another write of the same key, 0.1 to 1.6 s apart
PART_BYTES = 16 << 20
# Codes of a write that met something: an object, another upload, or the end of its own upload in parts by an
# earlier try whose answer was lost.
_MET = PRECONDITION | {"ConditionalRequestConflict", "409", "NoSuchUpload"}
# Codes of a server-side copy that this account, or this server, cannot do; the bytes are then sent.
_NO_COPY = frozenset({"AccessDenied", "403", "NotImplemented", "501", "InvalidRequest"})
# Codes of a listing of versions that this account may not have, or that this server does not know.
_NO_VERSIONS = frozenset({"AccessDenied", "403", "NotImplemented", "501", "MethodNotAllowed", "405"})


class S3Store:
    """Objects below ``s3://bucket/prefix``.

    `part_bytes` is the size from which an object is uploaded in parts, and of each part (5 MiB at least).
    An upload that dies leaves parts that are no object; a lifecycle rule of the bucket should expire them.
    """

    def __init__(self, bucket: str, prefix: str, options: S3Options, part_bytes: int = PART_BYTES) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._part_bytes = part_bytes
        self._options = options
        self._client = s3_client(options)
        self._writer = Writer(self._client, bucket, options, part_bytes)

    def put_once(self, key: str, data: bytes) -> None:
        """Publish `data`; see `ObjectStore.put_once`."""
        content = Content(hashlib.sha256(data).hexdigest(), len(data))
        self._publish(key, content, lambda: self._writer.put(self._target(key, content), data))

    def put_file_once(self, key: str, path: Path) -> None:
        """Publish the file at `path`, in parts when it is large; see `ObjectStore.put_once`."""
        with path.open("rb") as source:
            content = Content(sha256_of(source), source.tell())
            source.seek(0)
            self._put_known(key, content, source)

    def put_stream_once(self, source: BinaryIO, key_for: KeyFor, expected: Content | None = None) -> Content:
        """Publish a stream; see `ObjectStore.put_stream_once`.

        What lies on this server, and is read as the same account, is copied there: it is read only for its
        digest. Anything else is sent while it is read, or afterwards where nobody promised its digest.
        """
        copied = isinstance(source, S3Stream) and source.reach == self._options.reach
        large = expected is not None and expected.bytes >= self._part_bytes
        if expected and large and not copied and not self.exists(key_for(expected)):
            content = self._put_while_reading(source, key_for, expected)
        else:
            content = self._put_when_read(source, key_for)
        self._check_written(key_for(content), content)
        return content

    def get(self, key: str) -> bytes:
        """All bytes of an object, verified."""
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str, checked: bool = True) -> BinaryIO:
        """A stream over an object; see `ObjectStore.open`."""
        stream = open_object(self._client, self._bucket, self._full(key), checked)
        stream.reach = self._options.reach
        return stream

    def exists(self, key: str) -> bool:
        """Is there an object under `key`?"""
        try:
            self._head(key)
        except MissingObjectError:
            return False
        return True

    def list(self, prefix: str) -> tuple[ObjectInfo, ...]:
        """Objects whose key starts with `prefix`; the empty objects that stand for folders are left out."""
        with explained(f"s3://{self._bucket}/{self._prefix}{prefix}"):
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

    def remove_leftovers(self, begun_before: datetime) -> int:
        """Have the server forget uploads in parts that nobody finished; see `leftovers`."""
        with explained(f"s3://{self._bucket}/{self._prefix}"):
            return self._writer.abort_uploads(self._prefix, begun_before)

    def locked_until(self, key: str) -> datetime | None:
        """Until when object lock keeps the newest version."""
        try:
            with explained(self.uri(key)):
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
        with explained(self.uri(key)):
            for version in versions or []:
                self._client.delete_object(Bucket=self._bucket, Key=self._full(key), VersionId=version)
            if not versions:
                self._client.delete_object(Bucket=self._bucket, Key=self._full(key))
        return versions is not None

    def _versions(self, key: str) -> "builtins.list[str] | None":
        """Version ids of everything under `key`, markers included; None when they may not be listed."""
        full = self._full(key)
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=full)
        with explained(self.uri(key)):
            try:
                return [
                    item["VersionId"]
                    for page in pages
                    for item in (*page.get("Versions", []), *page.get("DeleteMarkers", []))
                    if item["Key"] == full
                ]
            except ClientError as error:
                if code_of(error) in _NO_VERSIONS:
                    return None
                raise  # a server in trouble: a marker over versions that are there would look like a deletion

    def _full(self, key: str) -> str:
        return self._prefix + checked_key(key)

    def _target(self, key: str, content: Content) -> Target:
        return Target(self._full(key), content, key.startswith(LOCKED))

    def _head(self, key: str) -> Content | None:
        """What lies under `key`, None where its SHA-256 is not on record; raises when nothing does."""
        with explained(self.uri(key)):
            found = self._client.head_object(Bucket=self._bucket, Key=self._full(key))
        digest = found["Metadata"].get(DIGEST)
        return Content(digest, found["ContentLength"]) if digest else None

    def _put_when_read(self, source: BinaryIO, key_for: KeyFor) -> Content:
        head = _Head(self._part_bytes)
        content = hashed_copy(source, head.write)
        key = key_for(content)
        if content.bytes < self._part_bytes:
            self.put_once(key, bytes(head.data))
        elif not self._is_there(key, content) and not self._copied(source, key, content):
            source.seek(0)
            self._put_known(key, content, source)
        return content

    def _put_while_reading(self, source: BinaryIO, key_for: KeyFor, expected: Content) -> Content:
        key = key_for(expected)
        with explained(self.uri(key)), self._writer.parts(self._target(key, expected)) as parts:
            content = hashed_copy(source, parts.write)
            if key_for(content) != key or content != expected:
                raise _changed(self.uri(key))
            self._publish_large(key, content, parts.complete)
        return content

    def _put_known(self, key: str, content: Content, source: BinaryIO) -> None:
        if content.bytes < self._part_bytes:
            self.put_once(key, source.read())
        elif not self._is_there(key, content):
            self._put_while_reading(source, lambda _: key, content)

    def _copied(self, source: BinaryIO, key: str, content: Content) -> bool:
        """Have the server copy what was read from it; False where it cannot."""
        if not isinstance(source, S3Stream) or source.reach != self._options.reach:
            return False
        origin = source.origin
        try:
            with self._writer.parts(self._target(key, content), sent=False) as parts:
                parts.copy(origin)
                self._publish_large(key, content, parts.complete)
        except ClientError as error:
            if code_of(error) in PRECONDITION:
                raise replaced(f"s3://{origin.bucket}/{origin.key}") from error
            if code_of(error) in _NO_COPY:
                return False
            with explained(self.uri(key)):
                raise
        return True

    def _is_there(self, key: str, content: Content) -> bool:
        """Saves sending gigabytes only to be refused; other bytes raise `StoreConflictError`."""
        try:
            self._check_same(key, content)
        except MissingObjectError:
            return False
        return True

    def _publish_large(self, key: str, content: Content, complete: Callable[[], None]) -> None:
        self._reserve(key, content.sha256)
        self._publish(key, content, complete)

    def _publish(self, key: str, content: Content, upload: Callable[[], None]) -> None:
        for attempt in range(_ATTEMPTS):
            with explained(self.uri(key)):
                try:
                    return upload()
                except ClientError as error:
                    if code_of(error) not in _MET:
                        raise
            # Refused because something is there. That may be our own earlier try, whose answer was lost.
            if self._is_there(key, content):
                return None
            time.sleep(0.1 * min(2**attempt, 16))  # 409: another upload is under way and may yet fail
        raise StoreTroubleError(
            "other writers keep getting in the way", file=self.uri(key), fix="run the task again in a minute"
        )

    def _reserve(self, key: str, digest: str) -> None:
        """Make `digest` the only content `key` may ever get; the reservation stays, as the object does."""
        name = hashlib.sha256(key.encode()).hexdigest()
        try:
            self.put_once(f"{UNFINISHED}/{name}", digest.encode())
        except StoreConflictError as error:
            raise self._conflict(key) from error

    def _conflict(
        self, key: str, problem: str = "other bytes are already published under this key"
    ) -> StoreConflictError:
        fix = "published bytes never change; publish under a new key"
        return StoreConflictError(problem, file=self.uri(key), fix=fix)

    def _check_same(self, key: str, content: Content) -> None:
        stored = self._head(key)
        if stored is None:  # not written by us
            with self.open(key, checked=False) as stream:
                stored = hashed_copy(stream, len)
        if stored != content:
            raise self._conflict(key)

    def _check_written(self, key: str, content: Content) -> None:
        try:
            stored = self._head(key)
        except MissingObjectError as error:
            problem = "what was just written cannot be seen: the server answers with how things were before"
            raise StoreTroubleError(problem, self.uri(key), fix="run again in a minute") from error
        if stored not in (content, None):
            raise self._conflict(key, "the object does not hold what was just written")


class _Head:
    """The first bytes of a stream, as long as they could be all of it."""

    def __init__(self, most: int) -> None:
        self._most, self.data = most, bytearray()

    def write(self, chunk: bytes) -> None:
        if len(self.data) < self._most:
            self.data += chunk


def _changed(uri: str) -> DeliveryError:
    return DeliveryError("the file changed while it was read", uri, fix="finish writing it, then run again")
