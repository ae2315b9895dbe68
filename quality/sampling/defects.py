r"""How many of the accepted records are defective, by what people saw in a sample?

**Model.** With weights $w_i = N_h / n_h$ over the *reviewed* records of each stratum, the defect rate is
Horvitz and Thompson's $\hat p = \frac1N \sum_i w_i y_i$ (1952, doi:10.2307/2280784). Its variance is that of
independent draws within strata, $\sum_h (N_h / N)^2 (1 - n_h / N_h)\, \tilde p_h (1 - \tilde p_h) / n_h$
with $\tilde p_h = (x_h + 1/2) / (n_h + 1)$, which stays above 0 where no defect was found; it gives the
effective n and with it Wilson's 95 % interval (Korn & Graubard 1998, Survey Methodology 24(2); Dean & Pagano
2015, doi:10.1093/jssam/smv024).

**Fields needed.** The sample (`quality.sampling.draw`) and verdicts (`quality.sampling.review_files`).

**Why so.** Drawn in the annotators' order, strata vary less than independent draws would, so the interval
errs on the wide side.

**What it does not say.** Records drawn and not reviewed are taken for like the reviewed ones of their
stratum, and `unsure` ones as not reviewed: both are counted, and if reviewers skip what is hard the rate is
too low. A stratum nobody has reviewed leaves the rate unknown: not testable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from quality.intervals.wilson import weighted_wilson, wilson
from quality.sampling.draw import Sample


@dataclass(frozen=True)
class StratumDefects:
    """What was found in a stratum: `defects` of `reviewed`, of `size` accepted records."""

    name: str
    size: int
    drawn: int
    reviewed: int
    defects: int


@dataclass(frozen=True)
class DefectRate:
    """The defect rate of all accepted records with its 95 % interval; None where it cannot be told.

    `unreviewed` counts drawn records without a verdict, `unsure` those whose verdict is that.
    """

    share: float | None
    low: float | None
    high: float | None
    reviewed: int
    unreviewed: int
    unsure: int
    effective_n: float | None
    strata: tuple[StratumDefects, ...]
    reason: str


@dataclass(frozen=True)
class GroupDefects:
    """A group's defect rate with its 95 % interval, among the records that were reviewed."""

    group: str
    reviewed: int
    defects: int
    share: float
    low: float
    high: float


def defect_rate(sample: Sample, verdicts: Mapping[str, str]) -> DefectRate:
    """The rate by `verdicts`: record id → ``ok``, ``defect`` or ``unsure``; ids not drawn are ignored."""
    given = _given(sample, verdicts)
    strata = tuple(_stratum(given, one.name, one.size, one.drawn) for one in sample.strata)
    unsure = given.filter(verdict="unsure").height
    return _rate(strata, given["verdict"].null_count(), unsure)


def together(lots: Sequence[tuple[str, DefectRate]]) -> DefectRate:
    """The rate of several lots as one, such as a contract's reviewed weeks; each goes by its name.

    Every lot's strata are strata of the whole, so that a lot counts by its size and not by its sample's.
    """
    strata = tuple(
        replace(one, name=f"{name}: {one.name}" if one.name else name)
        for name, lot in lots
        for one in lot.strata
    )
    return _rate(strata, sum(lot.unreviewed for _, lot in lots), sum(lot.unsure for _, lot in lots))


def with_the_rest(first: DefectRate, rest: DefectRate) -> DefectRate:
    """A lot of which a second sheet holds all that the first one left.

    What was drawn first is then no sample of the lot but a part of it of its own, nearly all of it looked at.
    """
    drawn, reviewed = sum(one.drawn for one in first.strata), sum(one.reviewed for one in first.strata)
    defects = sum(one.defects for one in first.strata)
    strata = (StratumDefects("drawn first", drawn, drawn, reviewed, defects), *rest.strata)
    return _rate(strata, first.unreviewed + rest.unreviewed, first.unsure + rest.unsure)


def _rate(strata: tuple[StratumDefects, ...], unreviewed: int, unsure: int) -> DefectRate:
    reviewed = sum(one.reviewed for one in strata)
    blank = [one.name for one in strata if not one.reviewed]
    if blank:
        reason = f"Nobody has reviewed a record of {'; '.join(blank)}, so the rate cannot be told."
        return DefectRate(None, None, None, reviewed, unreviewed, unsure, None, strata, reason)
    total = sum(one.size for one in strata)
    share = sum(one.size / total * one.defects / one.reviewed for one in strata)
    effective_n = _effective_n(strata, total)
    low, high = (share, share) if effective_n is None else wilson(share, effective_n)
    reason = (
        f"{sum(one.defects for one in strata):,} of {reviewed:,} reviewed records are defective, which "
        f"stands for {share:.2%} of {total:,} (95 % interval {low:.2%} to {high:.2%}); {unreviewed:,} drawn "
        f"records have no verdict and {unsure:,} are unsure."
    )
    return DefectRate(share, low, high, reviewed, unreviewed, unsure, effective_n, strata, reason)


def defect_rates_by(sample: Sample, verdicts: Mapping[str, str], column: str) -> tuple[GroupDefects, ...]:
    """The weighted rate within each value of `column` of the sample's rows, such as ``annotator_id``."""
    judged = _given(sample, verdicts).filter(pl.col("verdict").is_in(["ok", "defect"])).drop_nulls(column)
    found = []
    for (group,), rows in judged.group_by(column):
        wrong = (rows["verdict"] == "defect").to_numpy()
        share, low, high = weighted_wilson(wrong, rows["weight"].to_numpy())
        found.append(GroupDefects(str(group), rows.height, int(wrong.sum()), share, low, high))
    return tuple(sorted(found, key=lambda one: one.group))


def _given(sample: Sample, verdicts: Mapping[str, str]) -> pl.DataFrame:
    told = pl.DataFrame(
        {"record_id": list(verdicts), "verdict": list(verdicts.values())},
        schema={"record_id": pl.String, "verdict": pl.String},
    )
    return sample.rows.join(told, on="record_id", how="left", maintain_order="left")


def _stratum(given: pl.DataFrame, name: str, size: int, drawn: int) -> StratumDefects:
    verdicts = given.filter(stratum=name)["verdict"]
    defects = int((verdicts == "defect").sum())
    return StratumDefects(name, size, drawn, int((verdicts == "ok").sum()) + defects, defects)


def _effective_n(strata: tuple[StratumDefects, ...], total: int) -> float | None:
    """How many independent records would tell as much; None where every record was reviewed."""
    smoothed = [(one, (one.defects + 0.5) / (one.reviewed + 1)) for one in strata]
    share = sum(one.size / total * rate for one, rate in smoothed)
    variance = sum(
        (one.size / total) ** 2 * (1 - one.reviewed / one.size) * rate * (1 - rate) / one.reviewed
        for one, rate in smoothed
    )
    return share * (1 - share) / variance if variance > 0 else None
