"""Validation errors of our terms → problems with line, field and fix, free of the validator's own words."""

import difflib
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from contracts.model import Contract
from contracts.reading.document import Document, Place
from contracts.reading.problems import FROM_ODCS, Problem, found, one_line
from contracts.terms.base import MisfitError, TermError
from contracts.terms.written import HOW

# Which branch of a choice pydantic took; not a part of the file.
TAGS = {"list", "expression"}  # and the kinds of schemes
WORD_KINDS = {"str", "constrained-str", "int", "float", "bool"}
REFERENCE = "docs/contract-reference.md"
Said = tuple[Place, str, str]  # where below the error's own place, what is wrong, how to mend it

_WANTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "date": "a day of the calendar such as 2026-01-05",
    "model": "a group of fields such as {name: value}",
    "dict": "a group of fields such as {name: value}",
    "tuple": "a list such as [a, b]",
    "finite": "a finite number",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def term_problems(error: ValidationError, document: Document, prefix: Place) -> Iterator[Problem]:
    """One problem for each field `error` complains of, in the order of the file."""
    said: dict[Place, Said] = {}
    complaints = error.errors(include_url=False)
    for one in complaints:
        place = _in_file(one["loc"], document, prefix)
        # A choice of types complains once for each type, and a list whose element failed of being too short.
        if one["type"] == "too_short" and any(_below(other["loc"], one["loc"]) for other in complaints):
            continue
        for more, problem, fix in _all_explained(one):
            said.setdefault((*place, *more), ((), problem, fix))
    problems = (_problem(place, said[place], document, prefix) for place in said)
    yield from sorted(problems, key=lambda each: each.line or 0)


def _problem(place: Place, said: Said, document: Document, prefix: Place) -> Problem:
    odcs = FROM_ODCS.get(str(place[0])) if len(place) == 1 else None
    line = document.line((odcs,) if odcs else (*prefix, *place)) or 1
    field = odcs or ".".join(map(str, place)) or "terms"
    return Problem(one_line(field), line, one_line(said[1]), one_line(said[2]))


def _often_meant(wanted: str, one: ErrorDetails) -> str:
    """What is usually behind a value of the wrong kind."""
    given = one["input"]
    if wanted == "a number" and isinstance(given, str):
        return ", a share of 10 % as 0.1" if "%" in given else " alone, such as 0.50"
    if wanted == "text" and isinstance(given, dict | list):
        return "; an expression with brackets stands in quotes"
    if "responses" in one["loc"] and isinstance(given, str):
        return "; a list that is one expression stands in quotes as a whole"
    return ""


def _all_explained(one: ErrorDetails) -> list[Said]:
    error = one.get("ctx", {}).get("error")
    if isinstance(error, MisfitError):
        return [(each.field, str(each), each.fix) for each in error.errors]
    return [_explained(one)]


def _explained(one: ErrorDetails) -> Said:
    kind, value = one["type"], found(one["input"])
    if kind in _SAID:
        return _SAID[kind](one)
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        wanted = f"{words} {one['ctx'][name]}"
        percent = "; as a share, 10 % is 0.1" if kind == "less_than_equal" and one["ctx"]["le"] == 1 else ""
        return (), f"expected {wanted}, found {value}", f"give a number that is {wanted}{percent}"
    if one["loc"] and one["loc"][-1] in WORD_KINDS:
        return (), f"expected a word or a number, found {value}", "write words, as in [left, 1]"
    if (named := _WANTED.get(kind.split("_")[0])) and "too" not in kind:
        return (), f"expected {named}, found {value}", f"write {named}{_often_meant(named, one)}"
    return (), one["msg"], f"see {REFERENCE}"


def _below(place: tuple[str | int, ...], other: tuple[str | int, ...]) -> bool:
    return len(place) > len(other) and place[: len(other)] == other


def _few(count: int) -> str:
    return f"has only {count}" if count else "is empty"


def _at_least(count: int) -> str:
    return "give at least one" if count == 1 else f"give at least {count}"


def _unknown_kind(one: ErrorDetails) -> Said:
    tag, kinds = str(one["ctx"]["tag"]), _kinds()
    near = difflib.get_close_matches(tag, kinds, n=1)
    fix = f"did you mean {near[0]}?" if near else f"write one of {', '.join(kinds)}"
    return ("kind",), f"{tag!r} is no annotation scheme", fix


def _no_kind(_one: ErrorDetails) -> Said:
    return ("kind",), "is missing", f"write one of {', '.join(_kinds())}"


def _too_precise(one: ErrorDetails) -> Said:
    places = one["ctx"]["decimal_places"]
    return (), f"{one['input']} has more than {places} decimal places", f"round it to {places} decimal places"


def _own(one: ErrorDetails) -> Said:
    """What a check of ours said: terms that do not fit, or an expression that cannot be read."""
    error = one["ctx"]["error"]
    if isinstance(error, TermError):
        return error.field, str(error), error.fix
    return (), str(error), "mend the expression; docs/mapping.md teaches the language by example"


_SAID: dict[str, Callable[[ErrorDetails], Said]] = {
    "missing": lambda one: ((), "is missing", _what_it_is(one["loc"])),
    "extra_forbidden": lambda one: ((), "is not a term of this group", _right_name(one["loc"])),
    "invalid_key": lambda _: (
        (),
        "stands where a term's name should be",
        "write numbers with a point and without thousands' marks: 0.50, 3000",
    ),
    "literal_error": lambda one: (
        (),
        f"does not allow {found(one['input'])}",
        f"write {one['ctx']['expected']}",
    ),
    "union_tag_not_found": _no_kind,
    "union_tag_invalid": _unknown_kind,
    "value_error": _own,
    "decimal_max_places": _too_precise,
    "too_short": lambda one: ((), _few(one["ctx"]["actual_length"]), _at_least(one["ctx"]["min_length"])),
    "string_too_short": lambda _: ((), "is empty", "write it, or leave the field out"),
    "string_too_long": lambda one: (
        (),
        f"has {len(one['input']):,} characters",
        f"write at most {one['ctx']['max_length']}",
    ),
    "string_pattern_mismatch": lambda one: (
        (),
        f"{one['input']!r} is not written as it must be",
        HOW[one["ctx"]["pattern"]],
    ),
}


def _in_file(location: tuple[str | int, ...], document: Document, prefix: Place) -> Place:
    """`location` without what only the validator put there."""
    place: Place = ()
    for part in location:
        own = part in TAGS or part in WORD_KINDS or part == "[key]" or part in _kinds()
        if not own or (*prefix, *place, part) in document.lines:
            place = (*place, part)
    return place


@cache
def _kinds() -> tuple[str, ...]:
    return tuple(kind for model in _models(("annotation", "scheme")) for kind in _kind(model))


def _what_it_is(location: tuple[str | int, ...]) -> str:
    """What to add: the term's own description, as far as its first sentence goes."""
    *group, name = location
    for model in _models(tuple(group)):
        for known, field in _fields(model):
            if known == name and field.description:
                return f"add it: {_first_sentence(field.description)}"
    return f"add it; {REFERENCE} says what it means"


def _first_sentence(text: str) -> str:
    end = re.search(r"[.;:](?=\s|$)", text)
    said = text[: end.start()] if end else text
    return said[0].lower() + said[1:] if said[1:2].islower() else said


def _right_name(location: tuple[str | int, ...]) -> str:
    name = str(location[-1])
    if near := difflib.get_close_matches(name, _names(_models(location[:-1])), n=1):
        return f"did you mean {near[0]!r}?"
    if home := _homes(Contract, ()).get(name):
        return f"it belongs to {home}"
    return f"remove it, or see {REFERENCE}"


def _models(location: tuple[str | int, ...]) -> list[type[BaseModel]]:
    """The groups of terms that `location` may point into."""
    models: list[type[BaseModel]] = [Contract]
    for part in location:
        fields = [field for model in models for name, field in _fields(model) if name == part]
        if fields:
            models = [model for field in fields for model in _groups(field.annotation)]
        elif len(models) > 1:
            models = [model for model in models if part in _kind(model)] or models
    return models


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def _names(models: list[type[BaseModel]]) -> list[str]:
    return [name for model in models for name, _ in _fields(model)]


def _groups(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) is Literal:
        return []
    return [model for inner in get_args(annotation) for model in _groups(inner)]


def _kind(model: type[BaseModel]) -> tuple[str, ...]:
    field = model.model_fields.get("kind")
    return get_args(field.annotation) if field else ()


def _homes(model: type[BaseModel], place: tuple[str, ...]) -> dict[str, str]:
    """Term → the group it belongs to, the outermost where several have it."""
    homes: dict[str, str] = {}
    inner: dict[str, str] = {}
    for name, field in _fields(model):
        homes[name] = ".".join(place) or "the top of the terms"
        for group in _groups(field.annotation):
            inner = {**_homes(group, (*place, name)), **inner}
    return {**inner, **homes}
