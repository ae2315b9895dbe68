"""From a contract file to the frozen `Contract`, or to a list of problems that say where and what to mend."""

import difflib
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from contracts.model import Contract

PROPERTY = "rampart"
# Which branch of a choice pydantic took; not a part of the file.
TAGS = {"list", "expression", "binary", "arena", "likert", "rating", "ranking", "thumbs"}
_FROM_ODCS = {"contract_id": "id", "version": "version", "status": "status", "name": "name"}


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a contract file. `line` is from 1, None where it has no place."""

    field: str
    line: int | None
    problem: str
    fix: str

    def __str__(self) -> str:
        where = f"line {self.line}, " if self.line else ""
        return f"{where}{self.field}: {self.problem}. Fix: {self.fix}"


class ContractError(Exception):
    """A contract file that cannot be used, with every problem found."""

    def __init__(self, path: str, problems: tuple[Problem, ...]) -> None:
        self.path, self.problems = path, problems
        super().__init__("\n".join(f"{path}: {problem}" for problem in problems))


def load_contract(path: Path) -> Contract:
    """Read, check and freeze the contract at `path`; `ContractError` lists every problem."""
    try:
        data = path.read_bytes()
    except OSError as error:
        fix = "give the path of a contract file (*.odcs.yaml)"
        problem = Problem("file", None, f"cannot be read ({error.strerror})", fix)
        raise ContractError(str(path), (problem,)) from error
    return parse_contract(data, str(path))


def parse_contract(data: bytes, path: str) -> Contract:
    """The contract in `data`; `path` only names it in errors."""
    document = _yaml(data, path)
    problems = tuple(_standard_problems(document))
    if problems:
        raise ContractError(path, problems)
    terms, prefix = _terms(document, path)
    found = {name: document[key] for name, key in _FROM_ODCS.items() if key in document}
    found["digest"] = hashlib.sha256(data).hexdigest()
    if clash := sorted(set(found) & set(terms)):
        field = f"{prefix}.{clash[0]}"
        fix = f"remove it; the standard's own field {_FROM_ODCS.get(clash[0], clash[0])!r} says it"
        raise ContractError(path, (Problem(field, _line(document, field), "is not a term", fix),))
    try:
        return Contract.model_validate({**terms, **found})
    except ValidationError as error:
        raise ContractError(path, tuple(_term_problems(error, document, prefix))) from error


def _yaml(data: bytes, path: str) -> Any:
    try:
        document = YAML(typ="rt", pure=True).load(data)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        problem = Problem(
            "file", line, f"is not YAML ({error.problem})", "mend the indentation or quoting there"
        )
        raise ContractError(path, (problem,)) from error
    except UnicodeDecodeError as error:
        fix = "save the file as UTF-8"
        raise ContractError(path, (Problem("file", None, f"is not UTF-8 ({error.reason})", fix),)) from error
    if not isinstance(document, dict):
        problem = Problem(
            "file", 1, "is not a mapping of fields", "start from a spec in contracts/specs/examples"
        )
        raise ContractError(path, (problem,))
    return document


@cache
def _standard() -> jsonschema.Draft201909Validator:
    schema = resources.files("open_data_contract_standard").joinpath("schema.json").read_text()
    return jsonschema.Draft201909Validator(json.loads(schema))


def _standard_problems(document: Any) -> Iterator[Problem]:
    plain = json.loads(json.dumps(document, default=str))
    for error in sorted(
        _standard().iter_errors(plain), key=lambda e: [str(part) for part in e.absolute_path]
    ):
        deepest = jsonschema.exceptions.best_match([error]) or error
        field = ".".join(str(part) for part in deepest.absolute_path) or "file"
        fix = "see the Open Data Contract Standard 3.2.0 for this field"
        yield Problem(field, _line(document, field), deepest.message[:300], fix)


def _terms(document: Any, path: str) -> tuple[Mapping[str, Any], str]:
    for index, entry in enumerate(document.get("customProperties") or ()):
        if entry.get("property") == PROPERTY:
            field = f"customProperties.{index}.value"
            if isinstance(entry.get("value"), dict):
                return entry["value"], field
            fix = "put the terms below `value:`"
            raise ContractError(path, (Problem(field, _line(document, field), "holds no terms", fix),))
    fix = (
        f"add `customProperties: [{{property: {PROPERTY}, value: ...}}]`; contracts/specs/examples shows how"
    )
    raise ContractError(path, (Problem("customProperties", None, f"has no entry {PROPERTY!r}", fix),))


def _term_problems(error: ValidationError, document: Any, prefix: str) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        location = [str(part) for part in found["loc"] if part not in TAGS]
        own = bool(location) and location[0] in _FROM_ODCS
        field = ".".join(location) if own else ".".join([prefix, *location])
        shown = ".".join(location) or "terms"
        message = str(found["msg"]).removeprefix("Value error, ")
        yield Problem(shown, _line(document, field), message, _fix(found, location))


def _fix(found: Mapping[str, Any], location: list[str]) -> str:
    match found["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(location[-1], _names_beside(location), n=1)
            return f"did you mean {near[0]!r}?" if near else "remove it, or see docs/contract-reference.md"
        case "missing":
            return "add it; docs/contract-reference.md says what it means"
        case _:
            return f"change {str(found.get('input'))[:60]!r}; docs/contract-reference.md says what is allowed"


def _names_beside(location: list[str]) -> list[str]:
    """Names allowed where `location` points, as far as the model can be followed."""
    model: Any = Contract
    for name in location[:-1]:
        field = getattr(model, "model_fields", {}).get(name)
        model = field.annotation if field else None
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [field.alias or name for name, field in model.model_fields.items()]
    return []


def _line(document: Any, field: str) -> int | None:
    """The line of the deepest part of `field` that the document has."""
    node: Any = document
    line: int | None = None
    for part in field.split("."):
        place: Any = getattr(node, "lc", None)
        try:
            if isinstance(node, list):
                line, node = place.item(int(part))[0] + 1, node[int(part)]
            else:
                key = part if part in node else int(part)
                line, node = place.key(key)[0] + 1, node[key]
        except (KeyError, ValueError, IndexError, TypeError, AttributeError):
            break
    return line
