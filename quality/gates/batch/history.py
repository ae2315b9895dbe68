r"""Do a contract's batches use ties, strengths and domains as its earlier ones did?

**Model.** Earlier batches $b$ and this one count judgements by kind. Pearson's $X^2$ of this batch against
all earlier ones together, over its degrees of freedom, is divided by the dispersion $\hat\phi = \max(1, X^2 /
df)$ that the earlier batches show among themselves: weeks differ in their prompts and people, and that much
is no change. The ratio is compared with $F$ (McCullagh & Nelder 1989, *Generalized Linear Models*, section
4.5). With $t$ such questions a batch each is asked at $0.01 / t$ (Bonferroni), so that an unchanged vendor is
told of in at most one week in a hundred. As a large batch finds any difference, a change is told of only
where some share moved by more than 0.05 as well, what a mix tolerates by default: *warn* then, and *fail*
(advisory) when the interval of the move lies wholly beyond it. The stability index stands in the reason.

The figure is the largest change of a share; its interval is normal, Bonferroni over the kinds, with variances
times $\hat\phi$.

**Fields needed.** `ranking`, `both_bad`, `strength`, `domain` of this batch and of earlier accepted ones: at
least three and 200 judgements in all, else `not_testable`. The newest eight are looked at.

**What it does not say.** Whether the old or the new way is right: a new guideline should change it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Literal

import numpy as np
import polars as pl
import pyarrow as pa
from scipy import stats

from quality.gates.batch.multinomial import Numbers, stability_index
from quality.verdict import GateSpec, Status, Verdict

COLUMNS = ("ranking", "both_bad", "strength", "domain")
BATCHES = 8
LEAST_BATCHES, LEAST_ROWS = 3, 200
FALSE_ALARMS = 0.01
TOLERATED = 0.05
STRENGTHS = 5  # equal parts of 0..1
DOMAINS = "mix.domain"  # the clause that a contract without a plan might have set


Kind = Literal["ties", "strengths", "domains"]


@dataclass(frozen=True)
class Tally:
    """Judgements of one batch by kind: who won or not (`ties`), how strongly, and in which domain."""

    ties: Mapping[str, int]
    strengths: Mapping[str, int]
    domains: Mapping[str, int]


@dataclass(frozen=True)
class History:
    """The contract's earlier accepted batches, oldest first, and how each of them was counted."""

    batches: tuple[Tally, ...] = field(default=())


def tally(records: pa.Table) -> Tally:
    """Count canonical records; of them only `COLUMNS` are read."""
    frame = pl.DataFrame(pl.from_arrow(records.select(COLUMNS)))
    ranks = pl.col("ranking").list
    tied = ranks.max() == ranks.min()
    bad = pl.col("both_bad").fill_null(value=False)
    tie = pl.when(tied).then(pl.lit("tie")).otherwise(pl.lit("decided"))
    compared = frame.filter(ranks.len() >= 2)
    part = (pl.col("strength") * STRENGTHS).ceil().clip(1, STRENGTHS).cast(pl.Int64)
    strong = compared.filter(~tied).drop_nulls("strength")
    return Tally(
        _counts(compared.select(kind=pl.when(bad).then(pl.lit("both bad")).otherwise(tie))),
        _counts(strong.select(kind=pl.format("strength {}/{}", part, pl.lit(STRENGTHS)))),
        _counts(frame.select(kind="domain").drop_nulls()),
    )


def _counts(frame: pl.DataFrame) -> dict[str, int]:
    return dict(frame["kind"].value_counts().sort("kind").iter_rows())


def shifts(
    now: Tally,
    history: History,
    kinds: tuple[Kind, ...] = ("ties", "strengths"),
    evidence: str | None = None,
) -> tuple[Verdict, ...]:
    """How far the `kinds` of judgements of this batch are from those of the earlier ones.

    Strengths are left out where this batch has none, as in schemes without one.
    """
    asked = [name for name in kinds if name != "strengths" or now.strengths]
    batches = history.batches[-BATCHES:]
    found = []
    for name in asked:
        clause = DOMAINS if name == "domains" else "annotation.scheme"
        spec = GateSpec(clause, f"{name.removesuffix('s')}_shift", TOLERATED, "none")
        earlier = [getattr(batch, name) for batch in batches if getattr(batch, name)]
        found.append(_shift(spec, getattr(now, name), earlier, FALSE_ALARMS / len(asked), evidence))
    return tuple(found)


def _shift(
    spec: GateSpec,
    now: Mapping[str, int],
    earlier: list[Mapping[str, int]],
    level: float,
    evidence: str | None,
) -> Verdict:
    kinds = sorted(set(now).union(*earlier))
    table = np.array([[batch.get(kind, 0) for kind in kinds] for batch in [*earlier, now]], dtype=np.float64)
    n, before = int(table[-1].sum()), int(table[:-1].sum())
    if len(earlier) < LEAST_BATCHES or before < LEAST_ROWS or not n:
        reason = (
            f"{len(earlier)} earlier batches with {before:,} such judgements and {n:,} in this one; at least "
            f"{LEAST_BATCHES} with {LEAST_ROWS} are needed to know what is usual."
        )
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    return _judged(spec, kinds, table, level, evidence)


def _judged(spec: GateSpec, kinds: list[str], table: Numbers, level: float, evidence: str | None) -> Verdict:
    usual, now = table[:-1].sum(axis=0), table[-1]
    dispersion, freedom = _dispersion(table[:-1])
    statistic, df = _pearson(np.array([usual, now]))
    p = float(stats.f.sf(statistic / df / dispersion, df, freedom)) if df else 1.0
    index = stability_index(now, usual / usual.sum())
    shares, expected = now / now.sum(), usual / usual.sum()
    most = int(np.argmax(np.abs(shares - expected)))
    z = NormalDist().inv_cdf(1 - 0.025 / len(kinds))
    spread = shares * (1 - shares) / now.sum() + expected * (1 - expected) / usual.sum()
    change, half = float(shares[most] - expected[most]), float(z * np.sqrt(dispersion * spread[most]))
    low, high = max(0.0, abs(change) - half), min(1.0, abs(change) + half)
    told = p < level and abs(change) > TOLERATED
    status: Status = "pass" if not told else "fail" if low > TOLERATED else "warn"
    # A domain is a vendor's word, and those stay out of verdicts.
    kind = repr(kinds[most]) if spec.clause != DOMAINS else "the domain that moved most"
    said = "beyond chance and what weeks differ by" if p < level else "within what chance and weeks explain"
    reason = (
        f"{kind} is {shares[most]:.1%} of {int(now.sum()):,}, in {len(table) - 1} earlier batches "
        f"{expected[most]:.1%} of {int(usual.sum()):,}: {change:+.1%} (95 % interval {change - half:+.1%} to "
        f"{change + half:+.1%}); {said} (p = {p:.2g}, asked below {level:g}; dispersion of weeks "
        f"{dispersion:.2f}); a move of {TOLERATED:.0%} is tolerated; stability index {index:.3f}."
    )
    return Verdict(spec, status, abs(change), low, high, int(now.sum()), reason, evidence)


def _dispersion(earlier: Numbers) -> tuple[float, int]:
    """How much more the earlier batches differ than chance explains, and on how many degrees of freedom."""
    statistic, df = _pearson(earlier)
    # A kind that only this batch has varied in none of the earlier ones, which is as much of an observation.
    return max(1.0, statistic / df) if df else 1.0, (earlier.shape[0] - 1) * max(1, earlier.shape[1] - 1)


def _pearson(table: Numbers) -> tuple[float, int]:
    """X² of homogeneity and its degrees of freedom, over the rows and columns that hold anything."""
    held = table[:, table.sum(axis=0) > 0]
    held = held[held.sum(axis=1) > 0]
    df = (held.shape[0] - 1) * (held.shape[1] - 1)
    if not df:
        return 0.0, 0
    expected = np.outer(held.sum(axis=1), held.sum(axis=0)) / held.sum()
    return float(((held - expected) ** 2 / expected).sum()), df
