"""The report on a contract's ramp, from the counts on the books and those kept beside each batch."""

import io
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Engine

from contracts.model import Contract
from quality.ramp.groups import GROUPS
from quality.ramp.report import JudgedWeek, RampReport
from quality.ramp.room import ramp_report
from quality.verdict import Verdict
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.contracts import ContractRow, current_in, versions_in
from rampart.ledger.engine import reading
from rampart.ledger.errors import UnknownContractError
from rampart.ledger.in_force import by_week_in
from rampart.ledger.read.standing import Standing, standings
from rampart.ledger.states import ACCEPTED
from rampart.ledger.stored_terms import stored_terms

ARTEFACT = "groups"  # counts by domain and annotator, beside a batch's other artefacts
Read = Callable[[str], bytes]  # object-store key → bytes; raises `MissingObjectError`
_PROGRAMME = {"vendor": pl.String, "week": pl.Int64, "readable": pl.Int64, "discarded": pl.Int64}


def read_ramp_report(
    engine: Engine,
    read: Read,
    contract_id: str,
    *,
    as_of: datetime | None = None,
    after: int | None = None,
) -> RampReport:
    """Everything the counts say about one contract's ramp.

    Args:
        engine: the books.
        read: gives an object of the store.
        contract_id: a contract in force.
        as_of: leave out what was judged or decided later than this, of every contract of the programme.
        after: leave out the contract's own weeks after this one.

    Raises:
        UnknownContractError: the contract is not on the books.
        MissingObjectError: its terms are not in the store.
    """
    with reading(engine) as session:
        current = current_in(session)
        if contract_id not in current:
            raise UnknownContractError(
                f"no contract {contract_id!r} on the books; `rampart status` lists what is"
            )
        own = current[contract_id]
        versions = {row.digest: row for row in versions_in(session)}
        judging = by_week_in(session, contract_id)
        judged = {
            row.contract_id: [week for week in standings(session, row, versions) if _seen(week, as_of)]
            for row in current.values()
            if row.program == own.program
        }
    weeks = [week for week in judged[contract_id] if after is None or week.plan.week <= after]
    judged[contract_id] = weeks
    kept = _kept(read, weeks)
    return ramp_report(
        _terms(read, own),
        [_judged(week, counted=week.plan.week in kept) for week in weeks],
        _programme(judged),
        pl.concat([_counted(pa.Table.from_pylist([], GROUPS), 0), *kept.values()]),
        {number: _terms(read, row) for number, row in judging.items()},
    )


def _terms(read: Read, row: ContractRow) -> Contract:
    return stored_terms(read(row.key), row.key)


def _seen(week: Standing, as_of: datetime | None) -> bool:
    """Is it judged, and was it so by then?"""
    if week.settlement is None or _verdict(week) is None:
        return False
    return as_of is None or (week.as_of is not None and week.as_of <= as_of)


def _verdict(week: Standing) -> Verdict | None:
    verdicts = week.settlement.verdicts if week.settlement else ()
    return next((verdict for verdict in verdicts if verdict.spec.metric == "discard_rate"), None)


def _judged(week: Standing, *, counted: bool) -> JudgedWeek:
    found, verdict = week.settlement, _verdict(week)
    assert found and verdict and week.revision  # noqa: S101 (narrows the type: `_seen` asked)
    counts = week.state in (*ACCEPTED, "held")
    return JudgedWeek(
        week=week.plan.week,
        phase=week.plan.phase,
        revision=week.revision,
        state=week.state,
        planned=week.plan.units,
        readable=found.accepted + found.discarded,
        discarded=found.discarded,
        accepted=found.accepted if counts else 0,
        paid=week.payable + week.at_risk if counts else Decimal(0),
        reasons=tuple((reason.code, reason.first, reason.any) for reason in found.reasons),
        verdict=verdict,
        groups=found.artefacts[ARTEFACT] if counted else None,
    )


def _programme(judged: dict[str, list[Standing]]) -> pl.DataFrame:
    """The programme's counts. A vendor with two contracts learns each of them, so each stands for itself."""
    rows = [
        {
            "vendor": contract_id,
            "week": week.plan.week,
            "readable": week.settlement.accepted + week.settlement.discarded,
            "discarded": week.settlement.discarded,
        }
        for contract_id, weeks in sorted(judged.items())
        for week in weeks
        if week.settlement
    ]
    return pl.DataFrame(rows, _PROGRAMME)


def _kept(read: Read, weeks: Iterable[Standing]) -> dict[int, pl.DataFrame]:
    """Week → its counts by domain and annotator; not those that were never counted, or deleted since."""
    found = {}
    for week in weeks:
        key = week.settlement.artefacts.get(ARTEFACT) if week.settlement else None
        try:
            if key is not None:
                found[week.plan.week] = _counted(pq.read_table(io.BytesIO(read(key))), week.plan.week)
        except MissingObjectError:
            continue
    return found


def _counted(table: pa.Table, week: int) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(table.cast(GROUPS))).with_columns(week=pl.lit(week, pl.Int64))
