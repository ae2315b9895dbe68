"""One value as the vendor wrote it → one canonical field, or a sentence on why it is none."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.language.words import as_number, word
from contracts.terms.mapping import ValueMap
from rampart.delivery.limits import DEEPEST_VALUE
from rampart.delivery.readers.row import kind_of, shown

ROLES = frozenset({"system", "user", "assistant", "tool"})
EXACT = 2**53  # from here on floats merge integers
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str)


class FieldError(ValueError):
    """A value that is not what its field holds; the message says what was expected and found."""


def told(value: Any) -> str:
    """What `value` is, as an error says it: its kind and its start."""
    return f"{kind_of(value)} ({shown(value)})"


def text_or_none(value: Any) -> str | None:
    """Text as it is; null stays null. Other types must be asked for with `to_string()`: no guessing."""
    if value is None:
        return None
    if isinstance(value, str):
        return utf8(value)
    raise FieldError(f"expected text, found {told(value)}; to_string() in the expression takes it as text")


def word_or_none(value: Any) -> str | None:
    """Text that names a kind of thing, as it is; null and blank text, which names none, are null."""
    text = text_or_none(value)
    return text if text and not text.isspace() else None


def utf8(text: str) -> str:
    """`text`, unless it holds half a character (a lone surrogate), which no UTF-8 file can."""
    if text.isascii():  # a look at one flag; nearly every id and most texts
        return text
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FieldError(f"expected text, found half a character at position {error.start}") from error
    return text


def name_or_none(value: Any) -> str | None:
    """An identifier: text or a whole number, as text without blanks around it; null and blank are null."""
    if value is None:
        return None
    if isinstance(value, str):
        return utf8(value).strip() or None
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise FieldError(f"expected an id, found {told(value)}")
    if isinstance(value, int | float):
        return str(int(value))
    raise FieldError(f"expected an id, found {told(value)}")


def number_or_none(value: Any) -> float | None:
    """A finite number, or one written out as text; null and blank are null."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    number = as_number(value)
    if number is None:
        raise FieldError(f"expected a number, found {told(value)}")
    return number


def mapped_or_none(value: Any, terms: ValueMap, words: Mapping[str, str]) -> str | None:
    """The vendor's word in ours; `words` are those of `terms` in their normal form. Null stays null."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    known = words.get(word(value)) if isinstance(value, str | int | float) else None
    if known is not None:
        return known
    if terms.unlisted == "empty":
        return None
    if terms.unlisted == "quarantine":
        listed = ", ".join(map(repr, sorted(terms.map)[:20]))
        raise FieldError(f"{shown(value)} is none of the words the contract maps ({listed})")
    return text_or_none(value)


def whole_or_none(value: Any) -> int | None:
    """A whole number that fits 32 bits."""
    number = number_or_none(value)
    if number is None:
        return None
    if not number.is_integer() or abs(number) >= 2**31:
        raise FieldError(f"expected a whole number, found {told(value)}")
    return int(number)


def messages(value: Any, roles: Mapping[str, str]) -> list[dict[str, str]]:
    """A prompt as messages: plain text is one user message; null is none."""
    if value is None:
        return []
    if isinstance(value, str):
        return [{"role": "user", "content": utf8(value)}] if value.strip() else []
    listed = value if isinstance(value, list) else [value]
    return [_message(message, place, roles) for place, message in enumerate(listed)]


def _message(value: Any, place: int, roles: Mapping[str, str]) -> dict[str, str]:
    if isinstance(value, str):
        return {"role": "user", "content": utf8(value)}
    if not isinstance(value, dict) or not isinstance(value.get("content"), str):
        hint = (
            "give {role: ..., content: ...} objects, for example conversation[].{role: from, content: value}"
        )
        raise FieldError(f"[{place}]: expected a message, found {told(value)}; {hint}")
    given = value.get("role")
    role = roles.get(given, given) if isinstance(given, str) else None
    if role not in ROLES:
        hint = "map it in the contract's delivery.roles"
        raise FieldError(f"[{place}].role: {shown(given)} is none of {', '.join(sorted(ROLES))}; {hint}")
    return {"role": role, "content": utf8(value["content"])}


def response(content: Any, checkpoint: Any, response_id: Any, place: int) -> dict[str, str | None]:
    """One response with the digest of its text. A missing text is an empty one."""
    text = _at(place, "content", text_or_none, content) or ""
    return {
        "response_id": _at(place, "response_id", name_or_none, response_id) or str(place),
        "content": text,
        "checkpoint_id": _at(place, "checkpoint_id", name_or_none, checkpoint),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def _at(place: int, name: str, read: Callable[[Any], str | None], value: Any) -> str | None:
    try:
        return read(value)
    except FieldError as error:
        raise FieldError(f"[{place}].{name}: {error}") from error


def aspects_or_none(value: Any) -> list[dict[str, Any]] | None:
    """Scores by axis: an object whose values are numbers, or lists of one for each response; null is none."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise FieldError(f"expected an object of scores, found {told(value)}")
    return [{"axis": utf8(axis), "scores": _scores(axis, value[axis])} for axis in sorted(value)]


def _scores(axis: str, value: Any) -> list[float | None]:
    try:
        return [number_or_none(one) for one in (value if isinstance(value, list) else [value])]
    except FieldError as error:
        raise FieldError(f"{axis}: {error}") from error


def spans_or_none(value: Any) -> list[dict[str, Any]] | None:
    """Marked passages: a list of {start, end, label}, and the response's place from 0; null is none."""
    if value is None:
        return None
    if not isinstance(value, list):
        raise FieldError(f"expected a list of marked passages, found {told(value)}")
    return [_span(one, place) for place, one in enumerate(value)]


def _span(value: Any, place: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FieldError(f"[{place}]: expected {{start, end, label}}, found {told(value)}")
    try:
        start, end = whole_or_none(value.get("start")), whole_or_none(value.get("end"))
        response, label = whole_or_none(value.get("response")) or 0, name_or_none(value.get("label"))
    except FieldError as error:
        raise FieldError(f"[{place}]: {error}") from error
    if start is None or end is None or not 0 <= start <= end or not 0 <= response < 1000:
        raise FieldError(f"[{place}]: expected 0 <= start <= end in characters, found {shown(value)}")
    return {"response": response, "start": start, "end": end, "label": label}


def as_delivered(value: Any) -> str | None:
    """A value exactly as it came, as JSON text; null stays null; `DEEPEST_VALUE` levels at most."""
    if _deeper(value, DEEPEST_VALUE):
        raise FieldError(f"expected at most {DEEPEST_VALUE} lists and objects within each other, found more")
    return None if value is None else utf8(_JSON.encode(_plain_numbers(value)))


def _plain_numbers(value: Any) -> Any:
    """`value` with 4.0 as 4: the same number in JSON, and a column of numbers does not tell them apart."""
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return int(value)
    if isinstance(value, list):
        return [_plain_numbers(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain_numbers(one) for key, one in value.items()}
    return value


def _deeper(value: Any, levels: int) -> bool:
    """Is `value` nested more than `levels` deep? Level by level, as Python's stack would run out."""
    inside = _nested([value])
    for _ in range(levels):
        if not inside:
            return False
        inside = [
            one for outer in inside for one in _nested(outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(inside)


def _nested(values: Iterable[Any]) -> list[list[Any] | dict[str, Any]]:
    return [value for value in values if isinstance(value, list | dict)]
