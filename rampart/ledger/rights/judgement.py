"""May these data, or this model, be used so? The strictest of all terms that bind any of the data decides.

Pure: whoever asks brings the terms. An answer names every clause that forbids a use, and whose it is. What
cannot be told is not allowed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from contracts.model import Contract

Use = Literal["train", "evaluate", "release_data", "release_models"]
USES_OF_DATA: tuple[Use, ...] = ("train", "evaluate", "release_data")
USES_OF_A_MODEL: tuple[Use, ...] = ("train", "evaluate", "release_models")


@dataclass(frozen=True)
class Source:
    """One batch's data, with every version of its contract that binds them.

    `state` is that of the batch. `deleted` names the certificate of their deletion, or says that it is not
    finished; None while they are held.
    """

    contract_id: str
    week: int
    revision: int
    state: str
    terms: tuple[Contract, ...]
    deleted: str | None = None

    def __str__(self) -> str:
        return f"{self.contract_id} week {self.week} revision {self.revision}"


@dataclass(frozen=True)
class Ban:
    """A clause that forbids a use, of which version of whose contract, for the data of which weeks."""

    use: Use
    contract_id: str
    version: str
    clause: str
    weeks: tuple[int, ...]

    def __str__(self) -> str:
        weeks = ", ".join(map(str, self.weeks))
        return f"{self.contract_id}@{self.version} {self.clause} (week {weeks})"


@dataclass(frozen=True)
class Limit:
    """The last day data may be held, and the clause that says so; `overdue` once it is over."""

    day: date
    contract_id: str
    version: str
    clause: str
    overdue: bool


@dataclass(frozen=True)
class Answer:
    """What may be done with one batch's data or one model.

    `uses` are the uses asked about, `bans` what forbids some of them; `keep` is None where no clause limits.
    `deleted` are (batch, certificate) of data that are gone. `unknown` says what could not be told, and
    forbids everything. `evidence` is the object that names the data, empty for a batch. `number` is the
    contract week or the model's version, `contract_id` the batch's contract.
    """

    subject: str
    kind: Literal["batch", "model"]
    program: str
    number: int
    uses: tuple[Use, ...]
    bans: tuple[Ban, ...] = ()
    keep: Limit | None = None
    deleted: tuple[tuple[str, str], ...] = ()
    unknown: tuple[str, ...] = ()
    evidence: str = ""
    contract_id: str = ""

    @property
    def because(self) -> tuple[str, ...]:
        """Every clause that forbids something, what is deleted, and what cannot be told; a line each."""
        forbidding: dict[str, list[str]] = {}
        for ban in self.bans:
            forbidding.setdefault(str(ban), []).append(ban.use.replace("_", " "))
        return (
            *(f"{', '.join(uses)}: {ban}" for ban, uses in forbidding.items()),
            *(f"deleted: {batch}, {certificate}" for batch, certificate in self.deleted),
            *(f"cannot be told: {what}" for what in self.unknown),
        )

    def may(self, use: Use) -> bool:
        """Is the use allowed by every clause that binds?"""
        return not self.unknown and all(ban.use != use for ban in self.bans)


def last_day(terms: Contract) -> tuple[date | None, str]:
    """The last day the contract's data may be held, in its own time zone, and the clause that says so.

    `rights.delete_by` names it; `rights.retention_days` counts from the last day of the term. With both, the
    earlier one counts.
    """
    limits: list[tuple[date, str]] = []
    if terms.rights.delete_by is not None:
        limits.append((terms.rights.delete_by, "rights.delete_by"))
    if terms.rights.retention_days is not None:
        end = terms.term.start + timedelta(days=7 * terms.term.weeks - 1)
        limits.append((end + timedelta(days=terms.rights.retention_days), "rights.retention_days"))
    return min(limits) if limits else (None, "none")


def limit_of(versions: Iterable[Contract], as_of: datetime) -> Limit | None:
    """The earliest last day of all `versions`; None where none of them limits."""
    found = []
    for terms in versions:
        day, clause = last_day(terms)
        if day is not None:
            today = as_of.astimezone(ZoneInfo(terms.term.timezone)).date()
            found.append(Limit(day, terms.contract_id, terms.version, clause, today > day))
    return min(found, key=lambda limit: limit.day, default=None)


def batch_answer(source: Source, program: str, as_of: datetime, unknown: tuple[str, ...] = ()) -> Answer:
    """What may be done with one batch's data; nothing where `unknown` says what could not be told.

    Data past their last day may not be used at all, and neither may data that were not accepted.
    """
    keep = limit_of(source.terms, as_of)
    bans = _forbidden([source], USES_OF_DATA)
    if keep is not None and keep.overdue and source.deleted is None:
        over = (source.contract_id, keep.version, keep.clause, (source.week,))
        bans += tuple(Ban(use, *over) for use in USES_OF_DATA)
    if source.state not in ("accepted", "accepted_partial"):
        version = source.terms[-1].version if source.terms else ""
        standing = (source.contract_id, version, f"batch.{source.state}", (source.week,))
        bans += tuple(Ban(use, *standing) for use in USES_OF_DATA)
    gone = ((str(source), source.deleted),) if source.deleted else ()
    return Answer(
        str(source),
        "batch",
        program,
        source.week,
        USES_OF_DATA,
        bans,
        None if gone else keep,
        gone,
        unknown,
        contract_id=source.contract_id,
    )


def model_answer(  # noqa: PLR0917 (what is judged, then what it is judged by)
    subject: str,
    program: str,
    version: int,
    sources: Sequence[Source],
    as_of: datetime,
    evidence: str,
    unknown: tuple[str, ...] = (),
) -> Answer:
    """What may be done with a model trained on `sources`, all of them.

    The model stays when its data are deleted; the answer names the certificates. `keep` is the earliest last
    day of data that are still held.
    """
    held = [terms for source in sources if source.deleted is None for terms in source.terms]
    return Answer(
        subject,
        "model",
        program,
        version,
        USES_OF_A_MODEL,
        _forbidden(sources, USES_OF_A_MODEL),
        limit_of(held, as_of),
        tuple((str(source), source.deleted) for source in sources if source.deleted),
        unknown,
        evidence,
    )


def _forbidden(sources: Sequence[Source], uses: Sequence[Use]) -> tuple[Ban, ...]:
    """Each clause that forbids a use, once a version, with the weeks whose data it binds."""
    weeks: dict[tuple[Use, str, str], list[int]] = {}
    for use, source, terms in _refusals(sources, uses):
        weeks.setdefault((use, source.contract_id, terms.version), []).append(source.week)
    return tuple(
        Ban(use, contract_id, version, f"rights.{use}", tuple(sorted(set(found))))
        for (use, contract_id, version), found in weeks.items()
    )


def _refusals(sources: Sequence[Source], uses: Sequence[Use]) -> Iterator[tuple[Use, Source, Contract]]:
    for use in uses:
        for source in sources:
            yield from ((use, source, terms) for terms in source.terms if not getattr(terms.rights, use))
