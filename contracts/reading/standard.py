"""The Open Data Contract Standard's own rules, and its validator's complaints in plain words."""

import difflib
import importlib.util
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from contracts.reading.document import Document, Place
from contracts.reading.problems import Problem, found, one_line

STANDARD = "see the Open Data Contract Standard 3.2.0 for this field"
_KINDS = {
    "string": "text",
    "object": "a group of fields",
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
}


@cache
def _schema() -> Any:
    found = importlib.util.find_spec("open_data_contract_standard")  # its models take 0.2 s to import
    folder = (found.submodule_search_locations or [])[0] if found else ""
    return json.loads((Path(folder) / "schema.json").read_text(encoding="utf-8"))


@cache
def _validator() -> jsonschema_rs.Draft201909Validator:
    return jsonschema_rs.Draft201909Validator(_schema())


def standard_problems(document: Document) -> Iterator[Problem]:
    """Where `document` is not a contract by ODCS 3.2.0, one problem a field, in the order of the file."""
    plain = json.loads(json.dumps(document.values, default=str))  # JSON's keys are text, and it has no dates
    problems: dict[str, Problem] = {}
    for error in _validator().iter_errors(plain):
        for place, problem, fix in _explained(_most_telling(error)):
            field = one_line(".".join(map(str, place)) or "file")
            line = document.line(place) or 1
            problems.setdefault(field, Problem(field, line, one_line(problem), one_line(fix)))
    yield from sorted(problems.values(), key=lambda each: (each.line or 0, each.field))


def _most_telling(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Of a choice none of whose branches fits: the deepest complaint of the branch of the right kind."""
    if error.kind.name not in ("oneOf", "anyOf"):
        return error
    inner = [_most_telling(each) for branch in error.kind.value for each in branch]
    return max(inner, key=lambda each: (len(each.instance_path), each.kind.name != "type"), default=error)


def _explained(error: jsonschema_rs.ValidationError) -> Iterator[tuple[Place, str, str]]:
    place: Place = tuple(error.instance_path)
    match error.kind.name:
        case "required":
            yield (*place, error.kind.value), "is missing", "add it; the standard requires it"
        case "additionalProperties" | "unevaluatedProperties":
            known = _properties(error.schema_path[:-1])
            for name in error.kind.value:
                near = difflib.get_close_matches(name, known, n=1)
                fix = (
                    f"did you mean {near[0]!r}?" if near else "remove it; own fields go into customProperties"
                )
                yield (*place, name), "is not a field of the standard", fix
        case "type":
            wanted = " or ".join(_KINDS.get(str(kind), str(kind)) for kind in error.kind.value)
            simple = "string" in error.kind.value and not isinstance(error.instance, dict | list)
            fix = f'put it in quotes: "{error.instance}"' if simple else f"write {wanted}"
            yield place, f"expected {wanted}, found {found(error.instance)}", fix
        case "enum":
            allowed = [str(value) for value in error.kind.value]
            near = difflib.get_close_matches(str(error.instance), allowed, n=1)
            fix = f"did you mean {near[0]}?" if near else f"write one of {', '.join(allowed)}"
            yield place, f"does not allow {found(error.instance)}", fix
        case _:
            yield place, error.message, STANDARD


def _properties(schema_path: Sequence[str | int]) -> list[str]:
    """The fields the part of the standard's schema at `schema_path` names."""
    part: Any = _schema()
    for step in schema_path:
        part = part[step]
    return list(part.get("properties", ()))
