"""Where the rows behind a figure are: one form of address for scorecards, money, packs and breach logs.

```
books:dc-birch/3/1/verdicts?metric=discard_rate     rows of the books: contract, week, revision, table
models:rm-refresh?version=4                         a reward model of a programme, with its promotion
store:batches/…/fates-0a1b.parquet?reasons=too_fast rows of a stored object
shared:rm-refresh/gold_shared?contract_id=dc-birch  judgements of work that several vendors were given
```

After ``?`` stand conditions, all of which a row must meet: ``column=value`` or ``column!=value``; of a column
that holds a list, one of its values. A key without a scheme, as the verdicts of the books name their rows, is
an address in the store. `rampart evidence ADDRESS` lists the rows.
"""

from dataclasses import dataclass
from typing import Any, Literal, cast, get_args
from urllib.parse import quote, unquote

Scheme = Literal["books", "models", "store", "shared"]
BookTable = Literal["verdicts", "files", "reasons", "money", "decisions", "events"]
BOOK_TABLES: tuple[BookTable, ...] = get_args(BookTable)
_PARTS: dict[Scheme, int] = {"books": 4, "models": 1, "store": 1, "shared": 2}
_FORM: dict[Scheme, str] = {
    "books": "books:CONTRACT/WEEK/REVISION/TABLE",
    "models": "models:PROGRAMME",
    "store": "store:KEY",
    "shared": "shared:PROGRAMME/FIGURE",
}


class AddressError(ValueError):
    """Text that is no address of evidence; the message says what was expected."""


@dataclass(frozen=True)
class Condition:
    """`column` has (or, unless `holds`, has not) this `value`, as text."""

    column: str
    value: str
    holds: bool = True

    def met_by(self, row: dict[str, Any]) -> bool:
        """Does `row` meet it? Of a list, one of its values is enough."""
        found = row.get(self.column)
        values = found if isinstance(found, list | tuple) else [found]
        return (self.value in {_text(value) for value in values}) == self.holds


@dataclass(frozen=True)
class Address:
    """A scheme, its `parts` as in the module's table, and the conditions."""

    scheme: Scheme
    parts: tuple[str, ...]
    where: tuple[Condition, ...] = ()

    def __str__(self) -> str:
        path = "/".join(quote(part, safe="/" if self.scheme == "store" else "") for part in self.parts)
        asked = "&".join(
            f"{quote(one.column)}{'=' if one.holds else '!='}{quote(one.value)}" for one in self.where
        )
        return f"{self.scheme}:{path}{'?' * bool(asked)}{asked}"


def in_books(contract_id: str, week: int, revision: int, table: BookTable, **where: object) -> str:
    """The address of rows of the books."""
    return str(Address("books", (contract_id, str(week), str(revision), table), _conditions(where)))


def in_models(program: str, version: int) -> str:
    """The address of a reward model."""
    return str(Address("models", (program,), _conditions({"version": version})))


def in_store(key: str, *where: Condition) -> str:
    """The address of rows of a stored object."""
    return str(Address("store", (key,), where))


def in_shared(program: str, figure: str, contract_id: str) -> str:
    """The address of judgements of shared work."""
    return str(Address("shared", (program, figure), _conditions({"contract_id": contract_id})))


def parse(text: str) -> Address:
    """The address that `text` spells; `AddressError` where it is none."""
    scheme, colon, rest = text.partition(":")
    if not colon or scheme not in _PARTS:
        scheme, rest = "store", text
    known = cast("Scheme", scheme)
    path, _, asked = rest.partition("?")
    parts = (path,) if known == "store" else tuple(path.split("/"))
    if len(parts) != _PARTS[known] or not all(parts) or not _fits(known, parts):
        raise AddressError(f"{text!r} is no address of evidence; expected {_FORM[known]}?COLUMN=VALUE")
    return Address(known, tuple(map(unquote, parts)), tuple(map(_condition, filter(None, asked.split("&")))))


def _fits(scheme: Scheme, parts: tuple[str, ...]) -> bool:
    if scheme != "books":
        return True
    _, week, revision, table = parts
    numbers = all(number.isascii() and number.isdecimal() and len(number) < 10 for number in (week, revision))
    return numbers and table in BOOK_TABLES


def _conditions(where: dict[str, Any]) -> tuple[Condition, ...]:
    return tuple(Condition(column, _text(value)) for column, value in where.items())


def _condition(text: str) -> Condition:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise AddressError(f"{text!r} is no condition; expected COLUMN=VALUE or COLUMN!=VALUE")
    return Condition(unquote(column.removesuffix("!")), unquote(value), not column.endswith("!"))


def _text(value: object) -> str:
    return "" if value is None else str(value)
