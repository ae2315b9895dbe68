"""Writing an object to S3, once: in one request when it is small, in parts when it is large.

Every request says ``If-None-Match: *`` and carries the digest of its bytes; a refused one tells that
something is there already, which the caller then compares.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from rampart.delivery.s3_digests import DIGEST
from rampart.delivery.s3_errors import code_of
from rampart.delivery.s3_reading import Origin
from rampart.delivery.store import Content, S3Options

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import MultipartUploadTypeDef

LOCKED = "landed/"  # the keys, below the store's root, that object lock is for
MOST_PARTS = 10_000  # S3's limit for one object
_IN_FLIGHT = 3  # parts being sent; with the one being filled they bound the memory
# A copy costs no memory here, so its parts may be large; each is one request that the server works on.
_COPIED_BYTES, _COPIED_AT_ONCE = 64 << 20, 2


@dataclass(frozen=True)
class Target:
    """An object to be: its full name in the bucket, its content, and whether object lock is for it."""

    name: str
    content: Content
    lockable: bool


class Writer:
    """Puts objects into one bucket, as the options ask."""

    def __init__(self, client: "S3Client", bucket: str, options: S3Options, part_bytes: int) -> None:
        self._client, self._bucket, self._options, self._part_bytes = client, bucket, options, part_bytes

    def put(self, target: Target, data: bytes) -> None:
        """Write a small object in one request."""
        about = self._about(target) | self._checksum(data)
        self._client.put_object(Bucket=self._bucket, Key=target.name, Body=data, IfNoneMatch="*", **about)

    @contextmanager
    def parts(self, target: Target, sent: bool = True) -> Iterator["Parts"]:
        """Write a large object in parts; `complete` publishes it, and without that nothing is left.

        `sent`: the parts come from here and carry checksums. Asking for them on a copy within the server
        made it twice as slow (SeaweedFS 4.48), and proves no more than the ETag the copy is held to.
        """
        about = self._about(target)
        if sent and self._supported:
            about["ChecksumAlgorithm"] = "SHA256"
        begun = self._client.create_multipart_upload(Bucket=self._bucket, Key=target.name, **about)
        upload = {"Bucket": self._bucket, "Key": target.name, "UploadId": begun["UploadId"]}
        size = max(self._part_bytes, -(-target.content.bytes // MOST_PARTS))
        with ThreadPoolExecutor(max(_IN_FLIGHT, _COPIED_AT_ONCE)) as pool:
            parts = Parts(self._client, upload, self._checksum, pool, size)
            try:
                yield parts
            except BaseException:
                parts.abort()
                raise

    def abort_uploads(self, prefix: str, begun_before: datetime) -> int:
        """Abort the uploads in parts below `prefix` that began before then; returns how many.

        An account without the right to do so aborts none, which is no error: the right is optional, and the
        bucket's lifecycle rule does the same.
        """
        aborted = 0
        try:
            for upload in self._uploads(prefix):
                aborted += upload["Initiated"] < begun_before and self._aborted(upload)
        except ClientError as error:
            if code_of(error) != "AccessDenied":
                raise
        return aborted

    def _uploads(self, prefix: str) -> "list[MultipartUploadTypeDef]":
        asked = self._client.get_paginator("list_multipart_uploads")
        pages = asked.paginate(Bucket=self._bucket, Prefix=prefix)
        return [upload for page in pages for upload in page.get("Uploads", [])]

    def _aborted(self, upload: "MultipartUploadTypeDef") -> bool:
        """Was the upload ended here? Its writer, or another who clears away, may be quicker."""
        try:
            self._client.abort_multipart_upload(
                Bucket=self._bucket, Key=upload["Key"], UploadId=upload["UploadId"]
            )
        except ClientError as error:
            if code_of(error) != "NoSuchUpload":
                raise
            return False
        return True

    @property
    def _supported(self) -> bool:
        return self._options.checksums == "when_supported"

    def _checksum(self, data: bytes) -> dict[str, Any]:
        if self._supported:
            return {"ChecksumSHA256": base64.b64encode(hashlib.sha256(data).digest()).decode()}
        return {"ContentMD5": base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()}

    def _about(self, target: Target) -> dict[str, Any]:
        options = self._options
        about: dict[str, Any] = {"Metadata": {DIGEST: target.content.sha256}}
        if options.encryption != "none":
            about["ServerSideEncryption"] = options.encryption
        if options.kms_key_id:
            about["SSEKMSKeyId"] = options.kms_key_id
        if target.lockable and options.lock_days:
            about["ObjectLockMode"] = options.lock_mode
            about["ObjectLockRetainUntilDate"] = datetime.now(UTC) + timedelta(days=options.lock_days)
        return about


class Parts:
    """An object on its way, part by part, a few of them at a time."""

    def __init__(
        self,
        client: "S3Client",
        target: dict[str, str],
        checksum: Callable[[bytes], dict[str, Any]],
        pool: ThreadPoolExecutor,
        part_bytes: int,
    ) -> None:
        self._client: Any = client  # its types do not take a target by name
        self._target, self._checksum, self._pool, self._part_bytes = target, checksum, pool, part_bytes
        self._filling = bytearray()
        self._sent: list[Future[dict[str, Any]]] = []

    def write(self, chunk: bytes) -> None:
        """Take in the bytes that follow; waits while enough parts are under way."""
        self._filling += chunk
        while len(self._filling) >= self._part_bytes:
            self._send(bytes(self._filling[: self._part_bytes]))
            del self._filling[: self._part_bytes]

    def copy(self, origin: Origin) -> None:
        """Have the server take all parts from another object of its own, as it was when it was read."""
        source = {"Bucket": origin.bucket, "Key": origin.key}
        if origin.version:
            source["VersionId"] = origin.version
        step = max(_COPIED_BYTES, -(-origin.bytes // MOST_PARTS))
        for number, start in enumerate(range(0, origin.bytes, step), 1):
            asked = {
                "CopySource": source,
                "CopySourceRange": f"bytes={start}-{min(start + step, origin.bytes) - 1}",
                "CopySourceIfMatch": origin.etag,
            }
            self._sent.append(self._pool.submit(self._copied, number, asked))
        for future in self._sent:
            future.result()

    def complete(self) -> None:
        """Publish the object, unless something is there already."""
        if self._filling:
            self._send(bytes(self._filling))
        parts = [future.result() for future in self._sent]
        self._client.complete_multipart_upload(
            **self._target, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
        )

    def abort(self) -> None:
        """Have the server forget the parts; where it cannot be reached, the lifecycle rule does that."""
        for future in self._sent:
            future.cancel()
        self._pool.shutdown()
        with suppress(ClientError, BotoCoreError):
            self._client.abort_multipart_upload(**self._target)

    def _send(self, data: bytes) -> None:
        number = len(self._sent) + 1
        if number > _IN_FLIGHT:
            self._sent[number - 1 - _IN_FLIGHT].result()
        self._sent.append(self._pool.submit(self._uploaded, number, data))

    def _uploaded(self, number: int, data: bytes) -> dict[str, Any]:
        checksum = self._checksum(data)
        answer = self._client.upload_part(**self._target, PartNumber=number, Body=data, **checksum)
        return _part(number, answer | {k: v for k, v in checksum.items() if k == "ChecksumSHA256"})

    def _copied(self, number: int, asked: dict[str, Any]) -> dict[str, Any]:
        answer = self._client.upload_part_copy(**self._target, PartNumber=number, **asked)
        return _part(number, answer["CopyPartResult"])


def _part(number: int, answer: dict[str, Any]) -> dict[str, Any]:
    """What completing the upload says of a part; servers that made a checksum want to hear it again."""
    return {"PartNumber": number} | {k: answer[k] for k in ("ETag", "ChecksumSHA256") if k in answer}
