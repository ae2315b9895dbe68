"""How often a week's data were asked whether a challenger may take over: each look, before it is taken.

Whoever may look again until the answer pleases is promoted by luck in the end. A training is therefore noted
*before* champion and challenger are compared: one that is broken off after its figures were seen, and begun
anew with other code or choices, is the second look, and says so. The same run against the same champion is
the same look, so a rerun after a crash changes nothing.
"""

from datetime import datetime

from sqlalchemy import Engine
from sqlmodel import Session

from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.canonical import Json
from rampart.ledger.chain import append_event, events, program_stream
from rampart.ledger.engine import writing

LOOKED = "model.compared"


def note_look(  # noqa: PLR0917 (reads as the sentence it writes down)
    engine: Engine,
    program: str,
    trigger: BatchKey,
    run_id: str,
    champion_before: str | None,
    as_of: datetime,
) -> int:
    """Book that `run_id` is about to be compared with the champion; gives the number of this look, from 1.

    Looks are counted for the contract week of `trigger`, over all its revisions: judging a week anew makes a
    new revision, and so another look.
    """
    with writing(engine) as session:
        earlier = looks_in(session, program, trigger.contract_id, trigger.week)
        look = (run_id, champion_before)
        if look in earlier:
            return earlier.index(look) + 1
        about: dict[str, Json] = {
            "trigger": [trigger.contract_id, trigger.week, trigger.revision],
            "run_id": run_id,
            "champion_before": champion_before,
            "look": len(earlier) + 1,
        }
        append_event(session, program_stream(program), LOOKED, as_of, about)
        return len(earlier) + 1


def looks_in(session: Session, program: str, contract_id: str, week: int) -> list[tuple[str, str | None]]:
    """(run id, champion before) of every look at a contract week, in their order."""
    return [
        (event.payload["run_id"], event.payload["champion_before"])
        for event in events(session, program_stream(program))
        if event.kind == LOOKED and event.payload["trigger"][:2] == [contract_id, week]
    ]
