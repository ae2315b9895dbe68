"""Reading an object of S3: a stream that survives cuts, and is held to what the store knows of its bytes.

A body may end early without an error, and a part asked for by range comes without a checksum. So bytes are
counted against Content-Length, what is missing is asked for by range and with the ETag of the first answer,
and the digest runs over all of it.
"""

import contextlib
import io
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from urllib3.exceptions import HTTPError

from rampart.delivery.errors import DamagedReadError, DeliveryError, MissingObjectError, StoreTroubleError
from rampart.delivery.s3_digests import Known, known_digest
from rampart.delivery.s3_errors import PRECONDITION, code_of, explained

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_BUFFER = 64 << 10  # bytes; larger reads go past it, without a copy
# A read may be resumed so often, and once more for each of these many bytes it got: a bad line gets through,
# and a server that hangs up on every byte does not keep a worker for ever.
RESUMES = 5
_BYTES_A_RESUME = 64 << 20
_BACKOFF_S = (0.1, 0.3, 1.0, 3.0)
_CUT = (HTTPClientError, IncompleteReadError, HTTPError, OSError)


@dataclass(frozen=True)
class Origin:
    """Which bytes are read: the object, and the version and ETag it had when the reading began."""

    bucket: str
    key: str
    etag: str
    version: str | None
    bytes: int


class S3Stream(io.BufferedReader):
    """A stream over one object that can go back to its start, and only there.

    `reach` says which server it came from and as which account it was read (`S3Options.reach`).
    """

    def __init__(self, body: "_ResumingBody") -> None:
        super().__init__(body, _BUFFER)
        self.origin = body.origin
        self.reach: tuple[str | None, ...] | None = None


def open_object(client: "S3Client", bucket: str, key: str, checked: bool = True) -> S3Stream:
    """A stream over an object; see `ObjectStore.open`."""
    return S3Stream(_ResumingBody(client, bucket, key, checked))


class _ResumingBody(io.RawIOBase):
    """An object's body from its first byte to its last, over as many connections as that takes."""

    def __init__(self, client: "S3Client", bucket: str, key: str, checked: bool) -> None:
        self._client, self._uri = client, f"s3://{bucket}/{key}"
        with explained(self._uri):
            found = client.get_object(Bucket=bucket, Key=key)
        self._known: Known | None = known_digest(found) if checked else None
        self._body: Any = found["Body"]
        self._position, self._resumed = 0, 0
        version = found.get("VersionId")
        # "null" names the version from before a bucket got versions; asking for it needs another permission.
        pinned = version if version != "null" else None
        self.origin = Origin(bucket, key, found["ETag"], pinned, found["ContentLength"])

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if (offset, whence) not in ((0, io.SEEK_SET), (self._position, io.SEEK_SET), (0, io.SEEK_CUR)):
            raise io.UnsupportedOperation("an object of S3 is read from its start")
        if whence == io.SEEK_SET and offset != self._position:
            self._position, self._known = 0, self._known.again() if self._known else None
            self._ask()
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        if self._known:
            self._known.update(data)
            if self._position == self.origin.bytes:
                self._check(self._known)
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()

    def _next(self, count: int) -> bytes:
        """Some of the bytes that follow, none at the end."""
        while self._position < self.origin.bytes:
            why = "the connection ended early"
            try:
                data: bytes = self._body.read(min(count, self.origin.bytes - self._position))
            except _CUT as error:
                data, why = b"", str(error)
            if data:
                return data
            self._resume(why)
        return b""

    def _resume(self, why: str) -> None:
        allowed = RESUMES + self._position // _BYTES_A_RESUME
        if self._resumed >= allowed:
            raise StoreTroubleError(
                f"the read was cut {self._resumed + 1} times, last after {self._position:,} of "
                f"{self.origin.bytes:,} bytes ({why})",
                self._uri,
                fix="check the network between here and the server, then run again",
            )
        time.sleep(_BACKOFF_S[min(self._resumed, len(_BACKOFF_S) - 1)])
        self._resumed += 1
        self._ask()

    def _ask(self) -> None:
        """Get the rest of the very bytes that were read so far, on a new connection."""
        with contextlib.suppress(BotoCoreError, HTTPError, OSError):
            self._body.close()
        about = self.origin
        pinned: dict[str, Any] = {"VersionId": about.version} if about.version else {}
        if self._position:
            pinned["Range"] = f"bytes={self._position}-"
        try:
            with explained(self._uri):
                found = self._client.get_object(
                    Bucket=about.bucket, Key=about.key, IfMatch=about.etag, **pinned
                )
        except MissingObjectError as error:
            raise replaced(self._uri, "removed") from error
        except DeliveryError as error:
            if isinstance(error.__cause__, ClientError) and code_of(error.__cause__) in PRECONDITION:
                raise replaced(self._uri) from error
            raise
        self._body = found["Body"]
        if found["ETag"] != about.etag:  # a server that does not know If-Match
            raise replaced(self._uri)
        if self._position + found["ContentLength"] != about.bytes:
            raise StoreTroubleError(
                "the server does not answer to the range that was asked for",
                self._uri,
                fix="use a server, or a proxy before it, that honours Range",
            )

    def _check(self, known: Known) -> None:
        if said := known.mismatch():
            raise DamagedReadError(said, file=self._uri, fix=known.fix)


def replaced(uri: str, how: str = "replaced") -> DeliveryError:
    """The vendor put other bytes under the key between our first look and our last."""
    return DeliveryError(
        f"the object was {how} while it was read",
        uri,
        fix="have its owner finish the upload, the manifest last, then run again",
    )
