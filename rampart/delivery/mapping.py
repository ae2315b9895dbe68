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
from rampart.delivery.readers.row import Unread, kind_of, shown, unreadable
from rampart.delivery.scope import Judgement
from rampart.records.schemes import Label, label_reader

Record = dict[str, Any]
Convert = Callable[[Any], Any]
Scope = Mapping[str, Any]

OUTSIDE = Label(None)  # a label the scheme does not know: kept as delivered, judged by the gates
# One judgement weighs one, but its pairs are C(K, 2): 4,950 here. Real rankings have 2 to 9 responses.
MOST_RESPONSES = 100


class RecordMapper:
    """Reads canonical records by one contract's expressions.

    Annotators become a keyed hash here (HMAC-SHA256, RFC 2104): nobody further in ever holds a worker's id.
    """

    def __init__(self, contract: Contract, pseudonym_key: bytes) -> None:
        terms = contract.delivery
        markers = terms.transcript.markers if terms.transcript else None
        given = {name: compiled(text, markers) for name, text in terms.record if isinstance(text, str)}
        self._vendor = contract.vendor.id
        self._secret = pseudonym_key
        self._pseudonyms: dict[str, str] = {}
        self._label = given.pop("label", _absent)
        self._read_label = label_reader(contract.annotation.scheme)
        self._responses = _responses_reader(contract, markers)
        given.pop("responses", None)
        convert = self._converters(contract)
        self._columns = [(name, read, convert[name]) for name, read in given.items()]
        self._empty: Record = {**dict.fromkeys(convert), "prompt": []}
        self._empty["scheme"] = contract.annotation.scheme.kind
        guideline = contract.annotation.guideline
        self._guideline = guideline.version if guideline else None

    def record(self, judgement: Judgement, file: str, line: int) -> Record | Unread:
        """The canonical record of `judgement`, or the field that could not be read and why."""
        try:
            record = self._record(judgement.scope)
        except ValueError as error:  # FieldError, ExpressionError, or a number too long to write out
            return unreadable(line, str(error), judgement.scope, "unreadable_field", judgement.item)
        record["source_file"], record["source_line"], record["source_item"] = file, line, judgement.item
        if record["record_id"] is None:
            record["record_id"] = f"{file}:{line}:{judgement.item}"
        return record

    def _record(self, scope: Scope) -> Record:
        record = self._empty.copy()
        for name, read, convert in self._columns:
            try:
                record[name] = convert(read(scope))
            except (FieldError, ExpressionError) as error:
                raise FieldError(f"{name}: {error}") from error
        responses = record["responses"] = self._responses(scope)
        record.update(self._label_fields(scope, len(responses)))
        if record["item_id"] is None:
            record["item_id"] = _item_digest(record["prompt"], responses)
        if record["guideline_version"] is None:
            record["guideline_version"] = self._guideline
        return record

    def _label_fields(self, scope: Scope, responses: int) -> Record:
        try:
            raw = self._label(scope)
            delivered = fields.as_delivered(raw)
        except ValueError as error:
            raise FieldError(f"label: {error}") from error
        label = self._read_label(raw, responses) or OUTSIDE
        return {
            "raw_label": delivered,
            "ranking": label.ranking,
            "strength": label.strength,
            "both_bad": label.both_bad,
            "ratings": label.ratings,
            "category": label.category,
            **({"spans": label.spans} if label.spans is not None else {}),
        }

    def _converters(self, contract: Contract) -> dict[str, Convert]:
        """How each mapped field but label and responses is read."""
        times, zone = contract.delivery.times, ZoneInfo(contract.term.timezone)
        roles = contract.delivery.roles

        def moment(value: Any) -> Any:
            return fields.moment_or_none(value, times, zone)

        return {
            "record_id": fields.name_or_none,
            "item_id": fields.name_or_none,
            "prompt": lambda value: fields.messages(value, roles),
            "conversation_id": fields.name_or_none,
            "turn": fields.whole_or_none,
            "annotator_id": self._pseudonym,
            "prompt_author_id": self._pseudonym,
            "started_at": moment,
            "submitted_at": moment,
            "duration_s": fields.number_or_none,
            "domain": fields.text_or_none,
            "language": fields.text_or_none,
            "guideline_version": fields.name_or_none,
            "work_order_item": fields.name_or_none,
            "rationale": fields.text_or_none,
            "difficulty": fields.text_or_none,
            "unit_kind": fields.text_or_none,
            "aspects": fields.aspects_or_none,
            "spans": fields.spans_or_none,
            "verifier": fields.as_delivered,
            "gold": fields.as_delivered,
        }

    def _pseudonym(self, value: Any) -> str | None:
        name = fields.name_or_none(value)
        if name is None:
            return None
        if name not in self._pseudonyms:
            # The same worker number at two vendors is two people.
            message = f"{self._vendor}\x1f{name}".encode()
            self._pseudonyms[name] = hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:16]
        return self._pseudonyms[name]


Responses = list[dict[str, str | None]]


def _responses_reader(contract: Contract, markers: Mapping[str, str] | None) -> Callable[[Scope], Responses]:
    given = contract.delivery.record.responses
    if given is None:
        return lambda _scope: []
    if isinstance(given, str):
        return _in_a_list(compiled(given, markers))
    return _one_by_one(
        [
            tuple(
                compiled(text, markers) if text else _absent
                for text in (one.content, one.checkpoint_id, one.response_id)
            )
            for one in given
        ]
    )


def _absent(_scope: Scope) -> None:
    return None


def _one_by_one(readers: list[tuple[Read, ...]]) -> Callable[[Scope], Responses]:
    def responses(scope: Scope) -> Responses:
        found: Responses = []
        try:
            for content, checkpoint, response_id in readers:
                found.append(
                    fields.response(content(scope), checkpoint(scope), response_id(scope), len(found))
                )
        except FieldError as error:
            raise FieldError(f"responses{error}") from error
        except ExpressionError as error:
            raise FieldError(f"responses[{len(found)}]: {error}") from error
        return found

    return responses


def _in_a_list(read: Read) -> Callable[[Scope], Responses]:
    def responses(scope: Scope) -> Responses:
        try:
            found = read(scope)
        except ExpressionError as error:
            raise FieldError(f"responses: {error}") from error
        if found is None:
            return []
        if not isinstance(found, list):
            raise FieldError(f"responses: expected a list, found {kind_of(found)} ({shown(found)})")
        if len(found) > MOST_RESPONSES:
            raise FieldError(f"responses: {len(found)} responses, at most {MOST_RESPONSES} can be compared")
        return [_listed(one, place) for place, one in enumerate(found)]

    return responses


def _listed(one: Any, place: int) -> dict[str, str | None]:
    if not isinstance(one, dict):
        return _response(place, one, None, None)
    if "content" not in one:
        hint = "give {content: ..., checkpoint_id: ..., response_id: ...} objects"
        raise FieldError(f"responses[{place}]: has no content, only {shown(sorted(one))}; {hint}")
    return _response(place, one["content"], one.get("checkpoint_id"), one.get("response_id"))


def _response(place: int, content: Any, checkpoint: Any, response_id: Any) -> dict[str, str | None]:
    try:
        return fields.response(content, checkpoint, response_id, place)
    except FieldError as error:
        raise FieldError(f"responses{error}") from error


def _item_digest(prompt: list[dict[str, str]], responses: Responses) -> str:
    """What annotators judged together, whichever side each response was shown on."""
    digest = hashlib.sha256()
    for message in prompt:
        digest.update(f"{message['role']}\x1f{message['content']}\x1e".encode())
    digest.update("\x1f".join(sorted(str(response["sha256"]) for response in responses)).encode())
    return digest.hexdigest()[:32]
