"""A ramp the size of a word: discard rates against their ceilings, for a table cell."""

from collections.abc import Sequence

from markupsafe import Markup

from dashboard.charts.ramp import sentence
from dashboard.rendering import ENVIRONMENT
from rampart.ledger.read import RampRow
from rampart.showing.scale import Scale

WIDTH, HEIGHT, MARGIN = 132, 30, 4


def sparkline(rows: Sequence[RampRow], name: str) -> Markup:
    """The weeks of one contract, at least one, as a small `<svg>`; `name` makes its element ids unique."""
    high = max(max(row.discard_rate or 0.0, row.ceiling) for row in rows) or 1.0
    rate = Scale(0.0, high, HEIGHT - MARGIN, MARGIN)
    band = (WIDTH - 2 * MARGIN) / len(rows)
    weeks = [
        (
            row,
            round(MARGIN + band * place, 1),
            round(MARGIN + band * (place + 1), 1),
            rate(row.ceiling),
            None if row.discard_rate is None else rate(row.discard_rate),
        )
        for place, row in enumerate(rows)
    ]
    judged = [row for row in rows if row.discard_rate is not None]
    drawn = ENVIRONMENT.get_template("charts/spark.svg").render(
        name=name,
        weeks=weeks,
        width=WIDTH,
        height=HEIGHT,
        latest=sentence(judged[-1]) if judged else "No week has been judged yet",
    )
    return Markup(drawn)  # noqa: S704 (autoescape is on)
