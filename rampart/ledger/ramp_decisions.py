"""Go or no-go at a contract's decision week, in the books: said once, with the figures it rests on.

A decision lives in its contract's stream of events, ``ramp.decided``. What is judged anew later does not
change it: it is what was known when it was due. Ending a contract stays a person's act.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from quality.ramp.go_no_go import Call, GoNoGo
from quality.ramp.report import RampReport
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, contract_stream, events
from rampart.ledger.engine import reading, writing
from rampart.ledger.outbox import Topic, put

DECIDED: Topic = "ramp.decided"


@dataclass(frozen=True)
class RampDecision:
    """What was called after a contract's decision week.

    `accepted_p10`..`accepted_p90` are the accepted units foreseen at the contract's end, `misses` is
    P(accepted < `contracted`), `share_ahead` the share of the money still ahead. `rests_on` names the
    revision of each week judged by then.
    """

    contract_id: str
    week: int
    call: Call
    reason: str
    accepted_p10: float
    accepted_p50: float
    accepted_p90: float
    contracted: int
    misses: float
    share_ahead: float
    rests_on: dict[str, int]
    as_of: datetime


def decision_from(report: RampReport, week: int, as_of: datetime) -> RampDecision | None:
    """The decision that `report` leads to; None where it has no forecast."""
    found: GoNoGo | None = report.outlook.found
    if found is None:
        return None
    foreseen = found.forecast
    return RampDecision(
        contract_id=report.contract_id,
        week=week,
        call=found.call,
        reason=found.reason,
        accepted_p10=foreseen.accepted.p10,
        accepted_p50=foreseen.accepted.p50,
        accepted_p90=foreseen.accepted.p90,
        contracted=foreseen.contracted,
        misses=round(found.misses, 6),
        share_ahead=round(foreseen.share_ahead, 6),
        rests_on={str(judged.week): judged.revision for judged in report.judged},
        as_of=as_of,
    )


def write_decision(engine: Engine, decision: RampDecision, program: str) -> RampDecision:
    """Write a decision into the books, with a notice. One that was made for its week stands, and is given."""
    with writing(engine) as session:
        for known in _told(session, decision.contract_id):
            if known.week == decision.week:
                return known
        about: dict[str, Json] = {
            name: value for name, value in asdict(decision).items() if name not in ("contract_id", "as_of")
        }
        stream = contract_stream(decision.contract_id)
        append_event(session, stream, DECIDED, decision.as_of, about)
        said: dict[str, Json] = {name: about[name] for name in ("call", "reason", "misses", "contracted")}
        key = BatchKey(decision.contract_id, decision.week, decision.rests_on.get(str(decision.week), 0))
        put(session, DECIDED, key, program, decision.as_of, what=str(decision.week), about=said)
    return decision


def decisions(engine: Engine, contract_id: str) -> tuple[RampDecision, ...]:
    """Every decision on a contract's ramp, oldest first; more than one where its decision week was moved."""
    with reading(engine) as session:
        return _told(session, contract_id)


def _told(session: Session, contract_id: str) -> tuple[RampDecision, ...]:
    said = events(session, contract_stream(contract_id))
    return tuple(
        RampDecision(contract_id=contract_id, as_of=event.as_of, **event.payload)
        for event in said
        if event.kind == DECIDED
    )
