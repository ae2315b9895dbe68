"""A vendor's dispute: which discarded records it contests, and why.

JSON Lines, a record a line, by the ids of the feedback pack: ``{"record_id": "r-17", "claim": "The label is
right: see guideline 3.2."}``.
"""

import hashlib
from dataclasses import dataclass
from typing import Annotated

import msgspec

from rampart.delivery.errors import DeliveryError
from rampart.delivery.limits import LONGEST_DISPUTE

_FIX = "write one {record_id, claim} a line, in UTF-8, with the record ids of the feedback pack"
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=10_000)]


class Contested(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One discarded record the vendor contests, and its reason in its own words."""

    record_id: Text
    claim: Text


class DisputeError(DeliveryError):
    """A dispute cannot be taken in; the message names the line and the fix."""


@dataclass(frozen=True)
class DisputeFile:
    """A read dispute: what is contested, in the order given, and the SHA-256 of the file's bytes."""

    contested: tuple[Contested, ...]
    digest: str

    @property
    def record_ids(self) -> tuple[str, ...]:
        """The contested ids, in the order given."""
        return tuple(one.record_id for one in self.contested)


def read_dispute(data: bytes, file: str) -> DisputeFile:
    """The dispute in `data`; `DisputeError` names line, problem and fix. Blank lines are skipped."""
    if len(data) > LONGEST_DISPUTE:
        raise DisputeError(
            f"the file has {len(data):,} bytes, more than {LONGEST_DISPUTE:,}",
            file,
            fix="split it in several",
        )
    decoder = msgspec.json.Decoder(Contested)
    seen: dict[str, int] = {}
    found: list[Contested] = []
    for number, line in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            one = decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            problem = f"this line contests no record ({str(error).replace('`', chr(39))})"
            raise DisputeError(problem, file, number, _FIX) from error
        if one.record_id in seen:
            problem = f"record {one.record_id!r} is contested on line {seen[one.record_id]} already"
            raise DisputeError(problem, file, number, "contest every record once")
        seen[one.record_id] = number
        found.append(one)
    if not found:
        raise DisputeError("the dispute contests no record", file, fix=_FIX)
    return DisputeFile(tuple(found), hashlib.sha256(data).hexdigest())
