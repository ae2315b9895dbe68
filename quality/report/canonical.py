"""A report as bytes: one form, so that the same batch gives the same digest."""

import json
import math
from collections.abc import Hashable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, cast

from quality.report.model import AuditReport

# Sums of a million terms may differ in the last digits with the number of threads; nobody reads those.
DIGITS = 9


def as_json(report: AuditReport) -> bytes:
    """The report: keys in the order of `quality.report.model`, floats to nine digits, no NaN.

    It is ASCII, so that a terminal it is printed to meets no control character of a vendor's.
    """
    told = plain(report)
    return (json.dumps(told, allow_nan=False, separators=(",", ":")) + "\n").encode()


def plain(value: Any) -> Any:
    """`value` in the types of JSON."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return {name: plain(getattr(value, name)) for name in _names(cast("Hashable", type(value)))}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
