"""How templates are filled: everything escaped, every undefined name an error, vendor text made visible."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from quality.ramp.probability import probability
from rampart.showing import TEMPLATES, scorecard_view, words


def environment(*folders: Path) -> Environment:
    """An environment that finds templates in `folders`, and then in those that all have in common."""
    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=words.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        percent=words.percent,
        probability=probability,
        count=words.count,
        money=words.money,
        moment=words.moment,
        points=words.points,
        price=words.price,
        spoken=words.spoken,
        short=words.short,
    )
    made.globals.update(interval=words.interval, figure=words.figure)
    made.globals.update(in_unit=scorecard_view.in_unit, span=scorecard_view.span)
    return made
