"""Deliveries whose discards were reinstated: judged anew, from our own copies."""

from prefect import flow

from flows.process_delivery import process_delivery
from rampart.ledger.states import SETTLED
from tasks.dispute import note_rejudged, rejudgements
from tasks.turns import turn_of
from tasks.workspace import workspace


@flow(name="rejudge")
def rejudge(*, patient: bool = False) -> tuple[str, ...]:
    """Answer every ruling that reinstated records; gives the week and its state, a line each.

    The delivery is judged under the version it was judged under before, at the business time of the ruling.
    A request is answered once the delivery is settled; it may run at any time, as often as it likes.

    Args:
        patient: leave requests alone that failed and rest until their next try.
    """
    told: list[str] = []
    with workspace() as place:
        for asked in rejudgements(place, patient):
            row = asked.request
            with turn_of(place, row) as mine:
                if not mine:
                    continue
                outcome = process_delivery(
                    row.contract_id, row.week, row.as_of, from_books=True, under=asked.version
                )
                if outcome.state in SETTLED:
                    note_rejudged(place, asked)
                    told.append(f"{row.contract_id} week {row.week}: {outcome.state}")
    return tuple(told)
