"""Invented rows for the gallery: every state, every status, and a vendor name that tries to be markup."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from dashboard.pages.expectations import Expected
from quality.verdict import GateSpec, Status, Verdict
from rampart.ledger.chain import EventRow
from rampart.ledger.outcome import FileCount, MoneyLine, ReasonCount
from rampart.ledger.read import MoneyRow, RampRow, RmRow
from rampart.ledger.states import State

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
VENDOR = "Acme <b>Labels</b> \u202eslebaL"
REASONS = (ReasonCount("exact_duplicate", 61, 61), ReasonCount("too_fast", 57, 80))
_WEEK = RampRow(
    vendor=VENDOR,
    program="assistant",
    contract_id="acme-1",
    week=1,
    phase="calibration",
    due=START,
    planned=400,
    revision=1,
    state="accepted_partial",
    judging=None,
    delivered=400,
    accepted=276,
    discarded=118,
    quarantined=6,
    discard_rate=118 / 394,
    low=0.256,
    high=0.346,
    ceiling=0.5,
    reasons=REASONS,
    state_reason="The discard rate is below its ceiling.",
    payable=Decimal("310.50"),
    credited=Decimal("0.00"),
    currency="USD",
)


def _judged(week: int, phase: str, state: State, rate: float, ceiling: float) -> RampRow:
    discarded = round(1000 * rate)
    return replace(
        _WEEK,
        week=week,
        phase=phase,
        due=START + timedelta(weeks=week),
        planned=1000,
        state=state,
        delivered=1000,
        accepted=1000 - discarded,
        discarded=discarded,
        quarantined=0,
        discard_rate=rate,
        low=rate - 0.03,
        high=rate + 0.03,
        ceiling=ceiling,
        payable=Decimal(1000 - discarded).quantize(Decimal("0.01"))
        if state == "accepted"
        else Decimal("0.00"),
    )


def _waiting(week: int, state: State, revision: int | None) -> RampRow:
    return replace(
        _judged(week, "production", state, 0.1, 0.15),
        revision=revision,
        delivered=0,
        accepted=0,
        discarded=0,
        discard_rate=None,
        low=None,
        high=None,
        reasons=(),
    )


WEEKS = (
    _WEEK,
    _judged(2, "ramp", "held", 0.33, 0.3),
    _judged(3, "ramp", "accepted", 0.18, 0.3),
    _judged(4, "production", "rejected", 0.24, 0.15),
    _judged(5, "production", "accepted", 0.08, 0.15),
    _waiting(6, "late", 1),
    _waiting(7, "expected", None),
)
MONEY = MoneyRow(
    vendor=VENDOR,
    program="assistant",
    contract_id="acme-1",
    committed=Decimal("6400.00"),
    payable=Decimal("2050.50"),
    credited=Decimal("12.40"),
    at_risk=Decimal("670.00"),
    accepted_units=2016,
    cost_per_accepted=Decimal("1.0171"),
    currency="USD",
)
FILES = (
    FileCount("preferences.jsonl.gz", "rows", "9f" * 32, 81_920, 400, 400, 276, 118, 6),
    FileCount("items.parquet", "items", "3c" * 32, 40_112, 200, 0, 0, 0, 0),
)
INVOICE = (
    MoneyLine(
        "accepted_units", 276, Decimal("1.5"), Decimal("414.00"), "USD", 2, "ramp.phases.calibration.price"
    ),
    MoneyLine(
        "discount", 276, Decimal("0.375"), Decimal("-103.50"), "USD", 2, "ramp.phases.calibration.discount"
    ),
)


def _verdict(metric: str, status: Status, observed: float | None, spread: float | None) -> Verdict:
    return Verdict(
        spec=GateSpec(f"clause.of.{metric}", metric, 0.3, "hold"),
        status=status,
        observed=observed,
        low=observed - spread if observed is not None and spread is not None else None,
        high=observed + spread if observed is not None and spread is not None else None,
        n=394,
        reason=f"The clause is judged {status.replace('_', ' ')}.",
        evidence="batches/fates.parquet",
    )


VERDICTS = (
    _verdict("discard_rate", "pass", 0.21, 0.04),
    _verdict("longer_wins", "warn", 0.61, 0.05),
    _verdict("on_policy_share", "fail", 0.12, None),
    _verdict("speeder_share", "not_testable", None, None),
)
EXPECTED = (
    Expected(
        "expect_discard_rate_to_be_within_ceiling",
        "discard_rate",
        "max value 0.3",
        "clause.of.discard_rate",
        "discard_rate",
        0.21,
        success=True,
    ),
    Expected(
        "expect_gold_accuracy_to_reach",
        "gold_accuracy",
        "min value 0.8",
        "clause.of.gold_accuracy",
        "gold_accuracy",
        0.71,
        success=False,
    ),
    Expected(
        "expect_column_values_to_not_be_null",
        "raw_label",
        "",
        "clause.of.label",
        "raw_label",
        "all of 276 rows did",
        success=True,
    ),
)
_REFUSAL = "rows.jsonl is 12 bytes; the manifest says 4096"
EVENTS = (
    EventRow("contract:acme-1", 2, "batch.expected", START, {"week": 1}, "0a" * 32, "1b" * 32, START),
    EventRow(
        "contract:acme-1", 3, "delivery.refused", START, {"problem": _REFUSAL}, "1b" * 32, "2c" * 32, START
    ),
)


def _model(version: int, accuracy: float, promoted: bool, difference: float | None) -> RmRow:
    return RmRow(
        program="assistant",
        version=version,
        run_id=f"{version:02d}" * 32,
        trigger=("acme-1", version, 1),
        backend="linear",
        n_train=250 * version,
        n_holdout=60 * version,
        accuracy=accuracy,
        accuracy_low=accuracy - 0.05,
        accuracy_high=accuracy + 0.05,
        promoted=promoted,
        reason="It is not worse than the champion." if promoted else "It may be worse than the champion.",
        champion=version == 2,
        champion_before=None,
        difference=difference,
        difference_low=None if difference is None else difference - 0.02,
        difference_high=None if difference is None else difference + 0.02,
        metrics={},
        artefacts={},
        as_of=START + timedelta(weeks=version),
    )


_RATES = tuple(step / 100 for step in range(14))
CURVE = {
    "plan": {"lot": 1000, "n": 80, "accept": 5},
    "rates": _RATES,
    "accepted": (1, 1, 0.99, 0.97, 0.9, 0.79, 0.65, 0.5, 0.36, 0.25, 0.17, 0.11, 0.07, 0.04),
    "aql": 0.025,
    "producer_risk": 0.012,
    "limiting_quality": 0.112,
}
DEFECT_RATE = {"share": 0.031, "low": 0.012, "high": 0.062}
VERSIONS = (_model(1, 0.66, True, None), _model(2, 0.71, True, 0.05), _model(3, 0.69, False, -0.02))
