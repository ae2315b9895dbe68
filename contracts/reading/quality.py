"""The quality rules of a contract's schema, and what keeps one from being run."""

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.language.expression_error import ExpressionError, problem_and_fix
from contracts.language.quality_sql import filled_in, query
from contracts.language.shared_patterns import checked
from contracts.reading.document import Document, Place
from contracts.reading.problems import Problem, one_line
from contracts.terms.quality import OPERATORS

Rule = dict[str, Any]


def quality_rules(document: Document) -> tuple[Rule, ...]:
    """Every rule of type `library` or `sql`, ready for `QualityRule`; others are for people or engines."""
    return tuple(rule for _, rule in _declared(document))


def quality_problems(document: Document) -> Iterator[Problem]:
    """Queries that reach further than their object, and patterns that cannot look through a column."""
    for place, rule in _declared(document):
        try:
            if rule["query"] is not None:
                query(filled_in(rule["query"], rule["property"], "rationale"))
            if pattern := rule["arguments"].get("pattern"):
                checked(str(pattern))
        except ExpressionError as error:
            problem, fix = problem_and_fix(error, "mend it")
            field = ".".join(map(str, place))
            yield Problem(one_line(field), document.line(place), one_line(problem), one_line(fix))


def _declared(document: Document) -> Iterator[tuple[Place, Rule]]:
    objects = _listed(document.values.get("schema"))
    for number, each in enumerate(objects):
        name = str(each.get("name") or number)
        alone = {"sole": len(objects) == 1}
        yield from (
            (at, rule | alone) for at, rule in _of(each, ("schema", number), f"schema.{name}", name, None)
        )
        for place, part in enumerate(_listed(each.get("properties"))):
            own = str(part.get("name") or place)
            where: Place = ("schema", number, "properties", place)
            yield from (
                (at, rule | alone) for at, rule in _of(part, where, f"schema.{name}.{own}", name, own)
            )


def _of(
    part: Mapping[str, Any], place: Place, address: str, name: str, own: str | None
) -> Iterator[tuple[Place, Rule]]:
    for number, said in enumerate(_listed(part.get("quality"))):
        metric = "sql" if said.get("type") == "sql" else said.get("metric")
        operator = next((one for one in OPERATORS if one in said), None)
        if metric is None or operator is None:
            continue
        rule: Rule = {
            "address": f"{address}.quality.{number}",
            "object": name,
            "property": own,
            "name": str(said.get("name") or said.get("id") or metric),
            "metric": metric,
            "arguments": dict(said.get("arguments") or {}),
            "query": said.get("query"),
            "operator": operator,
            "limit": said[operator],
            "percent": said.get("unit") == "percent",
            "severity": said.get("severity"),
        }
        yield (*place, "quality", number), rule


def _listed(value: object) -> list[Any]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
