"""From a contract file to the frozen `Contract`, or to a list of problems that say where and what to mend."""

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts.model import Contract
from contracts.reading.document import LARGEST, Document, Place, read_document
from contracts.reading.problems import FROM_ODCS, ContractError, Problem, found
from contracts.reading.quality import quality_problems, quality_rules
from contracts.reading.standard import standard_problems

__all__ = ["ContractError", "Problem", "load_contract", "parse_contract"]

PROPERTY = "rampart"


def load_contract(path: Path) -> Contract:
    """Read, check and freeze the contract at `path`; `ContractError` lists every problem."""
    try:
        if path.exists() and not path.is_file():  # a pipe would wait, a device never end
            raise OSError(0, "it is no plain file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        fix = "give the path of a contract file (*.odcs.yaml)"
        why = getattr(error, "strerror", None) or error
        problem = Problem("file", None, f"cannot be read ({why})", fix)
        raise ContractError(str(path), (problem,)) from error
    return parse_contract(data, str(path))


def parse_contract(data: bytes, path: str) -> Contract:
    """The contract in `data`; `path` only names it in errors."""
    document = read_document(data, path)
    problems = tuple(standard_problems(document))
    problems = problems or tuple(quality_problems(document))
    if any(problem.field.startswith("customProperties") for problem in problems):
        raise ContractError(path, problems)
    terms, prefix = _terms(document, path, problems)
    given = {name: document.values[key] for name, key in FROM_ODCS.items() if key in document.values}
    if rules := quality_rules(document):
        given["quality"] = rules
    given["digest"] = hashlib.sha256(data).hexdigest()
    try:
        contract = Contract.model_validate({**terms, **given})
    except ValidationError as error:
        from contracts.reading.explain import term_problems  # noqa: PLC0415 (a good contract never needs it)

        problems += tuple(
            p for p in term_problems(error, document, prefix) if p.field not in _fields(problems)
        )
        raise ContractError(path, problems) from error
    problems += tuple(_said_twice(terms, given, document, prefix))
    if problems:
        raise ContractError(path, problems)
    return contract


def _fields(problems: tuple[Problem, ...]) -> set[str]:
    return {problem.field for problem in problems}


def _said_twice(
    terms: dict[str, Any], given: dict[str, Any], document: Document, prefix: Place
) -> list[Problem]:
    """Terms that the standard's own fields say: two answers could differ."""
    clashes = sorted(set(terms) & {*given, *FROM_ODCS})
    return [
        Problem(
            name,
            document.line((*prefix, name)),
            "is not a term",
            f"remove it; the standard's own field {FROM_ODCS.get(name, name)!r} says it",
        )
        for name in clashes
    ]


def _terms(document: Document, path: str, problems: tuple[Problem, ...]) -> tuple[dict[str, Any], Place]:
    """Our terms and their place in the file. The standard has vouched for the shape of `customProperties`."""
    entries = document.values.get("customProperties") or []
    ours = [number for number, entry in enumerate(entries) if entry.get("property") == PROPERTY]
    if len(ours) != 1:
        what = "holds them twice" if ours else f"has no entry {PROPERTY!r}"
        fix = (
            "keep one entry"
            if ours
            else f"add `customProperties: [{{property: {PROPERTY}, value: ...}}]`; "
            "contracts/specs/examples shows how"
        )
        place: Place = ("customProperties", *ours[1:2])
        raise ContractError(path, (*problems, Problem("customProperties", document.line(place), what, fix)))
    place = ("customProperties", ours[0], "value")
    terms = entries[ours[0]]["value"]
    if not isinstance(terms, dict):
        problem = Problem(
            ".".join(map(str, place)),
            document.line(place),
            f"expected our terms, found {found(terms)}",
            "put the terms below `value:`, indented",
        )
        raise ContractError(path, (*problems, problem))
    return terms, place
