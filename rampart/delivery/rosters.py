"""Rosters: the annotators a vendor admits to the work, as it keeps them in a CSV of its own.

A roster has the column ``annotator_id`` and perhaps ``screening_score``, from 0 to 1; other columns are left
alone. It changes from week to week, so a judgement keeps the one it was given by: sorted, under pseudonyms.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rampart.delivery.errors import DeliveryError
from rampart.delivery.fields import name_or_none
from rampart.delivery.limits import LONGEST_ROSTER
from rampart.delivery.pseudonyms import pseudonym

ID, SCORE = "annotator_id", "screening_score"
_FIX = f"give a CSV in UTF-8 with the column {ID}, and {SCORE} (0 to 1) where the contract asks for one"


class RosterError(DeliveryError):
    """A roster is missing, or a line of it names no annotator."""


@dataclass(frozen=True)
class Roster:
    """Admitted annotators: pseudonym → screening score, None where none is given."""

    scores: Mapping[str, float | None]

    @property
    def data(self) -> bytes:
        """The roster as it is kept: equal rosters give equal bytes."""
        rows = (
            f"{name},{'' if score is None else repr(score)}\n" for name, score in sorted(self.scores.items())
        )
        return f"{ID},{SCORE}\n{''.join(rows)}".encode()

    @property
    def digest(self) -> str:
        """SHA-256 of `data`."""
        return hashlib.sha256(self.data).hexdigest()


def read_roster(data: bytes, file: str, vendor: str, key: bytes, *, scored: bool) -> Roster:
    """The roster a vendor keeps, under pseudonyms; `RosterError` naming the line, the field and the fix.

    `scored`: the contract asks for a least score, so the column must be there.
    """
    by_name = _read(data, file, scored=scored)
    return Roster(MappingProxyType({pseudonym(key, vendor, name): score for name, score in by_name.items()}))


def kept_roster(data: bytes, file: str) -> Roster:
    """A roster as it was kept (`Roster.data`)."""
    return Roster(MappingProxyType(_read(data, file, scored=True)))


def _read(data: bytes, file: str, *, scored: bool) -> dict[str, float | None]:
    scores: dict[str, float | None] = {}
    lines: dict[str, int] = {}
    for line, row in rows_of_roster(text_of_roster(data, file), file, scored=scored):
        name = name_or_none(row[ID])
        if name is None:
            raise RosterError(f"{ID} is empty", file, line, "name the annotator, or remove the line")
        if name in lines:
            problem = f"{ID} {name!r} stands on line {lines[name]} already"
            raise RosterError(problem, file, line, "list every annotator once")
        lines[name], scores[name] = line, _score(row.get(SCORE, ""), file, line)
    if not scores:
        raise RosterError("the roster lists no annotator", file, fix=_FIX)
    return scores


def text_of_roster(data: bytes, file: str) -> str:
    """The text of a roster; `RosterError` where it is too long or not UTF-8."""
    if len(data) > LONGEST_ROSTER:
        raise RosterError(f"the roster has {len(data):,} bytes, more than {LONGEST_ROSTER:,}", file, fix=_FIX)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RosterError("this is not UTF-8", file, line, _FIX) from error


def rows_of_roster(text: str, file: str, *, scored: bool) -> Iterator[tuple[int, dict[str, str]]]:
    """Line and cells of every row below the header; `RosterError` where the table is none."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                _check_header(header, file, reader.line_num, scored=scored)
            elif len(cells) != len(header):
                problem = f"the line has {len(cells)} cells, the header {len(header)}"
                raise RosterError(problem, file, reader.line_num, "give every line a cell for each column")
            else:
                yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise RosterError(f"this is not CSV ({error})", file, reader.line_num, _FIX) from error


def _check_header(header: list[str], file: str, line: int, *, scored: bool) -> None:
    for name in (ID, SCORE):
        if header.count(name) > 1:
            raise RosterError(f"the column {name} stands there twice", file, line, "keep one of them")
        if name not in header and (name == ID or scored):
            raise RosterError(f"there is no column {name}", file, line, _FIX)


def _score(cell: str, file: str, line: int) -> float | None:
    if not cell.strip():
        return None
    try:
        score = float(cell)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:  # NaN is neither
        raise RosterError(f"{SCORE} is {cell!r}, no number from 0 to 1", file, line, "write 85 % as 0.85")
    return score
