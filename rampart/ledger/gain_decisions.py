"""Was the gain a contract expects of its data there (`training.expected_gain`)? In the books, said once.

A decision lives in its contract's stream of events, ``gain.decided``, with a notice to people. It is made at
the first training that a batch of the named week caused; what is trained later does not change it. Nothing is
billed by it.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, contract_stream, events
from rampart.ledger.engine import reading, writing
from rampart.ledger.outbox import Topic, put

DECIDED: Topic = "gain.decided"
Answer = Literal["reached", "missed", "not_distinguishable"]
CLAUSE = "training.expected_gain"
_SAID = {
    "reached": "reached",
    "missed": "missed",
    "not_distinguishable": "not distinguishable at this holdout",
}


@dataclass(frozen=True)
class GainDecision:
    """What the training after week `week` said of the gain asked for.

    `gain`, `low` and `high` are points of held-out accuracy of `run_id` over `before`, the run before the
    contract's first; None: there was no model, so over a coin. `asked` is the clause's least gain.
    """

    contract_id: str
    week: int
    revision: int
    answer: Answer
    asked: float
    gain: float
    low: float | None
    high: float | None
    n_pairs: int
    n_prompts: int
    run_id: str
    before: str | None
    as_of: datetime

    @property
    def sentence(self) -> str:
        """The answer with its figures."""
        between = "" if self.low is None else f" ({self.low:+.1f} to {self.high:+.1f})"
        over = "over a coin, for there was no model" if self.before is None else "over the model before it"
        return (
            f"{_SAID[self.answer]}: {self.gain:+.1f} points{between} {over}, at least {self.asked:g} asked "
            f"after week {self.week}; {self.n_pairs:,} held-out pairs of {self.n_prompts:,} prompts"
        )


def write_gain(engine: Engine, decision: GainDecision, program: str) -> GainDecision:
    """Write a decision into the books, with a notice. One that was made for its week stands, and is given."""
    with writing(engine) as session:
        for known in _told(session, decision.contract_id):
            if known.week == decision.week:
                return known
        about: dict[str, Json] = {
            name: value for name, value in asdict(decision).items() if name not in ("contract_id", "as_of")
        }
        append_event(session, contract_stream(decision.contract_id), DECIDED, decision.as_of, about)
        said: dict[str, Json] = {"answer": decision.answer, "reason": decision.sentence}
        key = BatchKey(decision.contract_id, decision.week, decision.revision)
        put(session, DECIDED, key, program, decision.as_of, what=str(decision.week), about=said)
    return decision


def gain_decisions(engine: Engine, contract_id: str) -> tuple[GainDecision, ...]:
    """Every decision on a contract's gain, oldest first; more than one where its week was moved."""
    with reading(engine) as session:
        return _told(session, contract_id)


def _told(session: Session, contract_id: str) -> tuple[GainDecision, ...]:
    said = events(session, contract_stream(contract_id))
    return tuple(
        GainDecision(contract_id=contract_id, as_of=event.as_of, **event.payload)
        for event in said
        if event.kind == DECIDED
    )
