"""The standard's own quality rules, run over a delivery's readable records.

A rule is about a property of the vendor's files; it is run where a canonical field holds that property as it
was delivered: `delivery.record` names it alone (`record_id: id`), or the property has the field's name.
Anything else is `not_testable`, and says so.
"""

from collections.abc import Callable
from typing import Any

import polars as pl
import pyarrow as pa

from contracts.language.quality_sql import filled_in, query
from contracts.language.row_rules import COLUMNS
from contracts.language.shared_patterns import whole
from contracts.model import Contract
from contracts.terms.quality import QualityRule
from quality.gates.record.rules import column
from quality.verdict import GateSpec, Status, Verdict

_HASHED = ("annotator_id", "prompt_author_id")  # pseudonyms: which values they had, nobody here knows
_READ_ANEW = ("prompt", "gold", "verifier", "started_at", "submitted_at")  # in a form of our own
_HELD: dict[str, Callable[[float, Any], bool]] = {
    "mustBe": lambda found, limit: found == limit,
    "mustNotBe": lambda found, limit: found != limit,
    "mustBeGreaterThan": lambda found, limit: found > limit,
    "mustBeGreaterOrEqualTo": lambda found, limit: found >= limit,
    "mustBeLessThan": lambda found, limit: found < limit,
    "mustBeLessOrEqualTo": lambda found, limit: found <= limit,
    "mustBeBetween": lambda found, limit: limit[0] <= found <= limit[1],
    "mustNotBeBetween": lambda found, limit: not limit[0] <= found <= limit[1],
}


class _UntestableError(Exception):
    """Why a rule cannot be judged."""


def declared_quality(
    records: pa.Table, contract: Contract, evidence: str | None = None
) -> tuple[Verdict, ...]:
    """A verdict for every rule of type `library` or `sql`; on counts of all readable records, no sample."""
    if not contract.quality:
        return ()
    frame = pl.DataFrame(pl.from_arrow(records)).select(column(name).alias(name) for name in COLUMNS)
    return tuple(_verdict(rule, frame, contract, evidence) for rule in contract.quality)


def _verdict(rule: QualityRule, frame: pl.DataFrame, contract: Contract, evidence: str | None) -> Verdict:
    consequence = "hold" if (rule.severity or "").lower() == "error" else "none"
    limits = rule.limit if isinstance(rule.limit, list) else [rule.limit]
    numeric = all(isinstance(each, int | float) and not isinstance(each, bool) for each in limits)
    spec = GateSpec(rule.address, rule.name, float(limits[-1]) if numeric else 0.0, consequence)  # type: ignore[arg-type]
    try:
        if not numeric:
            raise _UntestableError(f"{rule.operator} {rule.limit!r} is no number")
        if not rule.sole and rule.object not in _rows_called(contract):
            path = contract.delivery.rows.path
            raise _UntestableError(f"of several objects, {rule.object} is not the one called {path}")
        if frame.is_empty():
            raise _UntestableError("no readable record")
        found = _figure(rule, frame, contract)
    except _UntestableError as why:
        reason = f"{rule.name} of {_about(rule)} cannot be judged: {why}"
        return Verdict(spec, "not_testable", None, None, None, 0, reason, evidence)
    status: Status = "pass" if _HELD[rule.operator](found, rule.limit) else "fail"
    unit = " %" if rule.percent else ""
    asked = " and ".join(f"{each:g}" for each in limits)
    reason = f"{rule.name} of {_about(rule)} is {found:g}{unit}, {rule.operator} {asked}{unit} asked"
    return Verdict(spec, status, found, None, None, frame.height, reason, evidence)


def _rows_called(contract: Contract) -> tuple[str, str]:
    path = contract.delivery.rows.path
    return path, path.rsplit("/", 1)[-1].split(".")[0]


def _about(rule: QualityRule) -> str:
    return f"{rule.object}.{rule.property}" if rule.property else rule.object


def _figure(rule: QualityRule, frame: pl.DataFrame, contract: Contract) -> float:
    if rule.metric == "sql":
        return _queried(rule, frame, contract)
    count = frame.height if rule.metric == "rowCount" else _counted(rule, frame, contract)
    return 100.0 * count / frame.height if rule.percent else float(count)


def _counted(rule: QualityRule, frame: pl.DataFrame, contract: Contract) -> int:
    if rule.metric == "duplicateValues":
        named = rule.arguments.get("properties") or [rule.property]
        keys = frame.select(_column(name, contract) for name in named).drop_nulls()
        return keys.height - keys.n_unique()  # rows that say again what another one said
    name = _column(rule.property, contract)
    return int(frame.select(_counts(rule, name).sum()).item() or 0)


def _counts(rule: QualityRule, name: str) -> pl.Expr:
    """True where a value is null, missing or invalid."""
    if rule.metric == "nullValues":
        return pl.col(name).is_null()
    if name in _HASHED or name == "raw_label":
        raise _UntestableError(f"of {name} only presence and repetition can be told, not its values")
    text = pl.col(name).cast(pl.String) if COLUMNS[name] == "text" else pl.col(name)
    kind = str if COLUMNS[name] == "text" else (int, float)
    listed = rule.arguments.get("missingValues" if rule.metric == "missingValues" else "validValues")
    values = [value for value in listed or () if isinstance(value, kind)]
    among = text.is_in(
        pl.Series(values, dtype=pl.String if kind is str else pl.Float64, strict=False).implode()
    )
    if rule.metric == "missingValues":
        return pl.col(name).is_null() | among.fill_null(value=False)  # a null is missing, listed or not
    invalid = [~among] if listed is not None else []
    if pattern := rule.arguments.get("pattern"):
        if COLUMNS[name] != "text":
            raise _UntestableError(f"{name} is no text, which a pattern could describe")
        invalid.append(~text.str.contains(whole(str(pattern))))
    if not invalid:
        raise _UntestableError("neither validValues nor pattern is given")
    return pl.any_horizontal(invalid).fill_null(value=False)  # a null is no invalid value


def _queried(rule: QualityRule, frame: pl.DataFrame, contract: Contract) -> float:
    name = _column(rule.property, contract) if rule.property else ""
    asked = query(filled_in(rule.query or "", rule.property, name))
    try:
        with pl.SQLContext(object=frame, eager=True) as context:
            found = context.execute(asked).item()
    except pl.exceptions.PolarsError as error:
        raise _UntestableError(f"the query cannot be run ({str(error).splitlines()[0]})") from error
    if not isinstance(found, int | float):
        raise _UntestableError("the query gives no number")
    return float(found)


def _column(name: str | None, contract: Contract) -> str:
    """The column of the canonical records that holds a property of the vendor's, as it was delivered."""
    if name is None:
        raise _UntestableError("the metric is about a property, and the rule is not")
    for field, expression in contract.delivery.record:
        held = {"label": "raw_label"}.get(field, field)
        if expression == name and held in COLUMNS and field not in _READ_ANEW:
            return _as_delivered(held, contract)
    if name in COLUMNS and getattr(contract.delivery.record, name, None) is not None:
        return _as_delivered(name, contract)
    raise _UntestableError(f"no field of a record holds {name!r} as it was delivered")


def _as_delivered(name: str, contract: Contract) -> str:
    """`name`, unless the contract has its values changed on their way in."""
    terms = contract.delivery
    if getattr(terms.values, name, None) is not None:
        raise _UntestableError(f"{name} is kept in our words (delivery.values), not in the vendor's")
    if name == "duration_s" and terms.times.duration != "s":
        raise _UntestableError(f"{name} is kept in seconds, and delivered in {terms.times.duration}")
    return name
