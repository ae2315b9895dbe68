"""The Open Data Contract Standard's own rules, and its validator's complaints in plain words."""

import difflib
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import jsonschema

from contracts.document import Document, Place
from contracts.problems import Problem, found, one_line

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
def _validator() -> jsonschema.Draft201909Validator:
    schema = (
        resources.files("open_data_contract_standard").joinpath("schema.json").read_text(encoding="utf-8")
    )
    return jsonschema.Draft201909Validator(json.loads(schema))


def standard_problems(document: Document) -> Iterator[Problem]:
    """Where `document` is not a contract by ODCS 3.2.0, one problem a field, in the order of the file."""
    plain = json.loads(json.dumps(document.values, default=str))  # JSON's keys are text, and it has no dates
    problems: dict[str, Problem] = {}
    for error in _validator().iter_errors(plain):
        for place, problem, fix in _explained(jsonschema.exceptions.best_match([error]) or error):
            field = one_line(".".join(map(str, place)) or "file")
            line = document.line(place) or 1
            problems.setdefault(field, Problem(field, line, one_line(problem), one_line(fix)))
    yield from sorted(problems.values(), key=lambda each: (each.line or 0, each.field))


def _explained(error: Any) -> Iterator[tuple[Place, str, str]]:
    place: Place = tuple(error.absolute_path)
    match error.validator:
        case "required":
            for name in error.validator_value:
                if name not in error.instance:
                    yield (*place, name), "is missing", "add it; the standard requires it"
        case "additionalProperties" | "unevaluatedProperties":
            known = list(error.schema.get("properties", ()))
            for name in re.findall(r"'([^']*)'", error.message):
                near = difflib.get_close_matches(name, known, n=1)
                fix = (
                    f"did you mean {near[0]!r}?" if near else "remove it; own fields go into customProperties"
                )
                yield (*place, name), "is not a field of the standard", fix
        case "type":
            kinds = (
                error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
            )
            wanted = " or ".join(_KINDS.get(str(kind), str(kind)) for kind in kinds)
            simple = "string" in kinds and not isinstance(error.instance, dict | list)
            fix = f'put it in quotes: "{error.instance}"' if simple else f"write {wanted}"
            yield place, f"expected {wanted}, found {found(error.instance)}", fix
        case "enum":
            allowed = [str(value) for value in error.validator_value]
            near = difflib.get_close_matches(str(error.instance), allowed, n=1)
            fix = f"did you mean {near[0]}?" if near else f"write one of {', '.join(allowed)}"
            yield place, f"does not allow {found(error.instance)}", fix
        case _:
            yield place, error.message, STANDARD
