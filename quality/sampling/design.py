"""How a sample was drawn, as it is kept: what each line of the sheet stands for, and what was asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl

from quality.sampling.draw import Stratum
from quality.sampling.plans import SamplingPlan
from quality.sampling.result import Asked
from quality.sampling.review_files import item_code
from quality.sampling.two_part import DISCARDED, ReviewSample
from quality.verdict import GateSpec

_ROWS = {"record_id": pl.String, "annotator_id": pl.String, "part": pl.String, "stratum": pl.String}


@dataclass(frozen=True)
class DesignRow:
    """One line of the sheet: the delivery's row (from 0) behind an item, and how it was drawn."""

    item: str
    row: int
    record_id: str
    annotator_id: str | None
    part: str
    stratum: str
    weight: float


@dataclass(frozen=True)
class Design:
    """Everything a filled-in sheet is read by. `kinds` are the contract's, `reviewers` who may judge."""

    review: str
    rows: tuple[DesignRow, ...]
    strata: tuple[Stratum, ...]
    lot: int
    lot_discarded: int
    seed: int
    asked: Asked
    kinds: dict[str, str]
    reviewers: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        """Accepted records on the sheet."""
        return sum(one.part != DISCARDED for one in self.rows)

    @property
    def discarded(self) -> int:
        """Discarded records on the sheet."""
        return len(self.rows) - self.accepted

    @property
    def sample(self) -> ReviewSample:
        """The sample, its records named as on the sheet."""
        rows = pl.DataFrame(
            [(one.item, one.annotator_id, one.part, one.stratum, one.weight) for one in self.rows],
            schema={**_ROWS, "weight": pl.Float64},
            orient="row",
        )
        return ReviewSample(rows, self.strata, self.lot, self.lot_discarded, self.seed)

    def as_json(self) -> bytes:
        """The same bytes for the same design."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False).encode(
            "utf-8", "backslashreplace"
        )


def design_of_sample(review: str, sample: ReviewSample, names: Sequence[str], asked: Asked) -> Design:
    """The design of a sample whose records are named by their row; `names` are their ids, in its order."""
    drawn = zip(sample.rows.iter_rows(named=True), names, strict=True)
    rows = tuple(
        DesignRow(
            item_code(review, number),
            int(row["record_id"]),
            name,
            row["annotator_id"],
            row["part"],
            row["stratum"],
            row["weight"],
        )
        for number, (row, name) in enumerate(drawn, 1)
    )
    return Design(review, rows, sample.strata, sample.lot, sample.lot_discarded, sample.seed, asked, {}, ())


def design_from(data: bytes) -> Design:
    """A design as `Design.as_json` wrote it."""
    told: dict[str, Any] = json.loads(data)
    asked = told["asked"]
    plan = asked["plan"]
    found = Asked(SamplingPlan(**plan) if plan else None, GateSpec(**asked["spec"]), asked["verdicts_each"])
    return replace(
        Design(**{**told, "asked": found}),
        rows=tuple(DesignRow(**row) for row in told["rows"]),
        strata=tuple(Stratum(**one) for one in told["strata"]),
        reviewers=tuple(told["reviewers"]),
        columns=tuple(told["columns"]),
    )


def rows_said(design: Design, verdicts: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """The rows behind the figures: each judged line with its record and its verdict."""
    return tuple(
        {**asdict(row), "verdict": verdicts[row.item]} for row in design.rows if row.item in verdicts
    )
