"""Who is champion: the one place that says so, from the events of a programme's stream.

A training that was promoted makes its model champion, and so does a person who promotes a model by hand or
rolls back to an earlier champion. The last of these holds. Nothing is rewritten: a rollback is an event more.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.ledger.canonical import Json
from rampart.ledger.chain import EventRow, append_event, events, program_stream
from rampart.ledger.deletion.said import closed_weeks, deletions_in
from rampart.ledger.engine import reading, writing
from rampart.ledger.errors import ChampionshipError, DataDeletedError
from rampart.ledger.signed import signed
from rampart.ledger.tables import RmVersion

TRAINED = "model.trained"
PROMOTED = "model.promoted"
ROLLED_BACK = "model.rolled_back"
How = Literal["retraining", "by_hand", "rollback"]
_HOW: dict[str, How] = {TRAINED: "retraining", PROMOTED: "by_hand", ROLLED_BACK: "rollback"}
_KIND: dict[How, str] = {how: kind for kind, how in _HOW.items()}

# Where to look when a programme has no model at all: its name may be mistyped.
ELSEWHERE = "`rampart rm list` names every programme that has some"


@dataclass(frozen=True)
class Crowning:
    """A model became champion: which, how, on whose word (empty for a retraining) and why.

    `event` is (number, hash) of the event in the programme's stream that says so.
    """

    version: int
    run_id: str
    how: How
    by: str
    reason: str
    as_of: datetime
    event: tuple[int, str]


def champion(engine: Engine, program: str) -> str | None:
    """The run id of the programme's champion; None before the first."""
    with reading(engine) as session:
        return champion_in(session, program)


def champion_in(session: Session, program: str) -> str | None:
    """`champion`, within the caller's transaction."""
    told = crownings_in(session, program)
    return told[-1].run_id if told else None


def crownings(engine: Engine, program: str) -> tuple[Crowning, ...]:
    """Every champion the programme had, in the order they became it; the last one is champion now."""
    with reading(engine) as session:
        return crownings_in(session, program)


def crownings_in(session: Session, program: str) -> tuple[Crowning, ...]:
    """`crownings`, within the caller's transaction."""
    return tuple(map(_crowning, filter(crowns, events(session, program_stream(program)))))


def crowns(event: EventRow) -> bool:
    """Does this event make a model champion?"""
    return event.kind in _HOW and (event.kind != TRAINED or bool(event.payload.get("promoted")))


def crown(
    engine: Engine,
    program: str,
    version: int | None,
    how: Literal["by_hand", "rollback"],
    *,
    by: str,
    reason: str,
    as_of: datetime,
) -> Crowning:
    """Make a version champion on a person's word; said again in the same words it changes nothing.

    Whether its files are whole and its rights allow it is for the caller to see; that its data are held is
    seen here, in the transaction that writes.

    Args:
        version: which; None rolls back to the champion before this one.
        how: any version may be promoted by hand; a rollback needs one that was champion before.

    Raises:
        ChampionshipError: there is no such version, it is champion already, or it never was before; or
            `as_of` is before it was trained, or before the champion of now became it.
        DataDeletedError: data it was trained on were deleted.
        LedgerError: `by` or `reason` is empty.
    """
    by, reason = signed(by, reason, f"making a model of {program} champion")
    with writing(engine) as session:
        told = crownings_in(session, program)
        now = told[-1] if told else None
        if now and said(told, version, how, by, reason):
            return now
        model = _model(session, program, target(program, version, how, told))
        if now and now.version == model.version:
            raise ChampionshipError(f"{program} v{model.version} is the champion already")
        _must_follow(program, model, now, as_of)
        must_hold_data(session, program, model.version)
        about: dict[str, Json] = {
            "version": model.version,
            "run_id": model.run_id,
            "champion_before": now.run_id if now else None,
            "by": by,
            "reason": reason,
        }
        append_event(session, program_stream(program), _KIND[how], as_of, about)
        return crownings_in(session, program)[-1]


def _must_follow(program: str, model: RmVersion, now: Crowning | None, as_of: datetime) -> None:
    """`ChampionshipError` where it would be champion before it was trained, or before the last one."""
    fix = f"give a later moment than {as_of:%Y-%m-%d %H:%M} UTC, or none for now"
    if as_of < model.as_of:
        made = f"{model.as_of:%Y-%m-%d %H:%M} UTC"
        raise ChampionshipError(f"{program} v{model.version} was trained at {made}, not before that; {fix}")
    if now and as_of < now.as_of:
        since = f"{now.as_of:%Y-%m-%d %H:%M} UTC"
        raise ChampionshipError(
            f"{program} v{now.version} is champion since {since}; what follows cannot be before that; {fix}"
        )


def must_hold_data(session: Session, program: str, version: int) -> None:
    """`DataDeletedError` where a week the version was trained on was deleted, or is being deleted."""
    drawn = {(contract_id, week) for contract_id, week, _ in batches_of(session, program).get(version, ())}
    gone = deletions_in(session)
    for contract_id, week in sorted(closed_weeks(gone) & drawn):
        found = next(one for one in gone if one.contract_id == contract_id and week in one.weeks)
        raise DataDeletedError(
            f"{program} v{version} was trained on data that are gone: {found.sentence(week)}; "
            "it cannot become champion"
        )


def batches_of(session: Session, program: str) -> dict[int, tuple[tuple[str, int, int], ...]]:
    """Version → (contract id, week, revision) of every batch it was trained on.

    A version booked before this was written down has no entry; its manifest in the store says it.
    """
    trained = (event for event in events(session, program_stream(program)) if event.kind == TRAINED)
    return {
        event.payload["version"]: tuple((c, w, r) for c, w, r in event.payload["batches"])
        for event in trained
        if "batches" in event.payload
    }


def said(told: tuple[Crowning, ...], version: int | None, how: How, by: str, reason: str) -> bool:
    """Is this the very word that made the champion of now champion?"""
    if not told or version not in (None, told[-1].version):
        return False
    return (told[-1].how, told[-1].by, told[-1].reason) == (how, by.strip(), reason.strip())


def target(program: str, version: int | None, how: How, told: tuple[Crowning, ...]) -> int:
    """Which version would become champion; `ChampionshipError` where none can.

    Args:
        program: for the error.
        version: the one asked for; None asks for the champion before this one.
        how: by hand any may, by rollback only one that was champion.
        told: the champions so far.
    """
    if how == "by_hand":
        if version is None:
            raise ChampionshipError(f"name the version of {program} to promote; `rampart rm list` shows them")
        return version
    before = [one.version for one in told[:-1] if one.version != told[-1].version]
    if version is None and before:
        return before[-1]
    if version is not None and version in before:
        return version
    known = ", ".join(f"v{one}" for one in sorted(set(before))) or "none"
    what = "there is no earlier champion" if version is None else f"v{version} was not champion before"
    raise ChampionshipError(f"{program} cannot be rolled back: {what}; earlier champions: {known}")


def _model(session: Session, program: str, version: int) -> RmVersion:
    of_program = select(RmVersion).where(RmVersion.program == program).order_by(col(RmVersion.version))
    models = {model.version: model for model in session.exec(of_program)}
    if version not in models:
        known = ", ".join(f"v{one}" for one in models) or f"none ({ELSEWHERE})"
        raise ChampionshipError(f"{program} has no reward model v{version}; on the books: {known}")
    return models[version]


def _crowning(event: EventRow) -> Crowning:
    said = event.payload
    return Crowning(
        version=said["version"],
        run_id=said["run_id"],
        how=_HOW[event.kind],
        by=said.get("by", ""),
        reason=said["reason"],
        as_of=event.as_of,
        event=(event.seq, event.hash),
    )
