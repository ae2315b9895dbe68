"""Every audit of one batch, by name, each with what it needs: everything a report shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.audits import (
    authorship,
    demographics,
    disagreement,
    drift,
    formatting,
    gold_misses,
    judge,
    lean_drift,
    length,
    opening,
    position,
    style,
    sycophancy,
    ties,
    tone,
    wording,
)
from quality.audits.features.catalogue import ALL, JOINT
from quality.audits.features.measuring import Measured, measured
from quality.audits.finding import Finding, untested
from rampart.records.comparisons import comparisons


@dataclass(frozen=True, eq=False)
class Beside:
    """What stands beside a batch's records; each may be missing.

    `people`: see `quality.audits.demographics`. `judge`: record id → what a judge said, as `record_id`,
    `first_position`, `second_position`, `judge` (an outcome). `history`: see `quality.audits.drift`.
    `agreement`: who agrees with the prompt's view by a judge's tag, where the records do not declare it, as
    `record_id`, `first_position`, `second_position`, `agreement`.
    """

    people: pl.DataFrame | None = None
    judge: pl.DataFrame | None = None
    history: pl.DataFrame | None = None
    agreement: pl.DataFrame | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch's records under their contract, with what is worked out once for all audits."""

    records: pa.Table
    contract: Contract
    beside: Beside = field(default_factory=Beside)

    @cached_property
    def each(self) -> pl.DataFrame:
        """Comparisons, one row a judgement: for audits of people."""
        frame = comparisons(self.records)
        return frame if self.contract.annotation.order_shown else position.unplaced(frame)

    @cached_property
    def frame(self) -> pl.DataFrame:
        """Comparisons as the contract joins them: for audits of preferences."""
        if self.contract.annotation.aggregation == "judgement":
            return self.each
        frame = comparisons(self.records, "majority")
        return frame if self.contract.annotation.order_shown else position.unplaced(frame)

    @cached_property
    def found(self) -> Measured:
        """Every feature, measured on `frame`."""
        return measured(self.frame, ALL)

    @cached_property
    def found_each(self) -> Measured:
        """Every feature, measured on `each`."""
        return self.found if self.frame is self.each else measured(self.each, ALL)

    def told(self, table: pl.DataFrame | None, column: str) -> pl.Series | None:
        """The column of a table of `Beside` for each row of `each`; None without the table."""
        if table is None:
            return None
        # Its place in the record tells a pair of a K-wise judgement, even where it is not the order shown.
        pair = comparisons(self.records).select("record_id", "first_position", "second_position")
        on = ["record_id", "first_position", "second_position"]
        places = [pl.col(name).cast(pl.Int64) for name in on[1:]]
        known = table.select("record_id", *places, column).unique(on, keep="first")
        return pair.with_columns(places).join(known, on=on, how="left", maintain_order="left")[column]


Answer = tuple[Finding, ...]


@dataclass(frozen=True)
class Audit:
    """One audit: how it is run, and what it cannot do without.

    `needs` are fields of the canonical record, or tables of `Beside`; without any one of them every finding
    of the audit is `not_testable` and its reason names the field. `run` takes the batch and the
    address of its rows.
    """

    needs: tuple[str, ...]
    run: Callable[[Batch, str | None], Answer]


def _ties(batch: Batch, evidence: str | None) -> Answer:
    return (untested(ties.audit(batch.frame, evidence), "ties"),)


def _sycophancy(batch: Batch, evidence: str | None) -> Answer:
    declared = sycophancy.declared_agreement(batch.records, comparisons(batch.records))
    agreement = batch.told(batch.beside.agreement, "agreement") if declared is None else declared
    return (sycophancy.audit(batch.each, agreement, batch.contract.audits.sycophancy, evidence),)


def _golds(batch: Batch, evidence: str | None) -> Answer:
    placed = comparisons(batch.records)
    known = gold_misses.known_outcomes(batch.records, placed, batch.contract.annotation.scheme)
    return gold_misses.audit(batch.each, batch.found_each, known, batch.contract.audits.groups, evidence)


def _demographics(batch: Batch, evidence: str | None) -> Answer:
    terms = batch.contract
    return demographics.audit(
        batch.each,
        batch.found_each,
        batch.beside.people,
        terms.audits.groups,
        min_group=terms.annotators.min_group,
        evidence=evidence,
    )


def _style(batch: Batch, evidence: str | None) -> Answer:
    names = [feature.name for feature in JOINT]
    return (style.audit(batch.frame, batch.found.delta.select(names), batch.contract.audits.style, evidence),)


def _judge(batch: Batch, evidence: str | None) -> Answer:
    return judge.audit(batch.each, batch.told(batch.beside.judge, "judge"), evidence)


AUDITS: Mapping[str, Audit] = {
    "length": Audit(
        ("ranking", "responses"),
        lambda batch, at: (
            length.audit(batch.frame, batch.contract.audits.length, at),
            length.close(batch.frame, batch.contract.audits.length, at),
        ),
    ),
    "position": Audit(
        ("ranking",),
        lambda batch, at: (position.audit(batch.frame, batch.contract.audits.position, at),),
    ),
    "format": Audit(
        ("ranking", "responses"),
        lambda batch, at: formatting.audit(batch.frame, batch.found, batch.contract.audits.format, at),
    ),
    "opening": Audit(
        ("ranking", "responses"),
        lambda batch, at: opening.audit(batch.frame, batch.contract.audits.opening, at),
    ),
    "wording": Audit(
        ("ranking", "responses"),
        lambda batch, at: wording.audit(batch.frame, batch.found, batch.contract.audits.wording, at),
    ),
    "tone": Audit(
        ("ranking", "responses"),
        lambda batch, at: tone.audit(batch.frame, batch.found, batch.contract.audits.tone, at),
    ),
    "sycophancy": Audit(("ranking", "responses", "aspects"), _sycophancy),
    "style": Audit(("ranking", "responses"), _style),
    "ties": Audit(("ranking",), _ties),
    "ties_by_week": Audit(
        ("ranking", "submitted_at"),
        lambda batch, at: (ties.by_week(batch.frame, batch.contract.audits.groups, at),),
    ),
    "ties_by_annotator": Audit(
        ("ranking", "annotator_id"), lambda batch, at: (ties.by_annotator(batch.each, at),)
    ),
    "gold_misses": Audit(("ranking", "responses", "gold"), _golds),
    "authorship": Audit(
        ("ranking", "responses", "prompt_author_id", "annotator_id"),
        lambda batch, at: authorship.audit(batch.each, batch.found_each, batch.contract.audits.groups, at),
    ),
    "demographics": Audit(("ranking", "responses", "annotator_id", "people"), _demographics),
    "disagreement": Audit(
        ("ranking", "responses", "annotator_id"), lambda batch, at: disagreement.audit(batch.each, at)
    ),
    "judge": Audit(("ranking", "annotator_id", "judge"), _judge),
    "lean_drift": Audit(
        ("ranking", "responses", "submitted_at"),
        lambda batch, at: lean_drift.audit(batch.frame, batch.found, JOINT, batch.contract.audits.groups, at),
    ),
    "drift": Audit(("history",), lambda batch, at: drift.audit(batch.beside.history, at)),
}


def every_audit(batch: Batch, evidence: str | None = None) -> dict[str, Answer]:
    """All findings of a batch by audit, in the order a report shows them; nothing is left out in silence."""
    return {name: audit.run(batch, evidence) for name, audit in AUDITS.items()}
