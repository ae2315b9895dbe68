"""What a contract says of single fields: the values, range, length and form that each may have."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl

from contracts.language.shared_patterns import whole
from contracts.model import Contract
from contracts.terms.fields import NUMBERS, FieldGate
from contracts.terms.gates import Policy
from quality.gates.record.gate import Asked, RecordGate, Seen

LONGEST = 80  # characters of a value that are told
MOST_VALUES = 20  # values that are told

Wrong = Callable[[pl.Expr, FieldGate], pl.Expr]
Words = Callable[[Any, FieldGate], str]


@dataclass(frozen=True)
class Aspect:
    """One thing a field may be asked: how it is tested, and how a value and what is expected are told."""

    code: str
    terms: tuple[str, ...]
    wrong: Wrong
    found: Words
    expected: Callable[[FieldGate], str]

    def asked(self, contract: Contract, policy: Policy) -> dict[str, FieldGate]:
        """The fields that the contract asks this of, with one policy."""
        return {
            name: gate
            for name, gate in contract.gates.fields.items()
            if gate.policy == policy and set(self.terms) & set(gate.asks_about)
        }


def in_field(name: str, wrong: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    """True where a field, or one of the parts it consists of, is `wrong`. What is null is not."""
    if name == "ratings":
        return pl.col(name).list.eval(_surely(wrong(pl.element()))).list.any()
    if name in ("responses", "checkpoint_id"):
        part = pl.element().struct.field("content" if name == "responses" else name)
        return pl.col("responses").list.eval(_surely(wrong(part))).list.any()
    if name == "prompt":
        return _surely(wrong(pl.col(name).list.eval(pl.element().struct.field("content")).list.join("\n")))
    return _surely(wrong(pl.col(name)))


def _surely(wrong: pl.Expr) -> pl.Expr:
    # A null is neither in a list nor outside it; whether one may stand there, `gates.required` says.
    return wrong.fill_null(value=False)


def _parts(record: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """What a field's values are called, and the values."""
    match name:
        case "ratings":
            yield from ((f"score {place}", each) for place, each in enumerate(record[name] or (), 1))
        case "responses":
            yield from ((f"response {n}", one["content"]) for n, one in enumerate(record[name], 1))
        case "checkpoint_id":
            shown = enumerate(record["responses"], 1)
            yield from ((f"checkpoint_id of response {n}", one[name]) for n, one in shown)
        case "prompt":
            yield name, "\n".join(one["content"] for one in record[name])
        case _:
            yield name, record[name]


def _unlisted(value: pl.Expr, gate: FieldGate) -> pl.Expr:
    texts = all(isinstance(each, str) for each in gate.values or ())
    listed = pl.Series(gate.values or (), dtype=pl.String if texts else pl.Float64, strict=False)
    return ~value.cast(listed.dtype).is_in(listed.implode())


def _outside(value: pl.Expr, gate: FieldGate) -> pl.Expr:
    return _beyond(value, gate.min, gate.max)


def _length(value: pl.Expr, gate: FieldGate) -> pl.Expr:
    return _beyond(value.str.len_chars(), gate.min_chars, gate.max_chars)


def _form(value: pl.Expr, gate: FieldGate) -> pl.Expr:
    return ~value.str.contains(whole(gate.pattern or ""))


def _beyond(value: pl.Expr, least: float | None, most: float | None) -> pl.Expr:
    sides = [*([value < least] if least is not None else []), *([value > most] if most is not None else [])]
    return pl.any_horizontal(sides)


def _told(value: Any, _: FieldGate) -> str:
    text = str(value)
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…") if isinstance(value, str) else text


def _one_of(gate: FieldGate) -> str:
    values = [str(value) for value in gate.values or ()]
    more = f" or {len(values) - MOST_VALUES:,} others" if len(values) > MOST_VALUES else ""
    return f"one of {', '.join(values[:MOST_VALUES])}{more}"


def _between(least: float | None, most: float | None) -> str:
    if least is None or most is None:
        return f"at least {least:g}" if least is not None else f"at most {most:g}"
    return f"{least:g} to {most:g}"


ASPECTS = (
    Aspect("value_not_listed", ("values",), _unlisted, _told, _one_of),
    Aspect("value_out_of_range", ("min", "max"), _outside, _told, lambda gate: _between(gate.min, gate.max)),
    Aspect(
        "wrong_length",
        ("min_chars", "max_chars"),
        _length,
        lambda value, _: f"{len(value):,} characters long",
        lambda gate: f"{_between(gate.min_chars, gate.max_chars)} characters",
    ),
    Aspect("wrong_form", ("pattern",), _form, _told, lambda gate: f"of the form {gate.pattern}"),
)


def expectations(contract: Contract, code: str) -> Iterator[str]:
    """What the contract expects of single fields, by the reason that is given otherwise; in words."""
    for aspect in ASPECTS:
        for name, gate in contract.gates.fields.items():
            if aspect.code == code and set(aspect.terms) & set(gate.asks_about):
                yield f"{name}: {aspect.expected(gate)}"


def _policy(aspect: Aspect, policy: Policy, contract: Contract) -> Policy:
    return policy if aspect.asked(contract, policy) else "allow"


def _wrong(aspect: Aspect, gate: FieldGate) -> Callable[[pl.Expr], pl.Expr]:
    return lambda value: aspect.wrong(value, gate)


def _test(aspect: Aspect, policy: Policy, asked: Asked) -> pl.Expr:
    gates = aspect.asked(asked.contract, policy)
    return pl.any_horizontal([in_field(n, _wrong(aspect, gate)) for n, gate in gates.items()])


def _seen(aspect: Aspect, policy: Policy, record: Mapping[str, Any], asked: Asked) -> Seen:
    found, expected = [], []
    for name, gate in aspect.asked(asked.contract, policy).items():
        wrong = [(called, value) for called, value in _parts(record, name) if _is(aspect, gate, name, value)]
        found += [f"{called} is {aspect.found(value, gate)}" for called, value in wrong]
        expected += [f"{name}: {aspect.expected(gate)}"] if wrong else []
    return Seen("; ".join(found), "; ".join(expected))


def _is(aspect: Aspect, gate: FieldGate, name: str, value: Any) -> bool:
    literal = pl.lit(value, dtype=pl.Float64 if name in NUMBERS else pl.String)
    return bool(pl.select(_surely(aspect.wrong(literal, gate))).item())


# One gate for what is discarded and one for what is flagged: each field has a policy of its own.
GATES = tuple(
    RecordGate(
        aspect.code,
        partial(_policy, aspect, policy),
        partial(_test, aspect, policy),
        partial(_seen, aspect, policy),
    )
    for aspect in ASPECTS
    for policy in ("discard", "flag")
)
