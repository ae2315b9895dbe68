"""A filled-in sheet, as it comes back: read with care, refused with all that is wrong with it.

Spreadsheets change files: they save in another encoding, part at semicolons or tabs, add a line ``sep=;``,
drop a mark, quote anew. All that is understood. What may mean another verdict than the reviewer's is refused:
an item that was not sent, texts beside an item that are not its own (rows sorted apart), a word that is no
verdict, the same item twice, cells that slipped to the side. A file with one such line is not taken at all.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from quality.sampling.opinions import Opinion
from quality.sampling.review_files import (
    CUT,
    ITEM,
    KIND,
    NOTE,
    REVIEWER,
    VERDICT,
    VERDICTS,
    Sheet,
    harmless,
)
from rampart.delivery.errors import DeliveryError, printable
from rampart.delivery.limits import LONGEST_REVIEW

MOST_TOLD = 20  # problems of one file
_COMPARED = 300  # characters of a text that tell whether it is still the one sent out
_DELIMITERS = (",", ";", "\t")
_FIELDS = {NOTE: 10_000, REVIEWER: 200}  # longest, in characters


@dataclass(frozen=True)
class SheetProblem:
    """One thing wrong with a filled-in sheet; `line` counts from 1, None for the whole file."""

    line: int | None
    field: str
    problem: str
    fix: str


class SheetError(DeliveryError):
    """A filled-in sheet cannot be taken; `problems` says all that is wrong, `str` the first and how many."""

    def __init__(self, file: str, problems: Sequence[SheetProblem]) -> None:
        first = problems[0]
        more = f" ({len(problems) - 1:,} more problems)" if len(problems) > 1 else ""
        super().__init__(f"{first.field}: {first.problem}{more}", file, first.line, first.fix)
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type["SheetError"], tuple[str, tuple[SheetProblem, ...]]]:
        return SheetError, (self.file, self.problems)

    @property
    def sentences(self) -> tuple[str, ...]:
        """A sentence for each problem, the first `MOST_TOLD` of them."""
        told = [
            str(DeliveryError(f"{one.field}: {one.problem}", self.file, one.line, one.fix))
            for one in self.problems[:MOST_TOLD]
        ]
        left = len(self.problems) - len(told)
        return (*told, *((f"{printable(self.file)}: and {left:,} more problems",) if left > 0 else ()))


@dataclass(frozen=True)
class Line:
    """One line of the file: its number, its cells by column, and how many there were too many."""

    number: int
    cells: Mapping[str, str]
    beyond: int


@dataclass(frozen=True)
class Lines:
    """The file's lines; `lossy` where its encoding may have lost characters."""

    lines: tuple[Line, ...]
    columns: tuple[str, ...]
    lossy: bool

    @property
    def reviews(self) -> tuple[str, ...]:
        """The sheets its items name, by the characters that stand for a review; most often one."""
        found = (re.fullmatch(r"r([0-9a-f]{8})-\d+", _code(line)) for line in self.lines)
        return tuple(dict.fromkeys(match[1] for match in found if match))


def lines_of(data: bytes, file: str) -> Lines:
    """The lines of a filled-in sheet; `SheetError` where it is none."""
    if len(data) > LONGEST_REVIEW:
        fix = "send the CSV file alone"
        raise _refused(file, "file", f"has {len(data):,} bytes, more than {LONGEST_REVIEW:,}", fix)
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise _refused(file, "file", "is a workbook, not CSV", "save it as 'CSV UTF-8' and read that")
    text, lossy = _decoded(data, file)
    skipped = 0
    if match := re.match(r"sep=(.)\r?\n", text):
        text, skipped = text[match.end() :], 1
    head = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = tuple(name.strip().lower() for name in next(reader, []))
        _must_be_columns(columns, file)
        lines = tuple(_lines(reader, columns, skipped))
    except csv.Error as error:
        fix = "close the quotes of this line, or copy the verdicts into a fresh copy of the sheet"
        said = SheetProblem(reader.line_num + skipped, "line", f"cannot be parted into cells ({error})", fix)
        raise SheetError(file, [said]) from error
    return Lines(lines, columns, lossy)


def read_sheet(
    found: Lines,
    sheet: Sheet,
    by: str,
    file: str,
    before: Collection[Opinion] = (),
    *,
    partial: bool = False,
) -> tuple[Opinion, ...]:
    """What a file adds to the opinions `before`.

    What a reviewer has said before and says again adds nothing; an earlier ``unsure`` may be made up one's
    mind about.

    Args:
        found: the file's lines.
        sheet: what was sent out.
        by: who hands the file in; the reviewer of lines that name none.
        file: its name, for errors.
        before: what was said in earlier files.
        partial: take the verdicts that are there; otherwise each item of the sheet must have one.

    Raises:
        SheetError: anything is wrong with the file.
    """
    reading = _Reading(found, sheet, by.strip(), {(one.item, one.reviewer): one for one in before})
    for line in found.lines:
        reading.take(line, partial)
    if not partial:
        reading.ask_for_the_rest()
    if not reading.problems and not reading.seen:
        fix = f"write {', '.join(VERDICTS)} into the column {VERDICT}"
        reading.problems.append(SheetProblem(None, VERDICT, "no line has one", fix))
    if reading.problems:
        raise SheetError(file, reading.problems)
    return tuple(reading.new)


class _Reading:
    """A file being read: what was found so far, and what is wrong."""

    def __init__(self, found: Lines, sheet: Sheet, by: str, before: dict[tuple[str, str], Opinion]) -> None:
        self.found, self.sheet, self.by, self.before = found, sheet, by, before
        self.problems: list[SheetProblem] = []
        self.seen: dict[tuple[str, str], int] = {}  # → line
        self.new: list[Opinion] = []

    def take(self, line: Line, partial: bool) -> None:
        """Judge one line; an opinion or problems come of it, or nothing."""
        item = _code(line)
        opinion = Opinion(
            item,
            _own(line.cells.get(REVIEWER, "")) or self.by,
            _own(line.cells.get(VERDICT, "")).lower(),
            _own(line.cells.get(KIND, "")).lower(),
            _own(line.cells.get(NOTE, "")),
        )
        if not opinion.verdict and partial and not opinion.kind and item in self.sheet.shown:
            return
        wrong = list(self._wrong(line, opinion))
        self.problems += [SheetProblem(line.number, *one) for one in wrong]
        self.seen.setdefault((item, opinion.reviewer), line.number)
        said = self.before.get((item, opinion.reviewer))
        if not wrong and (said is None or said.verdict != opinion.verdict):
            self.new.append(opinion)

    def ask_for_the_rest(self) -> None:
        """Every item of the sheet must be there."""
        there = {item for item, _ in self.seen}
        gone = [item for item in self.sheet.shown if item not in there]
        if gone:
            sent = len(self.sheet.shown)
            problem = f"{len(gone):,} of the sheet's {sent:,} are missing, the first is {gone[0]}"
            fix = "put their lines back, or read what is there with --partial"
            self.problems.append(SheetProblem(None, ITEM, problem, fix))

    def _wrong(self, line: Line, said: Opinion) -> Iterator[tuple[str, str, str]]:
        """(field, problem, fix) of everything wrong with a line."""
        if line.beyond:
            fix = "quote cells that hold the delimiter, or delete what is to the right"
            yield "line", f"has {line.beyond} cells more than there are columns", fix
        if said.item not in self.sheet.shown:
            fix = "copy the item from the sheet; leave the column as it is"
            yield ITEM, f"{said.item!r} is not on the sheet" if said.item else "is empty", fix
            return
        yield from self._changed(line, said.item)
        yield from self._said_before(said)
        yield from _verdict(said, self.sheet.kinds)
        if self.sheet.names and said.reviewer not in self.sheet.names:
            names = ", ".join(self.sheet.names)
            fix = f"have one of them judge it: {names}"
            yield REVIEWER, f"{said.reviewer!r} may not review by the contract's review.reviewers", fix
        for name, longest in _FIELDS.items():
            if len(line.cells.get(name, "")) > longest:
                yield name, f"is longer than {longest:,} characters", "shorten it"

    def _changed(self, line: Line, item: str) -> Iterator[tuple[str, str, str]]:
        """Texts that are not those sent out with the item: rows may have been sorted apart."""
        for name, sent in zip(self.sheet.columns, self.sheet.shown[item], strict=True):
            if name not in line.cells:
                continue
            if _mark(line.cells[name], self.found.lossy) != _mark(harmless(sent), self.found.lossy):
                problem = f"is not the text sent out with {item}; the rows may have been sorted apart"
                fix = "copy the verdicts into a fresh copy of the sheet, or delete the whole column"
                yield name, problem, fix
                return

    def _said_before(self, said: Opinion) -> Iterator[tuple[str, str, str]]:
        if (at := self.seen.get((said.item, said.reviewer))) is not None:
            problem = f"{said.item} is judged by {said.reviewer!r} on line {at} already"
            yield ITEM, problem, "delete one of them"
        earlier = self.before.get((said.item, said.reviewer))
        if earlier and earlier.verdict not in ("unsure", said.verdict):
            problem = f"{said.reviewer!r} called {said.item} {earlier.verdict} in an earlier file"
            yield VERDICT, problem, "a verdict stands; have another reviewer judge the record too"


def _verdict(said: Opinion, kinds: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    fix = f"write {', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}"
    if not said.verdict:
        yield VERDICT, "is empty", f"{fix}, or read what is there with --partial"
    elif said.verdict not in VERDICTS:
        yield VERDICT, f"{said.verdict!r} is none", fix
    if not kinds:
        return
    if said.verdict == "defect" and said.kind not in kinds:
        found = f"{said.kind!r} is none of the contract's" if said.kind else "is empty beside a defect"
        yield KIND, found, f"write one of {', '.join(kinds)}"
    elif said.kind and said.verdict in ("ok", "unsure"):
        yield KIND, f"{said.kind!r} stands beside the verdict {said.verdict}", "clear it, or write defect"


class Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


def _lines(reader: Reader, columns: tuple[str, ...], skipped: int) -> Iterator[Line]:
    ended = reader.line_num
    for cells in reader:
        number, ended = ended + 1 + skipped, reader.line_num  # the line on which the row begins
        if any(cell.strip() for cell in cells):
            beyond = sum(bool(cell.strip()) for cell in cells[len(columns) :])
            yield Line(number, dict(zip(columns, cells, strict=False)), beyond)


def _must_be_columns(columns: tuple[str, ...], file: str) -> None:
    fix = f"keep the first line of the sheet, with the columns {ITEM} and {VERDICT}"
    if missing := [name for name in (ITEM, VERDICT) if name not in columns]:
        raise _refused(file, missing[0], "no such column", fix)
    named = [name for name in columns if name]
    if twice := [name for name in named if named.count(name) > 1]:
        raise _refused(file, printable(twice[0], 60), "stands above two columns", "delete one of them")


def _decoded(data: bytes, file: str) -> tuple[str, bool]:
    """The text, and whether its encoding may have lost characters."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding, lossy = "utf-16", False
    else:
        encoding, lossy = "utf-8-sig", False
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text, lossy = data.decode("cp1252", "replace"), True
    if "\x00" in text:
        raise _refused(file, "file", "holds zero bytes, so it is no text", "save it as 'CSV UTF-8'")
    if not text.strip():
        raise _refused(file, "file", "is empty", "send the filled-in sheet")
    return text, lossy


def _code(line: Line) -> str:
    return _own(line.cells.get(ITEM, "")).lower()


def _own(cell: str) -> str:
    """A cell as it was meant: without the apostrophe that keeps it from running."""
    return cell.strip().removeprefix("'").strip()


def _mark(text: str, lossy: bool) -> str:
    """What must be the same in a text that nobody changed, whatever saved it."""
    kept = text.removesuffix(CUT) if text.endswith(CUT) else text
    return "".join(c for c in kept.casefold() if c.isalnum() and (c.isascii() or not lossy))[:_COMPARED]


def _refused(file: str, name: str, problem: str, fix: str) -> SheetError:
    return SheetError(file, [SheetProblem(None, name, problem, fix)])
