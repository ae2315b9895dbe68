"""A judgement as delivered → a canonical record, by the expressions of the contract alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from contracts.language.expressions import ExpressionError, Read, compiled
from contracts.language.functions import truthy
from contracts.language.words import word
from contracts.model import Contract
from contracts.terms.mapping import ValueMap
from rampart.delivery import fields
from rampart.delivery.fields import FieldError
from rampart.delivery.moments import moment_or_none, seconds_or_none
from rampart.delivery.pseudonyms import pseudonym
from rampart.delivery.readers.row import Unread, unreadable
from rampart.delivery.responses import Responses, responses_reader
from rampart.delivery.scope import Judgement
from rampart.delivery.shown import as_shown, order_shown
from rampart.records.schemes import Label, label_reader, within

Record = dict[str, Any]
Convert = Callable[[Any], Any]
Scope = Mapping[str, Any]

OUTSIDE = Label(None)  # a label the scheme does not know: kept as delivered, judged by the gates


class RecordMapper:
    """Reads canonical records by one contract's expressions.

    Annotators become a keyed hash here: nobody further in ever holds a worker's id.
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
        self._responses = responses_reader(terms.record, markers)
        given.pop("responses", None)
        self._shown = compiled(terms.shown, markers) if terms.shown else None
        self._require = [(compiled(rule.test, markers), rule.problem) for rule in terms.require]
        self._convert = self._converters(contract)
        self._columns = [(name, read, self._convert[name]) for name, read in given.items()]
        self._empty: Record = {**dict.fromkeys(self._convert), "prompt": []}
        self._empty["scheme"] = contract.annotation.scheme.kind
        guideline = contract.annotation.guideline
        self._guideline = guideline.version if guideline else None

    def record(self, judgement: Judgement, file: str, line: int) -> Record | Unread:
        """The canonical record of `judgement`, or the field that could not be read and why."""
        try:
            if broken := self._broken(judgement.scope):
                return unreadable(line, broken, judgement.scope, "not_as_required", judgement.item)
            record = self._record(judgement.scope)
        except RecursionError:
            problem = "a value is nested too deep to be read"
            return unreadable(line, problem, judgement.scope, "unreadable_field", judgement.item)
        except ValueError as error:  # FieldError, ExpressionError, or a number too long to write out
            return unreadable(line, str(error), judgement.scope, "unreadable_field", judgement.item)
        record["source_file"], record["source_line"], record["source_item"] = file, line, judgement.item
        if record["record_id"] is None:
            record["record_id"] = f"{file}:{line}:{judgement.item}"
        return record

    def _broken(self, scope: Scope) -> str | None:
        """The sentence of the first rule of `delivery.require` that does not hold."""
        for place, (test, problem) in enumerate(self._require):
            try:
                if not truthy(test(scope)):
                    return problem
            except ExpressionError as error:
                raise FieldError(f"delivery.require[{place}].test: {error}") from error
        return None

    def _record(self, scope: Scope) -> Record:
        record = self._empty.copy()
        for name, read, convert in self._columns:
            try:
                record[name] = convert(read(scope))
            except (FieldError, ExpressionError) as error:
                raise FieldError(f"{name}: {error}") from error
        responses = record["responses"] = self._responses(scope)
        record.update(self._label_fields(scope, responses))
        _check_aspects(record["aspects"], len(responses))
        if record["item_id"] is None and not record["prompt"] and not responses:
            raise FieldError("item_id: nothing says what was labelled: no item, no prompt, no response")
        if record["guideline_version"] is None:
            record["guideline_version"] = self._guideline
        return record if self._shown is None else self._as_shown(record, self._shown, scope)

    def _as_shown(self, record: Record, shown: Read, scope: Scope) -> Record:
        try:
            return as_shown(record, order_shown(shown(scope), len(record["responses"])))
        except (FieldError, ExpressionError) as error:
            raise FieldError(f"shown: {error}") from error

    def converter(self, name: str) -> Convert:
        """How a field of the record (but label and responses) is read; it raises `FieldError`."""
        return self._convert[name]

    def label_fields(self, raw: Any, texts: Sequence[str | None]) -> Record:
        """What the label `raw`, about the responses `texts`, says in the record; it raises `FieldError`."""
        try:
            delivered = fields.as_delivered(raw)
        except ValueError as error:
            raise FieldError(f"label: {error}") from error
        label = self._read_label(raw, len(texts)) or OUTSIDE
        if label.spans and not within(label.spans, texts):
            label = OUTSIDE
        return {
            "raw_label": delivered,
            "ranking": label.ranking,
            "strength": label.strength,
            "both_bad": label.both_bad,
            "ratings": label.ratings,
            "category": label.category,
            **({"spans": label.spans} if self._empty["scheme"] == "spans" else {}),
        }

    def _label_fields(self, scope: Scope, responses: Responses) -> Record:
        try:
            raw = self._label(scope)
        except ExpressionError as error:
            raise FieldError(f"label: {error}") from error
        return self.label_fields(raw, [one["content"] for one in responses])

    def _converters(self, contract: Contract) -> dict[str, Convert]:
        """How each mapped field but label and responses is read."""
        times, zone = contract.delivery.times, ZoneInfo(contract.term.timezone)
        roles, values = contract.delivery.roles, contract.delivery.values

        def moment(value: Any) -> Any:
            return moment_or_none(value, times, zone)

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
            "duration_s": lambda value: seconds_or_none(value, times.duration),
            "domain": _words(values.domain),
            "language": _words(values.language),
            "guideline_version": fields.name_or_none,
            "work_order_item": fields.name_or_none,
            "rationale": fields.text_or_none,
            "difficulty": _words(values.difficulty),
            "unit_kind": _words(values.unit_kind),
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
            self._pseudonyms[name] = pseudonym(self._secret, self._vendor, name)
        return self._pseudonyms[name]


def _absent(_scope: Scope) -> None:
    return None


def _words(terms: ValueMap | None) -> Convert:
    """How a field of text is read: as it is, or by the contract's words for it."""
    if terms is None:
        return fields.word_or_none
    words = {word(theirs): ours for theirs, ours in terms.map.items()}
    return lambda value: fields.mapped_or_none(value, terms, words)


def _check_aspects(aspects: list[dict[str, Any]] | None, responses: int) -> None:
    for aspect in aspects or ():
        count = len(aspect["scores"])
        if responses > 1 and count not in (1, responses):
            said = f"{aspect['axis']} has {count} scores for {responses} responses"
            raise FieldError(f"aspects: {said}; list[].x drops nulls, map(&x, list) keeps them")
