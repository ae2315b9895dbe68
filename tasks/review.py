"""A sample of what was accepted is drawn for people to look at, and written out as a sheet."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from contracts.model import Contract
from quality.sampling.design import Design, design_from, design_of_sample
from quality.sampling.lots import plan_for, spec_of
from quality.sampling.result import Asked
from quality.sampling.review_files import Sheet, review_sheet
from quality.sampling.two_part import Frame, ReviewSample, Sizes, least_risky, two_part
from rampart.delivery.judged_rows import JudgedRows, stored_rows
from rampart.delivery.tables import batch_prefix, publish_bytes
from rampart.ledger.batch_rows import BatchRow
from rampart.ledger.canonical import canonical_json
from rampart.ledger.errors import ReviewStateError
from rampart.ledger.review_events import SHOWN, Review
from rampart.ledger.reviews import drawn_before, open_review, reviewable, reviews
from rampart.ledger.valued import valued
from rampart.records.for_reviewers import FIELDS, columns_for, shown
from rampart.showing.review_page import review_html
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Wanted:
    """How many records to draw: `size` accepted ones in all, `discarded` ones; None: as the contract says.

    `rest`: all accepted records that no sheet of this judgement holds yet.
    """

    size: int | None = None
    discarded: int | None = None
    rest: bool = False


@dataclass(frozen=True)
class Drawn:
    """A review, its sheet (CSV), and a page with its texts where they are not too many."""

    review: Review
    sheet: bytes
    page: bytes | None


def draw_review(place: Workspace, contract_id: str, week: int, wanted: Wanted, as_of: datetime) -> Drawn:
    """Draw the sample of a judged week, once; drawn again it is the same sheet.

    Which records are drawn follows from the delivery, from what was accepted of it and from our own key, so
    that the vendor cannot foresee it and nobody here can choose it.

    Raises:
        ReviewStateError: nothing is accepted, another size was drawn before, or the sizes cannot be had.
        UnknownBatchError: the week is not on the books.
        DeliveryConflictError: the week's data were deleted.
    """
    batch = reviewable(place.books, contract_id, week)
    terms, rows = terms_of(batch.contract_digest, place), stored_rows(place.store, batch.artefacts)
    known = [
        one
        for one in reviews(place.books, contract_id, week)
        if one.drawn_from == batch.artefacts["fates"] and one.delivery_id == batch.delivery_id
    ]
    before = next((one for one in known if one.rest == wanted.rest), None)
    if before:
        return _again(place, before, wanted, rows)
    design = _drawn(place, batch, terms, rows, wanted, known)
    texts = _texts(rows, design)
    sheet = review_sheet(Sheet(design.columns, texts, tuple(design.kinds)))
    review = _booked(place, batch, design, sheet, as_of, wanted.rest)
    page = review_html(design.review, design.columns, texts, design.kinds)
    return Drawn(open_review(place.books, review), sheet, page)


def design_kept(place: Workspace, review: Review) -> Design:
    """The design of a review, from the store."""
    return design_from(place.store.get(review.design_key))


def frame_of(rows: JudgedRows, but: Iterable[int] = (), doubted: Iterable[str] = ()) -> Frame:
    """What may be drawn of a judged delivery, each record named by its row; accepted rows `but` left out.

    Records `doubted` (ids, or items) count as flagged: they are looked at harder where the risk is.
    """
    fates = rows.fates(["reason_mask", "flag_mask"])
    every = pl.DataFrame(
        {
            "row": range(fates.num_rows),
            "annotator_id": rows.readable(["annotator_id"])["annotator_id"].to_pylist(),
            "lost": [mask != 0 for mask in fates["reason_mask"].to_pylist()],
            "flags": [
                ["flagged"] if mask or disputed else []
                for mask, disputed in zip(fates["flag_mask"].to_pylist(), _among(rows, doubted), strict=True)
            ],
        },
        schema={
            "row": pl.Int64,
            "annotator_id": pl.String,
            "lost": pl.Boolean,
            "flags": pl.List(pl.String),
        },
    ).with_columns(record_id=pl.col("row").cast(pl.String).str.zfill(12))
    people = every.drop_nulls("annotator_id").group_by("annotator_id")
    kept = every.filter(~pl.col("lost") & ~pl.col("row").is_in(list(but)))
    return Frame(
        kept.select("record_id", "annotator_id", "flags"),
        every.filter("lost").select("record_id", "annotator_id"),
        people.agg(readable=pl.len(), discarded=pl.col("lost").sum()).sort("annotator_id"),
    )


def _among(rows: JudgedRows, named: Iterable[str]) -> list[bool]:
    """For each readable record: is it, or its item, one of those named?"""
    wanted, names = set(named), rows.readable(["record_id", "item_id"])
    pairs = zip(names["record_id"].to_pylist(), names["item_id"].to_pylist(), strict=True)
    return [record in wanted or item in wanted for record, item in pairs]


def contradicted(place: Workspace, batch: BatchRow) -> tuple[str, ...]:
    """Judgements of the batch that a reward model of the other batches contradicts most, as last told."""
    every = valued(place.books, batch.contract_id, batch.week)
    told = [one for one in every if one.revision == batch.revision]
    return tuple(json.loads(place.store.get(told[-1].object_key))["doubted"]) if told else ()


def _again(place: Workspace, before: Review, wanted: Wanted, rows: JudgedRows) -> Drawn:
    """The sheet that was drawn before, whatever has changed in us since."""
    design = design_kept(place, before)
    if wanted.size not in (None, design.accepted) or wanted.discarded not in (None, design.discarded):
        raise ReviewStateError(drawn_before(before))
    page = review_html(design.review, design.columns, _texts(rows, design), design.kinds)
    return Drawn(before, place.store.get(before.sheet_key), page)


def _drawn(  # noqa: PLR0917 (what is drawn from, and what is wanted of it)
    place: Workspace,
    batch: BatchRow,
    terms: Contract,
    rows: JudgedRows,
    wanted: Wanted,
    known: Iterable[Review],
) -> Design:
    seen = [row.row for one in known for row in design_kept(place, one).rows] if wanted.rest else []
    frame = frame_of(rows, seen, contradicted(place, batch))
    if not frame.accepted.height:
        left = "is left to review" if wanted.rest else "is accepted, so there is nothing to review"
        raise ReviewStateError(f"no record of {batch.key} {left}")
    asked, clause = terms.review_plan(batch.week)
    plan = None if wanted.rest else plan_for(asked, frame.accepted.height)
    sizes = _sizes(terms, frame, plan.n if plan else 0, wanted)
    review_id = _id(place, batch, wanted.rest)
    sample = two_part(frame, sizes, terms.review.strata, int(review_id[SHOWN : 2 * SHOWN], 16))
    names = rows.at(_places(sample), ["record_id"])["record_id"].to_list()
    design = design_of_sample(
        review_id, sample, names, Asked(plan, spec_of(asked, clause), terms.review.verdicts_each)
    )
    records = rows.at(_places(sample), FIELDS).to_dicts()
    return replace(
        design,
        kinds=dict(terms.review.defects),
        reviewers=terms.review.reviewers,
        columns=columns_for(records),
    )


def _sizes(terms: Contract, frame: Frame, plan: int, wanted: Wanted) -> Sizes:
    """How many of each part; `ReviewStateError` where so many cannot be drawn."""
    lot, lost = frame.accepted.height, frame.discarded.height
    if wanted.rest:
        return Sizes(0, lot, 0)
    total = plan + terms.review.also if wanted.size is None else wanted.size
    discarded = terms.review.discarded if wanted.discarded is None else wanted.discarded
    if not total:
        raise ReviewStateError(
            "the contract asks for no review; say how many records people look at (--size)"
        )
    if total < plan:
        raise ReviewStateError(f"the contract's plan asks for {plan:,} records, so {total:,} are too few")
    risk, least = min(total, lot) - plan, least_risky(frame, terms.review.strata)
    if 0 < risk < min(least, lot - plan):
        raise ReviewStateError(
            f"{risk} records are too few to look where the risk is, at two of each stratum; draw "
            f"{plan + least} or more{f', or {plan}' if plan else ''} (--size)"
        )
    return Sizes(plan, risk, min(discarded, lost))


def _id(place: Workspace, batch: BatchRow, rest: bool) -> str:
    """What a sample of this judgement is called, which is also where its chance comes from."""
    about = canonical_json(
        ["review", batch.contract_id, batch.week, batch.delivery_id, batch.artefacts["fates"], rest]
    )
    return hmac.new(place.pseudonym_key, about.encode(), hashlib.sha256).hexdigest()


def _places(sample: ReviewSample) -> list[int]:
    return [int(row) for row in sample.rows["record_id"]]


def _texts(rows: JudgedRows, design: Design) -> dict[str, tuple[str, ...]]:
    records = rows.at([one.row for one in design.rows], FIELDS).to_dicts()
    return {one.item: shown(record, design.columns) for one, record in zip(design.rows, records, strict=True)}


def _booked(  # noqa: PLR0917 (what goes into the books)
    place: Workspace, batch: BatchRow, design: Design, sheet: bytes, as_of: datetime, rest: bool
) -> Review:
    prefix, plan = batch_prefix(batch.contract_id, batch.week), design.asked.plan
    asked, clause = terms_of(batch.contract_digest, place).review_plan(batch.week)
    return Review(
        review_id=design.review,
        contract_id=batch.contract_id,
        week=batch.week,
        delivery_id=batch.delivery_id or "",
        drawn_from=batch.artefacts["fates"],
        records=len(design.rows),
        lot=design.lot,
        clause=clause,
        on_fail=asked.on_fail,
        n=plan.n if plan else 0,
        accept=plan.accept if plan else 0,
        seed=design.seed,
        sheet=hashlib.sha256(sheet).hexdigest(),
        sheet_key=publish_bytes(place.store, prefix, "sheet", "csv", sheet),
        design_key=publish_bytes(place.store, prefix, "design", "json", design.as_json()),
        as_of=as_of,
        rest=rest,
    )
