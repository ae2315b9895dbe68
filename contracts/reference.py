"""The contract's terms as a page: every field with its type, default and meaning, from the model itself.

``python -m contracts.reference`` writes `docs/contract-reference.md`; a test holds that page to the model.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.schema import EXPRESSION_FORMAT, terms_schema

PAGE = Path(__file__).parents[1] / "docs" / "contract-reference.md"
TOP = "Terms"

_INTRODUCTION = """\
# Contract reference

Every term of a contract file, from the model in `contracts/`. Written by `python -m contracts.reference`; do
not edit. [Concepts](concepts.md) says what the words mean, [mapping](mapping.md) teaches the expressions.

A contract file follows the Open Data Contract Standard (ODCS) 3.2.0. Of the standard's own fields Rampart
uses four: `id` and `name` name the contract, a changed file needs a new `version`, and the weekly run looks
only at contracts whose `status` is `active`. The terms below stand in the file like this:

```yaml
customProperties:
  - property: rampart
    value:
      vendor: {id: alder, name: Alder}
      # and so on
```

A term's address, such as `ramp.phases.production.discard_ceiling`, is what verdicts, invoices and errors call
its clause. Unknown names are errors. An *expression* is JMESPath over the delivered row, an *amount* a
decimal number with at most four places, a *word* text, a number, or true or false.

*Stricter* says which way a clause protects the buyer more: towards a lower or higher number, more or fewer
names, or that value. What is *recorded* is signed, shown and compared between versions, but nothing is judged
by it yet; `rampart contract check` names such clauses where a contract sets them.
"""
_UNJUDGED = {
    "recorded": " *Recorded.*",
    "refused": " *Not billed yet: a contract that sets it cannot come into force.*",
}
_JSON_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


@dataclass(frozen=True)
class Term:
    """One row of the page. `default` is None where the term must be given."""

    name: str
    kind: str
    default: str | None
    stricter: str
    meaning: str


@dataclass(frozen=True)
class Group:
    """One section: the addresses its terms stand at, what it is, and its terms."""

    addresses: tuple[str, ...]
    meaning: str
    terms: tuple[Term, ...]


def groups() -> tuple[Group, ...]:
    """Every group of terms, in the order of the model; a group used at several addresses comes once."""
    schema = terms_schema()
    known: dict[str, Mapping[str, Any]] = {**schema["$defs"], TOP: schema}
    addresses: dict[str, list[str]] = {}
    for name, address in _uses(TOP, "", known):
        addresses.setdefault(name, []).append(address)
    headings = {name: _heading(found) for name, found in addresses.items()}
    return tuple(_group(known[name], found, headings, known) for name, found in addresses.items())


def undescribed() -> tuple[str, ...]:
    """Addresses of terms without a meaning: neither the field nor its group says one."""
    return tuple(
        f"{group.addresses[0]}.{term.name}" for group in groups() for term in group.terms if not term.meaning
    )


def rendered() -> str:
    """The text of `docs/contract-reference.md`."""
    return _INTRODUCTION + "".join(_section(group) for group in groups())


def anchor(heading: str) -> str:
    """The anchor GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _uses(name: str, address: str, known: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(group, address) of `name` and of every group below it, depth first."""
    yield name, address
    for field, part in known[name]["properties"].items():
        for below, suffix in _references(part):
            kind = known[below]["properties"].get("kind", {}).get("const")
            place = f"{address}.{field}{suffix}".removeprefix(".")
            yield from _uses(below, f"{place} (kind: {kind})" if kind else place, known)


def _references(part: Mapping[str, Any], suffix: str = "") -> Iterator[tuple[str, str]]:
    """(group, what its address adds) of the groups that a field holds, itself or inside a list or map."""
    if "$ref" in part:
        yield part["$ref"].rsplit("/", 1)[-1], suffix
    for choice in (*part.get("anyOf", ()), *part.get("oneOf", ())):
        yield from _references(choice, suffix)
    if isinstance(part.get("items"), dict):
        yield from _references(part["items"], f"{suffix}[]")
    if part.get("type") == "object":
        yield from _references(_inside(part), f"{suffix}.<key>")


def _group(
    group: Mapping[str, Any],
    addresses: list[str],
    headings: Mapping[str, str],
    known: Mapping[str, Mapping[str, Any]],
) -> Group:
    required = set(group.get("required", ()))
    terms = tuple(
        Term(
            name,
            _kind(part, headings),
            # A choice is told by its `kind`: it must be given even where the model has a default.
            None if name in required or "const" in part else _default(part),
            _stricter(part),
            _meaning(part, known),
        )
        for name, part in group["properties"].items()
    )
    return Group(tuple(addresses), _one_line(group.get("description", "")), terms)


def _meaning(part: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> str:
    if "const" in part:
        return "Says which of the choices this is."
    below = [known[name].get("description", "") for name, _ in _references(part)]
    inherited = below[0].split("\n\n")[0] if len(below) == 1 else "One of these." if below else ""
    recorded = " and ".join(f"`{value}`" for value in part.get("x-recorded", ()))
    told = f" At {recorded}: *Recorded.*" if recorded else _UNJUDGED.get(part.get("x-judged", ""), "")
    return _one_line(part.get("description", "") or inherited) + told


def _stricter(part: Mapping[str, Any]) -> str:
    told = part.get("x-stricter", "")
    return told if isinstance(told, str) else f"`{json.dumps(told[-1])}`"


def _default(part: Mapping[str, Any]) -> str:
    value = part.get("default")
    if value in ({}, []) or (value is None and part.get("type") == "object"):
        return "empty"
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "the group's defaults"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def _kind(part: Mapping[str, Any], headings: Mapping[str, str]) -> str:
    if "$ref" in part:
        heading = headings[part["$ref"].rsplit("/", 1)[-1]]
        return f"[{heading}](#{anchor(heading)})"
    if "const" in part:
        return f"`{part['const']}`"
    if "enum" in part:
        return " or ".join(f"`{value}`" for value in part["enum"])
    if choices := [
        one for one in (*part.get("anyOf", ()), *part.get("oneOf", ())) if one != {"type": "null"}
    ]:
        return _choice(choices, headings)
    return _plain_kind(part, headings)


def _plain_kind(part: Mapping[str, Any], headings: Mapping[str, str]) -> str:
    if part.get("type") == "array":
        return f"list of {_kind(part['items'], headings)}"
    if part.get("type") == "object":
        return _map(part, headings)
    if part.get("format") == EXPRESSION_FORMAT:
        return "expression"
    return str(part.get("format") or _JSON_WORDS[part["type"]]) + _range(part)


def _inside(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a map holds; keys of a pattern stand in `patternProperties`."""
    inside: Mapping[str, Any] = next(iter(part.get("patternProperties", {}).values()), {}) or part.get(
        "additionalProperties", {}
    )
    return inside


def _map(part: Mapping[str, Any], headings: Mapping[str, str]) -> str:
    names = part.get("propertyNames", {}).get("enum")
    inside = _kind(_inside(part), headings)
    return f"map of {' or '.join(f'`{name}`' for name in names)} to {inside}" if names else f"map to {inside}"


def _choice(choices: list[dict[str, Any]], headings: Mapping[str, str]) -> str:
    types = [one.get("type") for one in choices]
    if types == ["number", "string"]:
        return "amount"
    if set(types) == {"string", "integer", "number", "boolean"}:
        return "word"
    return " or ".join(dict.fromkeys(_kind(one, headings) for one in choices))


def _range(part: Mapping[str, Any]) -> str:
    low, high = part.get("minimum"), part.get("maximum")
    above, below = part.get("exclusiveMinimum"), part.get("exclusiveMaximum")
    said = [
        f"from {low:g}" if low is not None else f"above {above:g}" if above is not None else "",
        f"to {high:g}" if high is not None else f"below {below:g}" if below is not None else "",
        f"like `{part['pattern']}`" if "pattern" in part else "",
        f"{part['minLength']} character" if part.get("minLength") == part.get("maxLength") == 1 else "",
    ]
    return "".join(
        f", {one}" if index == 0 or not said[0] else f" {one}" for index, one in enumerate(said) if one
    )


def _section(group: Group) -> str:
    rows = "".join(
        f"| `{term.name}` | {term.kind} | {term.default or '**required**'} | {term.stricter} "
        f"| {term.meaning or '—'} |\n"
        for term in group.terms
    )
    also = ", ".join(f"`{address}`" for address in group.addresses[1:])
    where = f" Also at {also}." if also else ""
    table = f"| term | type | default | stricter | meaning |\n|---|---|---|---|---|\n{rows}"
    return f"\n## {_heading(list(group.addresses))}\n\n{group.meaning}{where}\n\n{table}"


def _heading(addresses: list[str]) -> str:
    return f"`{addresses[0]}`" if addresses[0] else TOP


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("``", "`").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(rendered(), encoding="utf-8")
