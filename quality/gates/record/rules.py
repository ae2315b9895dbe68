"""The buyer's own rules about records: conditions in a small part of SQL, over whole columns at once.

A rule is broken where its `when` is true (or absent) and its `expect` is not: false, or unknown because a
field is empty. What is missing therefore never passes a rule in silence.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl

from contracts.language.row_rules import COLUMNS, condition
from contracts.model import Contract
from contracts.terms.gates import Policy
from contracts.terms.rules import RowRule
from quality.gates.record.alone import frame_of
from quality.gates.record.gate import Asked, RecordGate, Seen

LONGEST = 60  # characters of a value that are told

_CONTENTS = pl.col("responses").list.eval(pl.element().struct.field("content"))
_LENGTHS = _CONTENTS.list.eval(pl.element().str.len_chars())
_DERIVED = {
    "prompt": pl.col("prompt").list.eval(pl.element().struct.field("content")).list.join("\n"),
    "prompt_messages": pl.col("prompt").list.len(),
    "response_count": pl.col("responses").list.len(),
    "shortest_response": _LENGTHS.list.min(),
    "longest_response": _LENGTHS.list.max(),
}


def column(name: str) -> pl.Expr:
    """What a condition means by `name`: a field, or what is derived from one; numbers are floats."""
    found = _DERIVED.get(name, pl.col(name))
    return found.cast(pl.Float64) if COLUMNS[name] == "number" else found


def broken(rule: RowRule) -> pl.Expr:
    """True where a record breaks `rule`, false where it does not; never null."""
    expect = condition(rule.expect).expression().fill_null(value=False)
    about = condition(rule.when).expression().fill_null(value=False) if rule.when else pl.lit(value=True)
    needed = pl.struct(column(name).alias(name) for name in rule.columns)
    return needed.map_batches(
        lambda given: given.struct.unnest().select((about & ~expect).alias("broken"))["broken"],
        return_dtype=pl.Boolean,
    )


def _under(contract: Contract, policy: Policy) -> tuple[RowRule, ...]:
    return tuple(rule for rule in contract.gates.rules if rule.policy == policy)


def _policy(policy: Policy, contract: Contract) -> Policy:
    return policy if _under(contract, policy) else "allow"


def _test(policy: Policy, asked: Asked) -> pl.Expr:
    return pl.any_horizontal([broken(rule) for rule in _under(asked.contract, policy)])


def _seen(policy: Policy, record: Mapping[str, Any], asked: Asked) -> Seen:
    frame = frame_of(record)
    rules = [rule for rule in _under(asked.contract, policy) if frame.select(broken(rule)).item()]
    read = [f"{rule.name}: {rule.problem} ({_values(frame, rule)})" for rule in rules]
    asks = [f"{rule.name}: {rule.expect}{f' when {rule.when}' if rule.when else ''}" for rule in rules]
    return Seen("; ".join(read), "; ".join(asks))


def _values(frame: pl.DataFrame, rule: RowRule) -> str:
    read = ((name, frame.select(column(name)).item()) for name in rule.columns)
    return ", ".join(f"{name} is {_told(value)}" for name, value in read)


def _told(value: Any) -> str:
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST else f"{value[:LONGEST]}…")
    return "empty" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


# One gate for what is discarded and one for what is flagged: each rule has a policy of its own.
GATES = tuple(
    RecordGate("rule_broken", partial(_policy, policy), partial(_test, policy), partial(_seen, policy))
    for policy in ("discard", "flag")
)
