"""The scorecard of a programme: read from books and store, computed, kept, and read again."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect import task

from quality.report.canonical import plain
from quality.scorecard.card import Scorecard, Seen, scorecard
from quality.scorecard.gain import Gain
from quality.scorecard.shared import KINDS
from quality.scorecard.weekly import WeekSum
from quality.scorecard.weeks_of import WeekHeld
from rampart.delivery.errors import MissingObjectError
from rampart.delivery.tables import publish_bytes, scorecard_prefix
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.read import RmRow, programs, rm_rows
from rampart.ledger.read.performance import Performance, WeekPerformance, performances
from rampart.ledger.scorecards import record_scorecard, scorecard_is_behind
from rampart.records.evidence import in_books, in_models, in_shared, in_store
from tasks.audit_report import ARTEFACT
from tasks.policy import STAGE
from tasks.reviewed import defects_found
from tasks.shared_work import shared_work
from tasks.workspace import Workspace


@task(**STAGE)
def keep_scorecards(place: Workspace, as_of: datetime) -> tuple[str, ...]:
    """Make and keep the scorecard of every programme to which anything happened since; gives the keys.

    A programme without a judged week has none yet. The same books change nothing.
    """
    return tuple(
        make_scorecard(place, program, as_of)[1]
        for program in programs(place.books)
        if scorecard_is_behind(place.books, program)
        and any(week.standing for found in performances(place.books, program) for week in found.weeks)
    )


def make_scorecard(place: Workspace, program: str, as_of: datetime) -> tuple[Scorecard, str]:
    """Compute the scorecard of `program`, keep it, and give it with its key. The same books change nothing.

    `UnknownContractError` for a programme no contract in force belongs to.
    """
    card = card_of(place, program)
    data = (json.dumps(plain(card), allow_nan=False, indent=1) + "\n").encode()
    key = publish_bytes(place.store, scorecard_prefix(program), "scorecard", "json", data)
    record_scorecard(place.books, program, key, as_of)
    return card, key


def card_of(place: Workspace, program: str) -> Scorecard:
    """The scorecard of `program` as of now, without keeping it."""
    if program not in (known := programs(place.books)):
        there = ", ".join(known) or "none"
        raise UnknownContractError(f"no programme {program!r} on the books; there are: {there}")
    models = rm_rows(place.books, program)
    seen = [_seen(place, found, models) for found in performances(place.books, program)]
    return scorecard(program, seen, shared_work(place, program).work)


def _seen(place: Workspace, found: Performance, models: tuple[RmRow, ...]) -> Seen:
    contract, weeks = found.contract, found.weeks
    name = contract.contract_id
    return Seen(
        contract_id=name,
        vendor=contract.vendor_name,
        currency=contract.currency,
        first_pass=tuple(_first(name, week) for week in weeks if week.first and week.first.readable),
        on_time=tuple(
            WeekHeld(name, w.week, not w.late, in_books(name, w.week, 1, "events"), "late" if w.late else "")
            for w in weeks
            if w.late is not None
        ),
        unbiased=tuple(held for week in weeks if (held := _unbiased(place, name, week))),
        on_policy=tuple(summed for week in weeks if (summed := _on_policy(name, week))),
        paid=tuple(
            WeekSum(name, w.week, float(w.payable), w.accepted, _of_week(name, w, "money"))
            for w in weeks
            if w.accepted
        ),
        gains=tuple(gain for model in models if model.trigger[0] == name and (gain := _gain(found, model))),
        defects=defects_found(place, name, weeks),
        shared_evidence={kind: (in_shared(contract.program, kind, name),) for kind in KINDS},
    )


def _first(name: str, week: WeekPerformance) -> WeekSum:
    assert week.first is not None  # noqa: S101 (narrows the type: asked before)
    address = in_books(name, week.week, week.first.revision, "files")
    return WeekSum(name, week.week, week.first.kept, week.first.readable, address)


def _of_week(name: str, week: WeekPerformance, table: Any, **where: object) -> str:
    return in_books(name, week.week, week.standing.revision if week.standing else 1, table, **where)


def _unbiased(place: Workspace, name: str, week: WeekPerformance) -> WeekHeld | None:
    """Did no audit of the stored report fail? None where there is no report, or none that judged anything."""
    key = week.standing.artefacts.get(ARTEFACT) if week.standing else None
    try:
        report = json.loads(place.store.get(key)) if key else None
    except MissingObjectError:  # deleted with the week's data
        report = None
    if not key or not report or not any(report["summary"][status] for status in ("fail", "warn", "pass")):
        return None
    failed = sorted({row["audit"] for row in report_rows(report) if row["status"] == "fail"})
    said = f"{', '.join(failed)} failed" if failed else ""
    return WeekHeld(name, week.week, not failed, in_store(key), said)


def report_rows(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every question of a stored report, as `AuditReport.rows`, in the report's order."""
    people = report["people"]
    return [*report["findings"], *report["joint"]["effects"], *people["reliability"], *people["statistics"]]


def _on_policy(name: str, week: WeekPerformance) -> WeekSum | None:
    for verdict in week.verdicts:
        if verdict.spec.metric == "on_policy_share" and verdict.observed is not None:
            address = _of_week(name, week, "verdicts", metric="on_policy_share")
            return WeekSum(name, week.week, round(verdict.observed * verdict.n), verdict.n, address)
    return None


def _gain(found: Performance, model: RmRow) -> Gain | None:
    """A comparison with a champion, or a coin; what its week was paid counts where its revision stands."""
    difference, low, high = model.difference, model.difference_low, model.difference_high
    if difference is None or low is None or high is None:
        return None
    _, number, revision = model.trigger
    week = next((week for week in found.weeks if week.week == number), None)
    stands = week is not None and week.standing is not None and week.standing.revision == revision
    return Gain(
        found.contract.contract_id,
        difference,
        low,
        high,
        paid=float(week.payable) if week and stands else 0.0,
        currency=found.contract.currency,
        evidence=in_models(model.program, model.version),
        promoted=model.promoted,
    )
