"""A season of three weeks in which two vendors judge the same work twice each; the second is often wrong."""

from datetime import timedelta

from simulator.season import START, Row, Season, contract_text, due, row
from tasks.workspace import put_in_force, workspace

SHARED, GOLD, ALONE = 15, 12, 10  # shared items a week, gold questions among them, judgements of its own
HASTY = 3  # of its own, clicked through within a second
WEEKS = (1, 2, 3)


def agree(vendor: str) -> None:
    """A contract that allows work another vendor did too, and says which questions are gold."""
    text = contract_text(vendor).replace("copied_work: discard", "copied_work: allow")
    text = text.replace("annotator_id: who", "annotator_id: who\n          gold: gold")
    with workspace() as place:
        put_in_force(text.encode(), f"{vendor}.odcs.yaml", place, START)


def week_rows(vendor: str, week: int, wrong: int) -> list[Row]:
    """Every `wrong`-th answer of the second annotator is wrong; each vendor shows the sides its own way."""
    rows = []
    for item in range(SHARED):
        for who in (0, 1):
            one = row("both", week, item)
            mistaken = wrong and who and (week + item) % wrong == 0
            known = one["label"]
            label = {"a": "b", "b": "a"}[known] if mistaken else known
            changed = {"id": f"{vendor}-{week}-{item}-{who}", "who": f"worker-{who}", "label": label}
            rows.append({**one, **changed, "gold": known if item < GOLD else None})
    own = [{**row(vendor, week, number), "gold": None} for number in range(50, 50 + ALONE)]
    return [*rows, *({**one, "closed": one["opened"]} for one in own[:HASTY]), *own[HASTY:]]


def play(season: Season) -> None:
    """Three weeks of both vendors; the second makes a mistake in every other item, and is late once."""
    from flows.weekly import weekly  # noqa: PLC0415 (Prefect reads its environment when it is imported)

    for vendor in ("north", "south"):
        agree(vendor)
    for week in WEEKS:
        season.deliver(week, week_rows("north", week, 0))
        if week == 2:
            weekly(due(week) + timedelta(days=1))  # nothing of the second vendor's yet
        season.deliver(week, week_rows("south", week, 2), vendor="south")
        weekly(due(week) + timedelta(days=2))
