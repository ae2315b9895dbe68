"""Everything that is known of a batch's annotators: coefficients, consensus, evidence in two tiers, rings.

Nothing here says why somebody differs, and no figure discards a record. A report shows the rows of `evidence`
with their sentences, and lets people decide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from contracts.terms.annotation import Scheme
from quality.annotators import cycles, generated, gold, peers, rings, runs, sides, slopes, speed
from quality.annotators.cohen import PAIRS, pairwise
from quality.annotators.concentration import concentration
from quality.annotators.consensus import MOST_CELLS, Consensus, consensus, fits
from quality.annotators.evidence import EVIDENCE, Missing
from quality.annotators.labels import Labels, labels_of
from quality.annotators.reliability import reliability
from quality.annotators.tiers import INVESTIGATE, tiered
from quality.annotators.wording import sentence
from quality.gates.batch.gold import answered
from quality.verdict import GateSpec, Status, Verdict
from rampart.records.comparisons import comparisons

CLAUSE = "annotators"
Found = pl.DataFrame | Missing
COMPARING = ("binary", "arena", "likert", "ranking", "rating")


@dataclass(frozen=True)
class People:
    """What a report needs to know of the annotators.

    `verdicts` are the coefficients, the concentration and one verdict a statistic. `evidence` has a row an
    annotator and statistic (`EVIDENCE`), with `q`, `sanction_q`, `investigate`, `sanction` and a `sentence`.
    `missing` says what could not be computed and which field is lacking. `by_pace` is None where no answer or
    no duration is known.
    """

    verdicts: tuple[Verdict, ...]
    evidence: pl.DataFrame
    missing: tuple[Missing, ...]
    pairs: pl.DataFrame
    rings: tuple[rings.Ring, ...]
    consensus: Consensus | None
    by_pace: pl.DataFrame | None


def people(
    records: pa.Table,
    contract: Contract,
    deltas: pl.DataFrame | None = None,
    known: np.ndarray | None = None,
    evidence: str | None = None,
) -> People:
    """Judge the people behind `records`.

    Args:
        records: canonical records that passed the record gates.
        contract: scheme, order shown, promised accuracy, smallest group reported.
        deltas: feature differences aligned with `comparisons(records)`, one column a feature.
        known: other explanations of each comparison (quality, source models), (n, k).
        evidence: address of the rows, carried into the verdicts.
    """
    records = records.combine_chunks()  # each look at nested columns of many chunks would take seconds
    scheme = contract.annotation.scheme
    labels = labels_of(records, scheme)
    shared = rings.shared_texts(records, contract.gates.near_duplicate_similarity)
    found = list(_found(records, contract, labels, shared, (deltas, known)))
    if labels and not fits(labels):
        found.append(Missing("consensus", "annotator_id", _TOO_LARGE))
    missing = tuple(each for each in found if isinstance(each, Missing))
    rows = _tiered([each for each in found if isinstance(each, pl.DataFrame)])
    counts = _judgements(records)
    return People(
        (
            *reliability(records, contract, evidence),
            concentration(records, evidence),
            *(_missing(each, records.num_rows, evidence) for each in missing),
            *_verdicts(rows, counts, evidence),
        ),
        rows,
        missing,
        pl.DataFrame(schema=PAIRS) if labels is None else pairwise(labels),
        rings.rings(shared),
        _consensus(labels) if labels else None,
        _by_pace(records, scheme),
    )


_TOO_LARGE = (
    f"Dawid & Skene's model of so many items, annotators and values needs more than {MOST_CELLS:,} numbers "
    "and is not fitted; fewer annotators at a time would do."
)


def _consensus(labels: Labels) -> Consensus | None:
    known = len(labels.items) > 0 and len(labels.value_names) > 1
    return consensus(labels) if known and fits(labels) else None


def _found(
    records: pa.Table,
    contract: Contract,
    labels: Labels | None,
    shared: pl.DataFrame,
    explained: tuple[pl.DataFrame | None, np.ndarray | None],
) -> Iterator[Found]:
    named = len(_judgements(records))
    if named < contract.annotators.min_group:
        field = "annotator_id"
        least = contract.annotators.min_group
        reason = f"{named:,} annotators are named; figures about fewer than {least} are not reported."
        yield from (Missing(name, field, reason) for name in STATISTICS)
        return
    promised = contract.annotators.gold.min_accuracy if contract.annotators.gold else None
    yield from gold.evidence(answered(records, contract.annotation.scheme), promised)
    yield peers.evidence(labels) if labels else Missing(peers.STATISTIC, "scheme", _NO_LABEL)
    yield from speed.evidence(speed.paces(records))
    yield _runs(records, contract)
    yield from _preferences(records, contract, *explained)
    yield rings.evidence(shared)
    frame = pl.DataFrame(pl.from_arrow(records.select(["annotator_id", "rationale"])))
    yield generated.evidence(frame["annotator_id"], frame["rationale"])


STATISTICS = (
    gold.STATISTIC,
    gold.SEQUENTIAL,
    peers.STATISTIC,
    speed.PACE,
    speed.HASTE,
    runs.STATISTIC,
    sides.STATISTIC,
    cycles.STATISTIC,
    "slopes",
    rings.STATISTIC,
    generated.STATISTIC,
)
_NO_LABEL = "The scheme gives no label of an item as a whole that people could agree on."


def _preferences(
    records: pa.Table, contract: Contract, deltas: pl.DataFrame | None, known: np.ndarray | None
) -> Iterator[Found]:
    if contract.annotation.scheme.kind not in COMPARING:
        reason = f"The scheme {contract.annotation.scheme.kind} compares no responses."
        yield from (
            Missing(name, "ranking", reason) for name in (sides.STATISTIC, cycles.STATISTIC, "slopes")
        )
        return
    frame = comparisons(records)
    if contract.annotation.order_shown:
        yield sides.evidence(frame)
    else:
        yield Missing(sides.STATISTIC, "order_shown", _NO_ORDER)
    yield cycles.evidence(frame)
    if deltas is None:
        yield Missing("slopes", "features", "No feature of the responses was measured.")
    else:
        yield from slopes.evidence(deltas, frame, known)


_NO_ORDER = "The files do not list responses in the order shown."


def _runs(records: pa.Table, contract: Contract) -> Found:
    comparing = contract.annotation.scheme.kind != "category"
    if comparing and not contract.annotation.order_shown:
        return Missing(runs.STATISTIC, "order_shown", _NO_ORDER)
    columns = ["annotator_id", "ranking", "category", "submitted_at", "started_at"]
    frame = pl.DataFrame(pl.from_arrow(records.select(columns)))
    ranks = pl.col("ranking").cast(pl.List(pl.String)).list.join(",")
    return runs.evidence(
        frame.select(
            "annotator_id", value=pl.coalesce("category", ranks), at=pl.coalesce("submitted_at", "started_at")
        )
    )


def _judgements(records: pa.Table) -> dict[str, int]:
    """How many judgements each annotator made."""
    named = pl.DataFrame(pl.from_arrow(records.select(["annotator_id"])))["annotator_id"].drop_nulls()
    return dict(named.value_counts().iter_rows())


def _tiered(found: list[pl.DataFrame]) -> pl.DataFrame:
    rows = tiered(pl.concat([pl.DataFrame(schema=EVIDENCE), *found]))
    told = [sentence(row) for row in rows.iter_rows(named=True)]
    return rows.with_columns(sentence=pl.Series(told, dtype=pl.String))


def _missing(missing: Missing, n: int, evidence: str | None) -> Verdict:
    reason = f"{missing.reason} Needed: {missing.field}."
    return Verdict(_spec(missing.statistic), "not_testable", None, None, None, n, reason, evidence)


def _verdicts(rows: pl.DataFrame, counts: dict[str, int], evidence: str | None) -> Iterator[Verdict]:
    """One verdict a statistic: the share of judgements by those whom it has somebody look at."""
    total = sum(counts.values())
    for (statistic,), part in rows.group_by("statistic", maintain_order=True):
        shown = part.filter("investigate")["annotator_id"]
        grave = int(part["sanction"].sum())
        share = sum(counts[name] for name in shown) / total
        status: Status = "warn" if len(shown) else "pass"
        reason = (
            f"{len(shown):,} of {part.height:,} annotators differ from the crowd in {statistic} by more than "
            f"it explains (false discovery rate {INVESTIGATE:.0%} over all statistics together), with "
            f"{share:.1%} of the judgements; for {grave:,} of them the evidence would bear a consequence."
        )
        yield Verdict(_spec(cast("str", statistic)), status, share, None, None, part.height, reason, evidence)


def metric_of(statistic: str) -> str:
    """The metric that the verdict on a statistic is booked under."""
    return f"{statistic}_share"


def _spec(statistic: str) -> GateSpec:
    return GateSpec(CLAUSE, metric_of(statistic), 0.0, "none")


QUARTERS = 4  # each holds a judgement at least


def _by_pace(records: pa.Table, scheme: Scheme) -> pl.DataFrame | None:
    """Accuracy on gold questions by quarter of the durations."""
    known = answered(records, scheme).drop_nulls(["duration_s", "right"])
    if known.height < QUARTERS:
        return None
    return speed.accuracy_by_pace(known["duration_s"].to_numpy(), known["right"].to_numpy(), QUARTERS)
