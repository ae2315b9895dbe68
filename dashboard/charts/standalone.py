"""The ramp chart as an image of its own, for a README or a report."""

from collections.abc import Sequence

from dashboard.charts.ramp import HEIGHT_WITH_LEGEND, WIDTH, ramp_chart
from rampart.ledger.read import RampRow
from rampart.showing import stylesheet


def standalone_svg(rows: Sequence[RampRow], name: str = "ramp") -> str:
    """`ramp_chart` without links, with the stylesheet inside it: a complete, UTF-8 SVG document.

    It follows the reader's light or dark setting. `rows` are the weeks of one contract, at least one.
    """
    chart = str(ramp_chart(rows, None, name))
    head, body = chart.split(">", 1)
    size = f' width="{WIDTH}" height="{HEIGHT_WITH_LEGEND}"'
    style = f"<style><![CDATA[{stylesheet()}]]></style>"
    paper = '<rect class="paper" width="100%" height="100%"/>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{size}>{style}{paper}{body}'
