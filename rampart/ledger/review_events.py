"""A review as its contract's events tell it, and the events as they are written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlmodel import Session, select

from quality.verdict import Consequence, GateSpec, Status, Verdict
from rampart.ledger.canonical import Json
from rampart.ledger.chain import contract_stream, events
from rampart.ledger.outbox import Topic
from rampart.ledger.tables import Event

DRAWN: Topic = "review.drawn"
READ: Topic = "review.read"
FAILED: Topic = "review.failed"
SHOWN = 8  # characters of an id where people read it; items of the sheet carry them


@dataclass(frozen=True)
class Reading:
    """What the books say after a filled-in sheet was read: all files so far, in a few figures.

    `file` is the SHA-256 of its bytes, `left` counts drawn records without a settled verdict. `verdict` is
    the plan's, None where none was asked for. `share`, `low` and `high` are the weighted defect rate.
    """

    file: str
    by: str
    object_key: str
    result_key: str
    reviewed: int
    defects: int
    left: int
    share: float | None
    low: float | None
    high: float | None
    verdict: Verdict | None
    as_of: datetime


@dataclass(frozen=True)
class Review:
    """One sample for people to look at: `records` lines, of `lot` accepted records.

    `drawn_from` is the object that says what was accepted, `on_fail` what a failed plan does. `rest`: the
    sheet holds all that an earlier one of the same judgement left.
    """

    review_id: str
    contract_id: str
    week: int
    delivery_id: str
    drawn_from: str
    records: int
    lot: int
    clause: str
    on_fail: str
    n: int
    accept: int
    seed: int
    sheet: str
    sheet_key: str
    design_key: str
    as_of: datetime
    rest: bool = False
    readings: tuple[Reading, ...] = ()

    @property
    def last(self) -> Reading | None:
        """What is known now; None before anything was read back."""
        return self.readings[-1] if self.readings else None

    @property
    def verdict(self) -> Verdict | None:
        """The plan's verdict so far."""
        return self.last.verdict if self.last else None

    @property
    def left(self) -> int:
        """Drawn records that still want a verdict."""
        return self.last.left if self.last else self.records

    @property
    def status(self) -> str:
        """The plan's word: pass, fail or undecided; without a plan: whether it was read."""
        if self.verdict and self.verdict.status in ("pass", "fail"):
            return self.verdict.status
        if self.n:
            return "undecided" if self.readings else "drawn"
        return "read" if self.readings and not self.left else "drawn"

    def __str__(self) -> str:
        return f"review {self.review_id[:SHOWN]}"


def every_review(session: Session) -> tuple[Review, ...]:
    """Every review of every contract, within the caller's transaction."""
    streams = select(Event.stream).where(Event.kind == DRAWN).distinct()
    contracts = sorted(stream.removeprefix(contract_stream("")) for stream in session.exec(streams))
    return tuple(review for contract_id in contracts for review in told(session, contract_id))


def payload(review: Review) -> dict[str, Json]:
    """What ``review.drawn`` says."""
    return {
        "review": review.review_id,
        "week": review.week,
        "delivery_id": review.delivery_id,
        "drawn_from": review.drawn_from,
        "records": review.records,
        "lot": review.lot,
        "clause": review.clause,
        "on_fail": review.on_fail,
        "n": review.n,
        "accept": review.accept,
        "seed": review.seed,
        "sheet": review.sheet,
        "sheet_key": review.sheet_key,
        "design_key": review.design_key,
        "rest": review.rest,
    }


def said_of(review: Review, found: Reading) -> dict[str, Json]:
    """What ``review.read`` says."""
    about: dict[str, Json] = {
        "review": review.review_id,
        "week": review.week,
        "delivery_id": review.delivery_id,
        "file": found.file,
        "read_by": found.by,
        "object_key": found.object_key,
        "result_key": found.result_key,
        "reviewed": found.reviewed,
        "defects": found.defects,
        "left": found.left,
        "status": found.verdict.status if found.verdict else "no_plan",
        "rate": [found.share, found.low, found.high],
    }
    if found.verdict:
        one, spec = found.verdict, found.verdict.spec
        about["verdict"] = {
            "clause": spec.clause,
            "metric": spec.metric,
            "threshold": spec.threshold,
            "consequence": spec.consequence,
            "observed": one.observed,
            "low": one.low,
            "high": one.high,
            "n": one.n,
            "reason": one.reason,
            "evidence": one.evidence,
        }
    return about


def told(session: Session, contract_id: str) -> Iterator[Review]:
    """Reviews as the events tell them, in their order."""
    said = events(session, contract_stream(contract_id))
    read = [(event.payload, event.as_of) for event in said if event.kind == READ]
    for event in said:
        if event.kind == DRAWN:
            about = {name: value for name, value in event.payload.items() if name != "review"}
            review_id = event.payload["review"]
            found = tuple(_reading(payload, at) for payload, at in read if payload["review"] == review_id)
            yield Review(review_id, contract_id, **about, as_of=event.as_of, readings=found)


def _reading(about: dict[str, Any], as_of: datetime) -> Reading:
    share, low, high = about["rate"]
    return Reading(
        file=about["file"],
        by=about["read_by"],
        object_key=about["object_key"],
        result_key=about["result_key"],
        reviewed=about["reviewed"],
        defects=about["defects"],
        left=about["left"],
        share=share,
        low=low,
        high=high,
        verdict=_verdict(about["verdict"], about["status"]) if "verdict" in about else None,
        as_of=as_of,
    )


def _verdict(about: dict[str, Any], status: str) -> Verdict:
    spec = GateSpec(
        about["clause"], about["metric"], about["threshold"], cast("Consequence", about["consequence"])
    )
    figures = {name: about[name] for name in ("observed", "low", "high", "n", "reason", "evidence")}
    return Verdict(spec, cast("Status", status), **figures)
