"""What a contract's batches were worth, with what they cost: stored figures joined with the money owed.

The figures come from the newest model that knows the batch; money is that of the books now. Nothing is
computed anew but the division.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine

from rampart.delivery.errors import MissingObjectError
from rampart.ledger.gain_decisions import GainDecision, gain_decisions
from rampart.ledger.read.reward_models import RmRow, rm_rows
from rampart.ledger.read.statement import statement
from rampart.ledger.valued import Valued, valued

ReadArtefact = Callable[[str], bytes]
PREFIX = "worth-"
_THOUSAND = 1000


@dataclass(frozen=True)
class Points:
    """Percentage points with their 95 % interval; None where there are too few prompts for one."""

    value: float
    low: float | None
    high: float | None

    @property
    def distinguishable(self) -> bool:
        """Does the interval leave 0 out?"""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def __str__(self) -> str:
        """The points in words."""
        between = "" if self.low is None else f" ({self.low:+.1f} to {self.high:+.1f})"
        told = f"{self.value:+.1f}{between}"
        return told if self.distinguishable else f"{told}, not distinguishable at this holdout"


@dataclass(frozen=True)
class WeekWorth:
    """One batch. `agreement` (0..1, with its interval) is with a model of the other batches, `expected` what
    those lead one to expect of it. `brought` is what held-out accuracy loses without it, `elsewhere` the same
    on the other batches' held-out pairs; `per_thousand` is `brought` for each 1,000 of `paid`, None where
    nothing is paid. `contradicted` counts judgements people are shown first, by the training that its own
    acceptance caused or that flagged it.
    """

    contract_id: str
    week: int
    version: int
    n_train: int
    agreement: float | None
    low: float | None
    high: float | None
    expected: float | None
    flagged: bool
    brought: Points | None
    elsewhere: Points | None
    paid: Decimal
    per_thousand: Points | None
    doubted_key: str | None


@dataclass(frozen=True)
class ContractWorth:
    """A contract's batches, in `currency`; `version` and `key` are of the model the figures come from.

    `skipped` says why that model's batches were not refitted. `since` is the gain over the model before the
    contract, `next_week` what another week would bring.
    """

    contract_id: str
    program: str
    currency: str
    version: int | None
    key: str | None
    skipped: str
    weeks: tuple[WeekWorth, ...]
    since: Points | None
    before: str | None
    next_week: str
    expected_gain: tuple[GainDecision, ...]


def worth_key(out: str, digest: str) -> str:
    """Where what a run's batches were worth is kept, below the run's prefix."""
    return f"{out}/{PREFIX}{digest}.json"


def key_in(model: RmRow) -> str | None:
    """The key of what a model's batches were worth; None where it was not looked at."""
    return next((key for name, key in model.artefacts.items() if name.startswith(PREFIX)), None)


def worth_of(read: ReadArtefact, model: RmRow) -> dict[str, Any] | None:
    """What is stored of a model's batches (a `worth.value.Worth`, plain); None where nothing is."""
    if (key := key_in(model)) is None:
        return None
    try:
        found: dict[str, Any] = json.loads(read(key))
    except MissingObjectError:
        return None
    return found


def contract_worth(engine: Engine, read: ReadArtefact, contract_id: str) -> ContractWorth:
    """What a contract's batches were worth; `UnknownContractError` for one that is not on the books."""
    of = statement(engine, contract_id)
    paid = {week.week: week.money.payable for week in of.weeks}
    models = [(model, worth_of(read, model)) for model in rm_rows(engine, of.program)]
    told = [(model, one) for model, one in models if one is not None]
    newest = next(
        ((m, one) for m, one in reversed(told) if not one["skipped"] and _knows(one, contract_id)), None
    )
    mine = [one for m, one in told if m.trigger[0] == contract_id and one["since"]]
    model, found = newest if newest else (None, {})
    curve = found.get("curve")
    last = told[-1][1]["skipped"] if told else "No reward model was trained on it yet."
    return ContractWorth(
        contract_id=contract_id,
        program=of.program,
        currency=of.currency,
        version=model.version if model else None,
        key=key_in(model) if model else None,
        skipped="" if newest else last,
        weeks=tuple(_weeks(found, contract_id, model, paid, valued(engine, contract_id))) if model else (),
        since=_points(mine[-1]["since"]["gain"]) if mine else None,
        before=mine[-1]["since"]["before"] if mine else None,
        next_week=_next(curve),
        expected_gain=gain_decisions(engine, contract_id),
    )


def _knows(told: Mapping[str, Any], contract_id: str) -> bool:
    return any(one["contract_id"] == contract_id for one in told["agreements"])


def _weeks(
    found: Mapping[str, Any],
    contract_id: str,
    model: RmRow,
    paid: Mapping[int, Decimal],
    said: Iterable[Valued],
) -> Iterable[WeekWorth]:
    keys = {one.week: one.object_key for one in said}
    left = {(one["contract_id"], one["week"]): one for one in found["left_out"]}
    for one in found["agreements"]:
        if one["contract_id"] != contract_id:
            continue
        week, held, share = one["week"], one["held"] or {}, one["share"]
        lost = left.get((contract_id, week))
        brought = _points(lost["difference"]) if lost else None
        cost = paid.get(week, Decimal(0))
        yield WeekWorth(
            contract_id=contract_id,
            week=week,
            version=model.version,
            n_train=lost["n_train"] if lost else 0,
            agreement=share["value"],
            low=share["low"],
            high=share["high"],
            expected=held.get("expected"),
            flagged=bool(held.get("flagged")),
            brought=brought,
            elsewhere=_points(lost["elsewhere"]) if lost and lost["elsewhere"] else None,
            paid=cost,
            per_thousand=_per_thousand(brought, cost),
            doubted_key=keys.get(week),
        )


def _points(share: Mapping[str, Any]) -> Points:
    low, high = share["low"], share["high"]
    return Points(
        100 * share["value"], low if low is None else 100 * low, high if high is None else 100 * high
    )


def _per_thousand(points: Points | None, paid: Decimal) -> Points | None:
    if points is None or paid <= 0:
        return None
    each = _THOUSAND / float(paid)
    low, high = (end if end is None else end * each for end in (points.low, points.high))
    return Points(points.value * each, low, high)


def _next(curve: Mapping[str, Any] | None) -> str:
    if curve is None:
        return ""
    low, gain, high = (100 * curve[name] for name in ("gain_low", "gain", "gain_high"))
    more = f"another {curve['another']:,} training pairs"
    return f"{more} would add {gain:+.1f} points ({low:+.1f} to {high:+.1f})"


def doubted(read: ReadArtefact, one: WeekWorth) -> tuple[str, ...]:
    """The judgements that a model of the others contradicts most, by name; none where they are gone."""
    if one.doubted_key is None:
        return ()
    try:
        return tuple(json.loads(read(one.doubted_key))["doubted"])
    except MissingObjectError:  # the week's data were deleted
        return ()
