"""The one template environment: everything escaped, every undefined name an error."""

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dashboard import links, words
from rampart.ledger.states import ACCEPTED

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=words.finalize,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters.update(
    percent=words.percent,
    count=words.count,
    money=words.money,
    moment=words.moment,
    points=words.points,
    price=words.price,
    spoken=words.spoken,
    short=words.short,
)
ENVIRONMENT.globals.update(
    interval=words.interval,
    figure=words.figure,
    contract_url=links.contract_url,
    week_url=links.week_url,
    expectations_url=links.expectations_url,
    row_url=links.row_url,
    program_url=links.program_url,
    ACCEPTED=ACCEPTED,
)


def render(template: str, page: "DataclassInstance") -> Markup:
    """`template` filled with the fields of `page`, and with nothing else."""
    context = {field.name: getattr(page, field.name) for field in fields(page)}
    return Markup(ENVIRONMENT.get_template(template).render(context))  # noqa: S704 (autoescape is on)
