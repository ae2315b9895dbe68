"""How large a number and how far a date may be: what the books, an export and a calendar can hold."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from contracts.terms.base import TermError

DISCOUNT_PLACES = 4  # times a price of four, a discount has the eight places the books keep
MOST_MINOR = 10**18  # minor units of one amount; the books count them in 64 bits
MOST_A_DAY = 10**10  # currency units of one day's credit; the books keep what one is worth in 10^-8


def _of_our_time(day: date) -> date:
    if not 1970 <= day.year <= 2500:  # far from where dates of any week could overflow
        raise TermError(f"the year {day.year} cannot be meant", fix="write the date as YYYY-MM-DD")
    return day


def _few_places(share: float) -> float:
    if round(share, DISCOUNT_PLACES) != share:
        problem = f"{share} has more than {DISCOUNT_PLACES} decimal places"
        raise TermError(problem, fix=f"round it to {DISCOUNT_PLACES} decimal places")
    return share


def _one_way_to_write_it(week: Any) -> Any:
    """`1`, `01` and `1.0` as keys of one group would be the same week, and the last would win."""
    if isinstance(week, str) and not (week.isdecimal() and week.isascii() and not week.startswith("0")):
        raise TermError(f"{week!r} is not a week", fix="write the week's number, such as 1")
    return week


Day = Annotated[date, AfterValidator(_of_our_time)]
Days = Annotated[int, Field(ge=0, le=3650)]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]
Seconds = Annotated[float, Field(ge=0, le=1_000_000_000)]
Scale = Annotated[float, Field(ge=-1_000_000_000, le=1_000_000_000)]  # an end of a scale of scores
Whole = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]  # a number on a scale between two responses
Share = Annotated[float, Field(ge=0, le=1)]
Discount = Annotated[float, Field(ge=0, le=1), AfterValidator(_few_places)]
Money = Annotated[Decimal, Field(ge=0, le=1_000_000_000, decimal_places=4)]
WeekNumber = Annotated[int, BeforeValidator(_one_way_to_write_it)]
