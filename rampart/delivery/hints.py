"""Event notifications of an S3 store, taken as a hint where to look now; polling is enough without them.

A hint names a contract week and nothing else: what lies there is read from the store itself, so a
notification that is lost, repeated, late or forged changes no result, only when a folder is looked at.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from rampart.delivery.errors import DeliveryError, printable

LONGEST_MESSAGE = 1 << 20  # characters; SQS and SNS carry at most 256 KiB, and ten make a batch
_DEEPEST = 4  # envelopes within each other: a queue's batch, its message, a topic's message, the event
_FIX = "pass the message as the queue or the webhook gave it"
_WRITTEN = ("create", "update", "rename")  # SeaweedFS: an entry that is there now


class HintError(DeliveryError):
    """A message that is no event notification."""


@dataclass(frozen=True)
class Touched:
    """An object that was written: its bucket and key."""

    bucket: str
    key: str


def touched(message: str, source: str = "the message") -> tuple[Touched, ...]:
    """The objects a notification says were written, each once and in order.

    Understood are, each on its own or within the others: the S3 event (AWS and MinIO,
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html), an SNS
    notification around it, an SQS message or batch around that, and the webhook of a SeaweedFS filer. Unknown
    keys are passed over; test events and removals touch nothing.

    Raises:
        HintError: it is none of these; `source` names it in the error.
    """
    if len(message) > LONGEST_MESSAGE:
        raise HintError(f"the message has {len(message):,} characters", source, fix=_FIX)
    return tuple(dict.fromkeys(_found(_read(message, source), source, _DEEPEST)))


def weeks_touched(
    objects: Iterable[Touched], bucket: str, prefix: str, inboxes: Mapping[str, tuple[str, int]]
) -> tuple[tuple[str, int], ...]:
    """The (contract, week) whose folders the objects lie in, sorted.

    Args:
        objects: what was written.
        bucket: the drop's bucket; objects of others are passed over.
        prefix: where in the bucket the drop begins, "" for the whole bucket.
        inboxes: folder below the drop → (contract id, week), of every week that may be delivered.
    """
    base = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    keys = [
        one.key.removeprefix(base) for one in objects if one.bucket == bucket and one.key.startswith(base)
    ]
    return tuple(sorted({week for key in keys for folder in _folders(key) if (week := inboxes.get(folder))}))


def _folders(key: str) -> Iterator[str]:
    """Every folder the key lies in."""
    parts = key.split("/")[:-1]
    return ("/".join(parts[:count]) for count in range(1, len(parts) + 1))


def _read(text: object, source: str) -> Any:
    if not isinstance(text, str):
        raise HintError("a message within the message is no text", source, fix=_FIX)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise HintError(f"this is not JSON ({error})", source, fix=_FIX) from error


def _found(value: Any, source: str, deeper: int) -> Iterator[Touched]:
    if isinstance(value, dict) and deeper:
        inner = next((name for name in ("Message", "Body", "body") if name in value), None)
        if "Records" in value or "Messages" in value:
            several = value.get("Records", value.get("Messages"))
            if not isinstance(several, list):
                raise HintError("expected a list of records", source, fix=_FIX)
            for one in several:
                yield from _record(one, source, deeper)
            return
        if inner:
            yield from _found(_read(value[inner], source), source, deeper - 1)
            return
        if value.get("Event") == "s3:TestEvent":
            return
        if isinstance(value.get("key"), str) and isinstance(value.get("event_type"), str):
            yield from _filer_event(value, source)
            return
    names = ", ".join(map(repr, list(value)[:10])) if isinstance(value, dict) else type(value).__name__
    raise HintError(f"this is no event notification; it holds {printable(names)}", source, fix=_FIX)


def _record(record: Any, source: str, deeper: int) -> Iterator[Touched]:
    """An S3 event record, or an SQS message with an event in its body."""
    if not isinstance(record, dict):
        raise HintError("expected a record to be an object", source, fix=_FIX)
    if "s3" not in record:
        yield from _found(record, source, deeper - 1)
        return
    if not str(record.get("eventName", "")).removeprefix("s3:").startswith("ObjectCreated:"):
        return
    try:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
    except (KeyError, TypeError) as error:
        raise HintError("a record names no s3.bucket.name and s3.object.key", source, fix=_FIX) from error
    if not isinstance(bucket, str) or not isinstance(key, str):
        raise HintError("a record's bucket or key is no text", source, fix=_FIX)
    yield Touched(bucket, unquote_plus(key))


def _filer_event(event: dict[str, Any], source: str) -> Iterator[Touched]:
    """SeaweedFS: paths of the filer, where buckets are folders of /buckets; a rename tells the new place."""
    if event["event_type"] not in _WRITTEN:
        return
    key = (_renamed(event.get("message")) if event["event_type"] == "rename" else None) or event["key"]
    if not key.startswith("/"):
        raise HintError("the event's key is no path of a filer", source, fix=_FIX)
    if path := re.fullmatch(r"/buckets/([^/]+)/(.+)", key, re.DOTALL):
        yield Touched(path[1], path[2])


def _renamed(about: Any) -> str | None:
    """The new path of a renamed entry, where the event says it."""
    try:
        folder, name = about["new_parent_path"], about["new_entry"]["name"]
    except (KeyError, TypeError):
        return None
    return f"{folder}/{name}" if isinstance(folder, str) and isinstance(name, str) else None
