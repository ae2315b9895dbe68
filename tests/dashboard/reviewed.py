"""A review on the example books: what was drawn, and what two reviewers found, by the real rules."""

import json
from dataclasses import asdict
from datetime import datetime

import polars as pl
from sqlalchemy import Engine

from contracts.terms.review import ReviewPlan
from quality.report.canonical import plain
from quality.sampling.design import Design, design_of_sample, rows_said
from quality.sampling.lots import plan_for, spec_of
from quality.sampling.opinions import Opinion, verdicts_of
from quality.sampling.result import Asked, review_result
from quality.sampling.two_part import Frame, Sizes, two_part
from rampart.ledger.batches import current_batch
from rampart.ledger.review_events import Reading, Review
from rampart.ledger.reviews import book_reading, open_review

RESULT = "batches/result-"
TERMS = ReviewPlan(method="aql", aql_percent=2.5, on_fail="advisory")
LOT = 400
HOSTILE_REVIEWER = "<b>Ann</b> \u202e"


def _design(review_id: str) -> Design:
    people = [f"a{number % 9}" for number in range(LOT)]
    frame = Frame(
        pl.DataFrame(
            {
                "record_id": [f"{number:012d}" for number in range(LOT)],
                "annotator_id": people,
                "flags": [["flagged"] if number % 13 == 0 else [] for number in range(LOT)],
            }
        ),
        pl.DataFrame({"record_id": [f"{LOT + n:012d}" for n in range(30)], "annotator_id": people[:30]}),
        pl.DataFrame(
            {
                "annotator_id": [f"a{n}" for n in range(9)],
                "readable": [50] * 9,
                "discarded": list(range(9)),
            }
        ),
    )
    plan = plan_for(TERMS, LOT)
    assert plan is not None
    sample = two_part(frame, Sizes(plan.n, 30, 5), ("annotator", "flags"), 11)
    names = [f"r-{int(row)}" for row in sample.rows["record_id"]]
    return design_of_sample(review_id, sample, names, Asked(plan, spec_of(TERMS, "review.plan"), 1))


def _opinions(review_id: str) -> tuple[Opinion, ...]:
    rows = _design(review_id).rows
    found = [
        Opinion(row.item, "R. Okafor", "defect" if number % 23 == 0 else "ok")
        for number, row in enumerate(rows)
    ]
    second = [Opinion(row.item, HOSTILE_REVIEWER, "ok") for row in rows[1:15]]
    return (*found, *second)


def result(key: str) -> bytes:
    """What lies under a result's key, which names the review."""
    review_id = key.removeprefix(RESULT).removesuffix(".json")
    design, opinions = _design(review_id), _opinions(review_id)
    found = review_result(design.sample, opinions, design.asked, key)
    rows = list(rows_said(design, verdicts_of(opinions)))
    told = {**plain(found), "left": 0, "opinions": [asdict(one) for one in opinions], "rows": rows}
    return json.dumps(told).encode()


def review(
    engine: Engine, contract_id: str, week: int, review_id: str, at: datetime, *, read: bool = True
) -> Review:
    """Draw a review of a judged week, and read it back."""
    batch = current_batch(engine, contract_id, week)
    assert batch is not None and batch.delivery_id is not None
    design = _design(review_id)
    plan = design.asked.plan
    assert plan is not None
    drawn = open_review(
        engine,
        Review(
            review_id=review_id,
            contract_id=contract_id,
            week=week,
            delivery_id=batch.delivery_id,
            drawn_from="batches/fates.parquet",
            records=len(design.rows),
            lot=LOT,
            clause="review.plan",
            on_fail="advisory",
            n=plan.n,
            accept=plan.accept,
            seed=11,
            sheet="5e" * 32,
            sheet_key=f"batches/sheet-{review_id[:8]}.csv",
            design_key=f"batches/design-{review_id[:8]}.json",
            as_of=at,
        ),
    )
    if not read:
        return drawn
    key = f"{RESULT}{review_id}.json"
    found = review_result(design.sample, _opinions(review_id), design.asked, key)
    rate = found.rate
    return book_reading(
        engine,
        drawn,
        Reading(
            file="f1" * 32,
            by="R. Okafor",
            object_key=f"batches/verdicts-{review_id[:8]}.csv",
            result_key=key,
            reviewed=rate.reviewed,
            defects=sum(one.defects for one in rate.strata),
            left=0,
            share=rate.share,
            low=rate.low,
            high=rate.high,
            verdict=found.verdict,
            as_of=at,
        ),
    )
