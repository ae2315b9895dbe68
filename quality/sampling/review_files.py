"""The sheet that reviewers fill in, and what they have filled in.

The sheet is CSV: `record_id`, whatever there is to look at, and the empty columns `verdict`, `reviewer` and
`note`. It does not say which stratum a record is of, so that nobody looks harder where the risk is said to
be. Cells that a spreadsheet would run (they begin with ``=``, ``+``, ``-``, ``@``, a tab or a line break)
get an apostrophe before them (OWASP, "CSV Injection"), which reading takes off again.

One verdict a reviewer and record. Reviewers who disagree leave the record `unsure`: a person has to look.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

VERDICTS = ("ok", "defect", "unsure")
ASKED = ("verdict", "reviewer", "note")
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # and full width


@dataclass(frozen=True)
class Review:
    """What one reviewer said of one record."""

    record_id: str
    verdict: str
    reviewer: str
    note: str


@dataclass(frozen=True)
class Reviews:
    """What a file says, and each line that could not be taken, with why.

    `disagreed` names the records on which reviewers differ, in order.
    """

    reviews: tuple[Review, ...]
    problems: tuple[str, ...]
    disagreed: tuple[str, ...]

    @property
    def verdicts(self) -> dict[str, str]:
        """Record id → its verdict; ``unsure`` where reviewers disagree."""
        return {one.record_id: one.verdict for one in self.reviews} | dict.fromkeys(self.disagreed, "unsure")


def review_sheet(rows: pl.DataFrame, shown: Sequence[str]) -> str:
    """The sheet for `rows` (`record_id` and the text columns `shown`), a line each, in order."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)  # or a reader at semicolons finds one inside
    writer.writerow(["record_id", *shown, *ASKED])
    for values in rows.select("record_id", *shown).iter_rows():
        writer.writerow([*(_harmless("" if value is None else str(value)) for value in values), "", "", ""])
    return text.getvalue()


def read_reviews(text: str, drawn: Sequence[str]) -> Reviews:
    """The verdicts of a filled-in sheet about the records `drawn`.

    Lines with an empty verdict are passed over: they are not reviewed yet. A record that was not drawn, a
    word that is no verdict and a second verdict of the same reviewer are problems; the first verdict stands.

    Raises:
        ValueError: the file lacks a column.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff"), newline=""))
    missing = {"record_id", "verdict"} - set(reader.fieldnames or ())
    if missing:
        raise ValueError(
            f"no column {', '.join(sorted(missing))} in the file; expected record_id and verdict"
        )
    known, found, problems = set(drawn), dict[tuple[str, str], Review](), list[str]()
    for row in reader:
        review = Review(
            _plain(row["record_id"] or ""),
            (row["verdict"] or "").strip().lower(),
            (row.get("reviewer") or "").strip(),
            _plain((row.get("note") or "").strip()),
        )
        if not review.verdict:
            continue
        problem = _problem(review, known, found)
        if problem:
            problems.append(f"line {reader.line_num}: {problem}")
        else:
            found[review.record_id, review.reviewer] = review
    return Reviews(tuple(found.values()), tuple(problems), _disagreed(found.values()))


def _problem(review: Review, known: set[str], found: dict[tuple[str, str], Review]) -> str | None:
    if review.record_id not in known:
        return f"{review.record_id!r} was not drawn"
    if review.verdict not in VERDICTS:
        return f"{review.verdict!r} is no verdict; expected {', '.join(VERDICTS)}"
    if (review.record_id, review.reviewer) in found:
        return f"{review.reviewer or 'the same reviewer'} judged {review.record_id!r} before"
    return None


def _disagreed(reviews: Iterable[Review]) -> tuple[str, ...]:
    said: dict[str, set[str]] = {}
    for review in reviews:
        said.setdefault(review.record_id, set()).add(review.verdict)
    return tuple(record for record, verdicts in said.items() if len(verdicts) > 1)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_RUNS, "'")) else cell


def _plain(cell: str) -> str:
    return cell.removeprefix("'")
