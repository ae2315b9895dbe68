"""A judgement as delivered → a canonical record, by the expressions of the contract alone."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from contracts.expressions import ExpressionError, Read, compiled
from contracts.model import Contract
from rampart.delivery import fields
from rampart.delivery.fields import FieldError
from rampart.delivery.readers.row import EXCERPT, Unread
from rampart.delivery.scope import Judgement
from rampart.records.schemes import Label, read_label

Record = dict[str, Any]
OUTSIDE = Label(None)  # a label the scheme does not know: kept as delivered, judged by the gates

_CONVERTED: dict[str, Callable[[Any], Any]] = {
    "conversation_id": fields.name_or_none,
    "turn": fields.whole_or_none,
    "duration_s": fields.number_or_none,
    "domain": fields.text_or_none,
    "language": fields.text_or_none,
    "guideline_version": fields.name_or_none,
    "work_order_item": fields.name_or_none,
    "rationale": fields.text_or_none,
}


class RecordMapper:
    """Reads canonical records by one contract's expressions.

    Annotators become a keyed hash here (HMAC-SHA256, RFC 2104): nobody further in ever holds a worker's id.
    """

    def __init__(self, contract: Contract, pseudonym_key: bytes) -> None:
        terms = contract.delivery
        markers = terms.transcript.markers if terms.transcript else None
        self._contract = contract
        self._secret = pseudonym_key
        self._zone = ZoneInfo(contract.term.timezone)
        self._readers: dict[str, Read] = {
            name: compiled(text, markers) for name, text in terms.record if isinstance(text, str)
        }
        self._responses = _responses_reader(contract, markers)

    def record(self, judgement: Judgement, file: str, line: int) -> Record | Unread:
        """The canonical record of `judgement`, or the field that could not be read and why."""
        try:
            return self._record(judgement, file, line)
        except (FieldError, ExpressionError, ValueError) as error:
            excerpt = str(judgement.scope)[:EXCERPT].encode("utf-8", "replace").decode()
            return Unread(line, "unreadable_field", str(error), excerpt, judgement.item)

    def _record(self, judgement: Judgement, file: str, line: int) -> Record:
        scope = judgement.scope
        prompt = self._field(
            "prompt", scope, lambda value: fields.messages(value, self._contract.delivery.roles)
        )
        responses = self._responses(scope)
        raw = self._field("label", scope, lambda value: value)
        label = read_label(self._contract.annotation.scheme, raw, len(responses))
        record_id = self._field("record_id", scope, fields.name_or_none)
        return {
            "record_id": record_id or f"{file}:{line}:{judgement.item}",
            "source_file": file,
            "source_line": line,
            "source_item": judgement.item,
            "item_id": self._field("item_id", scope, fields.name_or_none) or _item_digest(prompt, responses),
            "prompt": prompt,
            "responses": responses,
            **_label_fields(label or OUTSIDE, raw, self._contract),
            "annotator_id": self._pseudonym(self._field("annotator_id", scope, fields.name_or_none)),
            "prompt_author_id": self._pseudonym(self._field("prompt_author_id", scope, fields.name_or_none)),
            **{name: self._field(name, scope, self._moment) for name in ("started_at", "submitted_at")},
            **{name: self._field(name, scope, convert) for name, convert in _CONVERTED.items()},
        }

    def _field(self, name: str, scope: Mapping[str, Any], convert: Callable[[Any], Any]) -> Any:
        reader = self._readers.get(name)
        if reader is None:
            return None if name != "prompt" else []
        try:
            return convert(reader(scope))
        except (FieldError, ExpressionError) as error:
            raise FieldError(f"{name}: {error}") from error

    def _moment(self, value: Any) -> Any:
        return fields.moment_or_none(value, self._contract.delivery.times, self._zone)

    def _pseudonym(self, name: str | None) -> str | None:
        if name is None:
            return None
        # The same worker number at two vendors is two people.
        message = f"{self._contract.vendor.id}\x1f{name}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:16]


def _responses_reader(
    contract: Contract, markers: Mapping[str, str] | None
) -> Callable[[Mapping[str, Any]], list[dict[str, str | None]]]:
    given = contract.delivery.record.responses
    if isinstance(given, str):
        return _listed_responses(compiled(given, markers))
    readers = [
        [
            compiled(text, markers) if text else _absent
            for text in (one.content, one.checkpoint_id, one.response_id)
        ]
        for one in given
    ]

    def read(scope: Mapping[str, Any]) -> list[dict[str, str | None]]:
        try:
            return [
                fields.response(content(scope), checkpoint(scope), response_id(scope), place)
                for place, (content, checkpoint, response_id) in enumerate(readers)
            ]
        except (FieldError, ExpressionError) as error:
            raise FieldError(f"responses{error}") from error

    return read


def _absent(_scope: Mapping[str, Any]) -> None:
    return None


def _listed_responses(read: Read) -> Callable[[Mapping[str, Any]], list[dict[str, str | None]]]:
    def responses(scope: Mapping[str, Any]) -> list[dict[str, str | None]]:
        found = read(scope)
        if found is None:
            return []
        if not isinstance(found, list):
            raise FieldError(
                f"responses: expected a list, found {type(found).__name__} ({str(found)[:60]!r})"
            )
        return [_listed(one, place) for place, one in enumerate(found)]

    return responses


def _listed(one: Any, place: int) -> dict[str, str | None]:
    parts = one if isinstance(one, dict) else {"content": one}
    if "content" not in parts:
        hint = "give {content: ..., checkpoint_id: ..., response_id: ...} objects"
        raise FieldError(f"responses[{place}]: has no content, only {', '.join(map(repr, parts))}; {hint}")
    try:
        return fields.response(parts["content"], parts.get("checkpoint_id"), parts.get("response_id"), place)
    except FieldError as error:
        raise FieldError(f"responses{error}") from error


def _label_fields(label: Label, raw: Any, contract: Contract) -> Record:
    return {
        "scheme": contract.annotation.scheme.kind,
        "raw_label": fields.as_delivered(raw),
        "ranking": label.ranking,
        "strength": label.strength,
        "both_bad": label.both_bad,
        "ratings": label.ratings,
    }


def _item_digest(prompt: list[dict[str, str]], responses: list[dict[str, str | None]]) -> str:
    """What annotators judged together, whichever side each response was shown on."""
    digest = hashlib.sha256()
    for message in prompt:
        digest.update(f"{message['role']}\x1f{message['content']}\x1e".encode())
    digest.update("\x1f".join(sorted(str(response["sha256"]) for response in responses)).encode())
    return digest.hexdigest()[:32]
