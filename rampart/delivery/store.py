"""Where bytes live: one small protocol over a local folder and an S3 bucket.

Objects are published once. The same bytes again change nothing; other bytes under the same key are refused.
So a task that crashed is simply run again, and two workers on one delivery cannot undo each other's work.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

from rampart.delivery.errors import DeliveryError

# S3's own limit for a key and the usual limit of a file name, both in UTF-8 bytes.
LONGEST_KEY = 1024
LONGEST_NAME = 255
UNFINISHED = ".rampart-unfinished"  # below it lies what publishing needs; those are no objects, never listed
_CHUNK = 1 << 20  # bytes


@dataclass(frozen=True)
class ObjectInfo:
    """One stored object: its key below the store's root, its size in bytes, when it last changed (UTC)."""

    key: str
    bytes: int
    modified: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Content:
    """What bytes are, wherever they lie: their SHA-256 (lower-case hex) and how many they are."""

    sha256: str
    bytes: int


# Decides, once a stream was read, where its bytes belong; it may refuse them by raising.
KeyFor = Callable[[Content], str]
Checksums = Literal["when_supported", "when_required"]
Encryption = Literal["none", "AES256", "aws:kms"]
LockMode = Literal["GOVERNANCE", "COMPLIANCE"]


@dataclass(frozen=True)
class S3Options:
    """How to reach an S3 server, and how to write there; the defaults are those of the AWS command line.

    `checksums`: send and ask for SHA-256 checksums, or make do with MD5 and signatures, which servers of
    before 2022 understand. `lock_days` is the retention of landed bytes, in a bucket with object lock.
    """

    endpoint_url: str | None = None
    region: str | None = None
    path_style: bool = False
    profile: str | None = None
    checksums: Checksums = "when_supported"
    encryption: Encryption = "none"
    kms_key_id: str | None = None
    lock_days: int | None = None
    lock_mode: LockMode = "GOVERNANCE"

    @property
    def reach(self) -> tuple[str | None, ...]:
        """Whom one speaks to, and as whom: with equal ones, a server can copy from one store to another."""
        return self.endpoint_url, self.region, self.profile


class ObjectStore(Protocol):
    """Published bytes under keys such as ``landed/sha256/ab/abcd…``."""

    def put_once(self, key: str, data: bytes) -> None:
        """Publish `data`, whole or not at all, on durable storage.

        Equal bytes under the key are left alone; other bytes raise `StoreConflictError`.
        """

    def put_file_once(self, key: str, path: Path) -> None:
        """`put_once` with the content of a local file, in bounded memory."""

    def put_stream_once(self, source: BinaryIO, key_for: KeyFor, expected: Content | None = None) -> Content:
        """Publish all of `source`, in one pass and bounded memory, under the key that its content decides.

        `key_for` is asked once all was read, and nothing is published when it raises. `expected` is what
        somebody promised, if anybody did: without it, a large file that goes to S3 from elsewhere has to be
        read twice, so `source` must be able to go back to its start.

        Raises `StoreConflictError` when under the key lie other bytes, or not all that was just written.
        """

    def get(self, key: str) -> bytes:
        """All bytes of an object; `MissingObjectError` when there is none."""

    def open(self, key: str, checked: bool = True) -> BinaryIO:
        """A stream over an object, in bounded memory; `MissingObjectError` when there is none.

        `checked`: hold the bytes to what the store knows of them; their last read raises
        `DamagedReadError` where that does not hold. Say no where you compare a SHA-256 yourself.
        """

    def exists(self, key: str) -> bool:
        """Is something published under `key`?"""

    def list(self, prefix: str) -> tuple[ObjectInfo, ...]:
        """All objects whose key starts with `prefix` (as text, not as a folder), sorted by key."""

    def uri(self, key: str) -> str:
        """The object's full address, for people and for other programs."""

    def locked_until(self, key: str) -> datetime | None:
        """Until when the store itself refuses to delete the object; None when it may go, or is not there.

        A lock without an end (a legal hold) gives the last moment there is.
        """

    def delete(self, key: str) -> bool:
        """Remove the object for good; one that is not there changes nothing. For `ledger.deletion` only.

        True when nothing of it is left, False where a versioned bucket may still hold older versions.
        """


def checked_key(key: str) -> str:
    """`key` itself if it names an object safely in every store; otherwise `DeliveryError`.

    Keys are relative paths with ``/`` between names: no empty name, ``.`` or ``..``, no backslash, no control
    character, at most 1024 bytes in all and 255 in a name.
    """
    if problem := key_problem(key):
        raise DeliveryError(
            f"the key {problem}", file=key, fix="use names separated by single slashes, relative to the store"
        )
    return key


def key_problem(key: str) -> str | None:
    """What keeps `key` from being a safe relative path, as the end of a sentence; None for a good one."""
    names = key.split("/")
    unprintable = not key.isprintable()  # also what UTF-8 cannot encode, so the lengths below can be taken
    problems = {
        "is empty": not key,
        "is an absolute path": key.startswith("/"),
        "leaves its folder with '..'": ".." in names,
        "has an empty name or '.' between its slashes": "" in names or "." in names,
        "holds a backslash or a character that cannot be printed": "\\" in key or unprintable,
        f"is longer than {LONGEST_KEY} bytes, or has a name longer than {LONGEST_NAME}": not unprintable
        and (len(key.encode()) > LONGEST_KEY or max(len(name.encode()) for name in names) > LONGEST_NAME),
    }
    return next((problem for problem, found in problems.items() if found), None)


def sha256_of(stream: BinaryIO) -> str:
    """SHA-256 (hex) of what is left in `stream`, in bounded memory."""
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
