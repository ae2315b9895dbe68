"""A programme's vendors side by side, from the scorecard that was made last."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from dashboard.pages.missing import NotOnTheBooksError, ReadArtefact
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.read import programs
from rampart.ledger.scorecards import latest_scorecard
from rampart.showing.scorecard_view import ScorecardView, scorecard_view


@dataclass(frozen=True)
class ScorecardPage:
    """`/programs/{program}/scorecard`: every vendor's figures side by side, each with its rows."""

    program: str = field(metadata={"help": "The programme's name, as its contracts give it."})
    view: ScorecardView = field(metadata={"help": "A row a figure, a column a contract; then differences."})
    made: datetime = field(metadata={"help": "As of when the scorecard was made."})
    key: str = field(metadata={"help": "Where it lies in the object store, as JSON."})


def scorecard_page(engine: Engine, read: ReadArtefact, program: str) -> ScorecardPage:
    """Read the page; `NotOnTheBooksError` where no scorecard was made, or it cannot be read."""
    if program not in programs(engine):
        raise NotOnTheBooksError(f"There is no programme {program} on the books.")
    made = latest_scorecard(engine, program)
    if made is None:
        raise NotOnTheBooksError(
            f"No scorecard of {program} was made yet. `rampart scorecard {program}` makes one."
        )
    key, as_of = made
    try:
        view = scorecard_view(json.loads(read(key)))
    except MissingObjectError as error:
        raise NotOnTheBooksError(f"The scorecard {key} is not in the store.") from error
    except (ValueError, KeyError) as error:
        raise NotOnTheBooksError(f"The scorecard {key} cannot be shown: {error}.") from error
    return ScorecardPage(program, view, as_of, key)
