"""Questions of a command: each answered by an option, by a person at a terminal, or by its default."""

import re
import sys
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

import typer

from rampart.cli.exits import Exit, stop
from rampart.drafting.skeleton import VOLUMES, Answers, next_monday


class Asking:
    """Asks a person at a terminal, and takes the default elsewhere; `defaults` are those taken unasked."""

    def __init__(self, yes: bool) -> None:
        self._silent = yes or not sys.stdin.isatty()
        self.defaults: list[str] = []

    def __call__(self, question: str, default: str) -> str:
        """The answer to `question`; an empty one is the default."""
        if self._silent:
            self.defaults.append(f"{question.partition(' (')[0].lower()} {default}")
            return default
        return str(typer.prompt(question, default=default)).strip()


Given = tuple[str | None, str | None, str | None, int | None, str | None, str | None, str | None]


def answers(ask: Asking, given: Given) -> Answers:
    """What a first contract needs to know: from the options, else asked; a wrong answer ends the command."""
    vendor, name, start, weeks, volumes, price, currency = given
    vendor = _shown("--vendor", vendor or ask("Vendor", "Example Vendor"))
    name = _shown(
        "--name", name or ask("What is bought (a name for the contract)", f"{vendor} preference data")
    )
    first = start or ask("First day", next_monday(datetime.now(UTC).date()).isoformat())
    listed = _volumes(volumes) if volumes else None
    count = weeks or int(
        _number("--weeks", ask("Weeks", str(len(listed or VOLUMES))), Decimal(1), Decimal(520))
    )
    planned = listed or _volumes(ask("Judgements week by week", _usual(VOLUMES, count)))
    paid = _number(
        "--price", price or ask("Price of an accepted judgement", "1.00"), Decimal(0), Decimal(10**9)
    )
    coin = (currency or ask("Currency", "USD")).upper()
    if not re.fullmatch("[A-Z]{3}", coin):
        raise stop(
            Exit.USAGE, f"--currency: {coin!r} is no ISO 4217 code. Fix: write three letters, such as USD"
        )
    return Answers(vendor, name, _day(first), count, planned, paid, coin)


def _usual(volumes: tuple[int, ...], weeks: int) -> str:
    return ",".join(map(str, (*volumes, *[volumes[-1]] * weeks)[:weeks]))


def _shown(option: str, text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 100:
        raise stop(
            Exit.USAGE, f"{option}: {text[:60]!r} is no name. Fix: write 1 to 100 letters a person can read"
        )
    return text.strip()


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise stop(Exit.USAGE, f"--start: {text!r} is no date. Fix: write it as YYYY-MM-DD") from error
    if not 1970 <= day.year <= 2500:
        raise stop(Exit.USAGE, f"--start: the year {day.year} cannot be meant. Fix: write it as YYYY-MM-DD")
    return day


def _volumes(text: str) -> tuple[int, ...]:
    counts = [part.strip().replace("_", "") for part in text.split(",")]
    if not all(re.fullmatch("[1-9][0-9]{0,11}", count, re.ASCII) for count in counts):
        fix = "write whole numbers with commas between weeks, such as 2000,5000,10000"
        raise stop(Exit.USAGE, f"--volumes: {text!r} cannot be read. Fix: {fix}")
    return tuple(map(int, counts))


def _number(option: str, text: str, least: Decimal, most: Decimal) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    places = -int(number.as_tuple().exponent) if number.is_finite() else 99
    if not number.is_finite() or not least <= number <= most or places > 4 or (least == 1 and places > 0):
        fix = f"write a number from {least} to {most}"
        raise stop(
            Exit.USAGE, f"{option}: {text!r} cannot be read. Fix: {fix}, with at most 4 decimal places"
        )
    return number
