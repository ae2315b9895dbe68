"""How far a batch agrees with a reward model of the others, in the books: said after a training, for people.

It lives in the contract's stream of events, ``agreement.found``; which judgements that model contradicts most
is an object in the batch's own folder, so that a deletion takes it along. Nothing is discarded for it. Where
the batch is flagged, a notice (``agreement.low``) asks people to look, and the next review sample looks
harder at the contradicted records (`tasks.review`).
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session, select

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, contract_stream, events, has_event
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading, writing
from rampart.ledger.outbox import Topic, put
from rampart.ledger.tables import Event

VALUED = "agreement.found"
DOUBTED: Topic = "agreement.low"


@dataclass(frozen=True)
class Valued:
    """What a training found of one revision. `share` agree with a model of the other batches, a share of
    `n_pairs` with its 95 % interval; `expected` is what the others lead one to expect, None where they are
    too few. `object_key` names the contradicted judgements and the annotators.
    """

    contract_id: str
    week: int
    revision: int
    run_id: str
    share: float
    low: float | None
    high: float | None
    n_pairs: int
    expected: float | None
    flagged: bool
    object_key: str

    @property
    def sentence(self) -> str:
        """The agreement in words."""
        between = "" if self.low is None else f" ({self.low:.1%} to {self.high:.1%})"
        usual = "" if self.expected is None else f", {self.expected:.1%} expected from the others"
        told = f"{self.share:.1%}{between} of {self.n_pairs:,} pairs agree"
        return f"{told} with a model of the other batches{usual}"


def write_valued(engine: Engine, found: Valued, program: str, as_of: datetime) -> bool:
    """Write it down, once; False where the deletion of the week's data has begun, and nothing was written."""
    with writing(engine) as session:
        if (found.contract_id, found.week) in closed_weeks(deletions_in(session)):
            return False
        stream = contract_stream(found.contract_id)
        about: dict[str, Json] = {k: v for k, v in asdict(found).items() if k != "contract_id"}
        if has_event(session, stream, VALUED, about):
            return True
        append_event(session, stream, VALUED, as_of, about)
        if found.flagged:
            key = BatchKey(found.contract_id, found.week, found.revision)
            said: dict[str, Json] = {"reason": found.sentence}
            put(session, DOUBTED, key, program, as_of, what="", about=said)
    return True


def valued(engine: Engine, contract_id: str, week: int | None = None) -> tuple[Valued, ...]:
    """What trainings found of a contract's batches, or of one week's, oldest first."""
    with reading(engine) as session:
        return tuple(one for one in _told(session, contract_id) if week in (None, one.week))


def every_valued(session: Session) -> Iterator[Valued]:
    """What is on the books of every contract, within the caller's transaction."""
    streams = select(Event.stream).where(Event.kind == VALUED).distinct()
    for stream in sorted(session.exec(streams)):
        yield from _told(session, stream.removeprefix(contract_stream("")))


def _told(session: Session, contract_id: str) -> Iterator[Valued]:
    for event in events(session, contract_stream(contract_id)):
        if event.kind == VALUED:
            yield Valued(contract_id=contract_id, **event.payload)
