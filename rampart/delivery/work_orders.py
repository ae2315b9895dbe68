"""Work orders: what the buyer sent out for labelling, kept so that what comes back can be compared with it.

A work order is JSON Lines, an item a line: ``{"item": "w03-0001", "prompt": [{"role": "user", "content":
"…"}], "responses": [{"checkpoint_id": "policy-7", "content": "…"}]}``. The judge of on-policy lineage needs
only which texts went out from which checkpoint, so that is all a read work order keeps.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from rampart.delivery.errors import WorkOrderError
from rampart.delivery.store import checked_key

Text = Annotated[str, msgspec.Meta(min_length=1)]


class WorkMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn of an item's prompt."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str


class WorkResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One response sent out, and the policy checkpoint it was sampled from."""

    checkpoint_id: Text
    content: str


class WorkItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One prompt with the responses to be judged; `item` is unique in its work order."""

    item: Text
    prompt: Annotated[tuple[WorkMessage, ...], msgspec.Meta(min_length=1)]
    responses: Annotated[tuple[WorkResponse, ...], msgspec.Meta(min_length=1)]


@dataclass(frozen=True)
class WorkOrder:
    """What was sent out: item → the (checkpoint id, SHA-256 of the response's UTF-8 bytes) pairs it held.

    `digest` is the SHA-256 of the file's bytes.
    """

    digest: str
    items: Mapping[str, frozenset[tuple[str, str]]]


def read_work_order(data: bytes, file: str) -> WorkOrder:
    """The work order in `data`; `WorkOrderError` naming the line, the field and the fix.

    Lines end in LF or CRLF; blank lines are skipped.
    """
    items: dict[str, frozenset[tuple[str, str]]] = {}
    decoder = msgspec.json.Decoder(WorkItem)
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        item = _read_line(decoder, line, file, number)
        if item.item in items:
            raise WorkOrderError(
                f"the item {item.item!r} was already on an earlier line",
                file,
                number,
                "give every item its own id",
            )
        items[item.item] = frozenset((r.checkpoint_id, _sha256(r.content)) for r in item.responses)
    if not items:
        raise WorkOrderError("the work order holds no item", file, fix="write one item a line")
    return WorkOrder(hashlib.sha256(data).hexdigest(), MappingProxyType(items))


def write_work_order(items: Iterable[WorkItem]) -> bytes:
    """`items` as a work order file: sorted by item, so that equal work gives equal bytes.

    Raises `WorkOrderError` for an item the reader would refuse.
    """
    encoder = msgspec.json.Encoder()
    lines = (encoder.encode(item) + b"\n" for item in sorted(items, key=lambda item: item.item))
    data = b"".join(lines)
    read_work_order(data, "work order")
    return data


def work_order_key(program: str, week: int) -> str:
    """Where the work order of a programme's week is stored."""
    return checked_key(f"work-orders/{program}/week-{week:02d}.jsonl")


def issued(order: WorkOrder) -> frozenset[tuple[str, str, str]]:
    """Every (item, checkpoint id, SHA-256 of the response) that went out."""
    return frozenset((item, *pair) for item, pairs in order.items.items() for pair in pairs)


def _read_line(decoder: msgspec.json.Decoder[WorkItem], line: bytes, file: str, number: int) -> WorkItem:
    try:
        return decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        problem = str(error).replace("`", "'")
        fix = "write {item, prompt: [{role, content}], responses: [{checkpoint_id, content}]}, in UTF-8"
        raise WorkOrderError(f"this line is not an item ({problem})", file, number, fix) from error


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
