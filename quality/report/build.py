"""One batch → its report: every audit, the joint model with its own error rates, and the people.

Multiplicity is handled here, once: the p-values of the features, of the slices and of all other audits go
through one weighted Benjamini-Hochberg procedure (`quality.audits.joint.multiplicity`). Evidence on people
has its own two allowances (`quality.annotators.tiers`): it decides whom to look at, not what a batch leans
on.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.annotators.people import People, people
from quality.audits import drift
from quality.audits.every import AUDITS, Batch, Beside
from quality.audits.features.catalogue import JOINT
from quality.audits.joint.fit import JointResult
from quality.audits.joint.multiplicity import adjusted
from quality.audits.joint.report import JointReport, joint_report
from quality.report.earlier import coefficients, comparable, scales_of
from quality.report.examples import Examples
from quality.report.limits import limited, widest
from quality.report.model import (
    GRAVITY,
    VERSION,
    AuditReport,
    Facts,
    Joint,
    Multiplicity,
    Row,
    Sampled,
    SelfAudit,
    SliceRow,
)
from quality.report.people import people_part
from quality.report.rows import calibrated, effect_row, finding_rows, with_q
from quality.report.sample import Drawn, drawn_items, drawn_pairs

METHOD = "Weighted Benjamini-Hochberg over all families together, an equal part each; found at q up to 5 %."
NO_QUALITY = "No reward model fitted without this batch is at hand, so quality is not held still."


@dataclass(frozen=True, eq=False)
class Quality:
    """A reward model fitted without the batch: what it makes of each comparison, and which model it is.

    `score` gives, for comparisons, the first response's score less the second's; NaN where unknown.
    """

    score: Callable[[pl.DataFrame], np.ndarray]
    said: str


def audit_report(
    records: pa.Table,
    contract: Contract,
    week: int,
    *,
    beside: Beside | None = None,
    quality: Quality | None = None,
    evidence: str | None = None,
) -> AuditReport:
    """Say everything that is known of a batch.

    Args:
        records: canonical records that passed the record gates.
        contract: its terms.
        week: its contract week.
        beside: tables that stand beside the records; `history` are coefficients of earlier weeks
            (`quality.report.earlier`).
        quality: a reward model fitted without this batch.
        evidence: address of the rows, carried into the findings.
    """
    whole, items = records.num_rows, drawn_items(records)
    if items.sampled is not None:
        records = records.filter(pa.array(items.kept.to_numpy()))
    records = records.combine_chunks()
    batch, seed = Batch(records, contract, beside or Beside()), seed_of(records, contract)
    pairs = drawn_pairs(batch.frame)
    model = _joint(batch, pairs, quality, seed)
    fitted = limited(model.result, contract.audits)
    others = {name: audit for name, audit in AUDITS.items() if name != "drift"}
    rows = finding_rows({name: audit.run(batch, evidence) for name, audit in others.items()}, batch)
    spread = 1.0 if model.placebos is None else model.placebos.spread
    rows = tuple(calibrated(row, spread) for row in rows)
    scales = scales_of(fitted)

    def rows_of(result: JointResult) -> tuple[Row, ...]:
        return tuple(effect_row(each, batch, scales.get(each.feature)) for each in result.effects)

    # Its coefficients are the joint model's, which are calibrated already.
    rows += _drift(batch, rows_of(fitted), fitted, week, evidence)
    families = {
        "features": fitted.p_values,
        "slices": model.slices["p"].to_list(),
        "findings": [row.p for row in rows],
    }
    q = adjusted(families)
    examples = Examples(batch, seed)
    findings = _with_examples(with_q(rows, q["findings"]), examples)
    result = fitted.with_q(q["features"])
    effects = _with_examples(rows_of(result), examples)
    persons = people_part(_people(batch, result, evidence), batch, examples)
    tested = {name: sum(p is not None for p in family) for name, family in families.items()}
    rated = (*findings, *effects, *persons.reliability, *persons.statistics)
    statuses = Counter(row.status for row in rated)
    return AuditReport(
        version=VERSION,
        facts=_facts(batch, whole, week, seed, _sampled(items, pairs)),
        summary={status: statuses[status] for status in GRAVITY},
        multiplicity=Multiplicity(tested, METHOD),
        own=_own(model),
        findings=findings,
        joint=Joint(
            effects,
            result.about or "No model could be fitted.",
            dict(sorted(result.source_strengths.items())),
            NO_QUALITY if quality is None else quality.said,
            result.quality_coefficient,
        ),
        slices=_slices(model.slices, q["slices"]),
        not_sliced=dict(model.not_sliced),
        people=persons,
    )


def seed_of(records: pa.Table, contract: Contract) -> int:
    """A number that is the same for the same records under the same contract, in whatever order they come."""
    ids = "\n".join(sorted(map(str, records["record_id"].to_pylist())))
    return int.from_bytes(hashlib.sha256(f"{contract.contract_id}\n{ids}".encode()).digest()[:4], "big")


def _joint(batch: Batch, pairs: Drawn, quality: Quality | None, seed: int) -> JointReport:
    frame, delta = batch.frame, batch.found.delta.select(feature.name for feature in JOINT)
    if pairs.sampled is not None:
        frame, delta = frame.filter(pairs.kept), delta.filter(pairs.kept)
    scores = quality.score(frame) if quality is not None and not frame.is_empty() else None
    return joint_report(frame, delta, scores, limit=widest(batch.contract.audits), seed=seed)


def _drift(
    batch: Batch,
    effects: tuple[Row, ...],
    result: JointResult,
    week: int,
    evidence: str | None,
) -> tuple[Row, ...]:
    """This week's coefficients against those of earlier weeks."""
    history, left_out = comparable(batch.beside.history, coefficients(effects, result, week))
    rows = finding_rows({"drift": drift.audit(history, evidence)}, batch)
    return tuple(replace(row, reason=row.reason + left_out) for row in rows)


def _people(batch: Batch, result: JointResult, evidence: str | None) -> People:
    # A feature in which next to no sides differ tells nobody apart.
    judged = {effect.feature for effect in result.effects if effect.q is not None}
    features = [feature for feature in JOINT if feature.name in judged]
    delta = None
    if features:
        names = [feature.name for feature in features]
        delta = batch.found_each.delta.select(names)
    return people(batch.records, batch.contract, delta, evidence=evidence)


def _sampled(items: Drawn, pairs: Drawn) -> Sampled | None:
    found = [drawn.sampled for drawn in (items, pairs) if drawn.sampled is not None]
    if not found:
        return None
    return Sampled(found[0].taken, found[0].of, " ".join(each.reason for each in found))


def _with_examples(rows: tuple[Row, ...], examples: Examples) -> tuple[Row, ...]:
    return tuple(replace(row, examples=examples.of_row(row)) for row in rows)


def _slices(table: pl.DataFrame, q: list[float | None]) -> tuple[SliceRow, ...]:
    names = [name for name in SliceRow.__dataclass_fields__ if name != "q"]
    rows = table.select(names).iter_rows(named=True)
    return tuple(SliceRow(**row, q=each) for row, each in zip(rows, q, strict=True))


def _own(model: JointReport) -> SelfAudit | None:
    placebos, power = model.placebos, model.power
    if placebos is None or power is None:
        return None
    return SelfAudit(
        placebos=placebos.number,
        false_alarms=placebos.rates,
        spread=placebos.spread,
        calibrated=placebos.calibrates,
        plants=power.plants,
        planted=power.shares,
        found=power.found,
        minimum_detectable=power.minimum_detectable,
        reason=f"{placebos.reason} {power.reason}",
    )


def _facts(batch: Batch, whole: int, week: int, seed: int, sampled: Sampled | None) -> Facts:
    frame, terms = batch.frame, batch.contract
    who = pl.Series("who", pl.from_arrow(batch.records["annotator_id"]))
    return Facts(
        contract_id=terms.contract_id,
        version=terms.version,
        vendor=terms.vendor.name,
        week=week,
        records=whole,
        comparisons=frame.height,
        ties=int((frame["outcome"] == 0.5).sum()),
        annotators=who.drop_nulls().n_unique(),
        prompts=frame["prompt_key"].n_unique(),
        aggregation=terms.annotation.aggregation,
        order_shown=terms.annotation.order_shown,
        seed=seed,
        sampled=sampled,
    )
