"""The responses of one judgement, as the contract's expressions find them."""

from collections.abc import Callable, Mapping
from typing import Any

from contracts.language.expressions import ExpressionError, Read, compiled
from contracts.terms.mapping import RecordFields
from rampart.delivery import fields
from rampart.delivery.fields import FieldError
from rampart.delivery.limits import MOST_RESPONSES
from rampart.delivery.readers.row import kind_of, shown

Scope = Mapping[str, Any]
Responses = list[dict[str, str | None]]


def responses_reader(record: RecordFields, markers: Mapping[str, str] | None) -> Callable[[Scope], Responses]:
    """How `record` reads the responses of a row, in the order of the file; none where it names none.

    Reading raises `FieldError` with the place of what is no response.
    """
    given = record.responses
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
