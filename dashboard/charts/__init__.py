"""Charts as SVG text: pure functions from frozen rows to markup, drawn by templates under `templates/charts`.

Colours come from the stylesheet, positions from presentation attributes, so a strict content policy holds.
"""

from dashboard.charts.accuracy import accuracy_chart
from dashboard.charts.cusum import cusum_chart
from dashboard.charts.operating import operating_chart
from dashboard.charts.outlook import rates_chart, units_chart
from dashboard.charts.ramp import ramp_chart
from dashboard.charts.reliability import reliability_chart
from dashboard.charts.spark import sparkline
from dashboard.charts.standalone import standalone_svg

__all__ = [
    "accuracy_chart",
    "cusum_chart",
    "operating_chart",
    "ramp_chart",
    "rates_chart",
    "reliability_chart",
    "sparkline",
    "standalone_svg",
    "units_chart",
]
