"""What a review has shown so far: the plan's verdict, the defect rate, where the defects are, who agrees.

The plan's verdict rests on its own simple random part alone; the defect rate on all accepted records that
were drawn, weighted (`quality.sampling.two_part`). A plan's decision stands: what is read later refines the
rate and not the verdict.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quality.intervals.wilson import wilson
from quality.sampling.acceptance import acceptance
from quality.sampling.defects import DefectRate, GroupDefects, StratumDefects, defect_rate, defect_rates_by
from quality.sampling.operating import OperatingCurve, operating_curve
from quality.sampling.opinions import Agreement, Opinion, agreement_of, split, verdicts_of
from quality.sampling.plans import SamplingPlan
from quality.sampling.two_part import DISCARDED, PLAN, ReviewSample
from quality.verdict import GateSpec, Verdict

DECIDED = ("pass", "fail")


@dataclass(frozen=True)
class StratumRate:
    """A stratum's defects, with the share and its 95 % interval; None while nobody has judged one of it."""

    found: StratumDefects
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class WronglyDiscarded:
    """Of `judged` discarded records in the sheet, those that reviewers call ``ok``, as a share."""

    drawn: int
    judged: int
    fit: int
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Asked:
    """What a review was asked for; without a `plan` there is no verdict."""

    plan: SamplingPlan | None
    spec: GateSpec
    verdicts_each: int


@dataclass(frozen=True)
class ReviewResult:
    """Everything a review has shown so far.

    `verdict` is the plan's, None where none was asked for; `curve` what that plan lets through. `kinds`
    counts defective accepted records by kind, as reviewers name them. `split` are items on which reviewers
    differ.
    """

    verdict: Verdict | None
    rate: DefectRate
    strata: tuple[StratumRate, ...]
    annotators: tuple[GroupDefects, ...]
    discarded: WronglyDiscarded
    kinds: tuple[tuple[str, int], ...]
    agreement: Agreement
    split: tuple[str, ...]
    reviewers: tuple[tuple[str, int], ...]
    curve: OperatingCurve | None


def review_result(
    sample: ReviewSample,
    opinions: Iterable[Opinion],
    asked: Asked,
    evidence: str | None = None,
    *,
    decided: Verdict | None = None,
) -> ReviewResult:
    """The result of `opinions` about the sample's records, which they name as its rows do.

    Args:
        sample: what was drawn.
        opinions: all that was said, in any order.
        asked: the plan, its clause, and how many reviewers a verdict takes.
        evidence: address of the rows behind the figures.
        decided: the plan's verdict of an earlier reading; one that passed or failed stands.
    """
    said = tuple(opinions)
    verdicts = verdicts_of(said, asked.verdicts_each)
    rate = defect_rate(sample.accepted, verdicts)
    return ReviewResult(
        verdict=_verdict(sample, verdicts, asked, evidence, decided),
        rate=rate,
        strata=tuple(map(_stratum, rate.strata)),
        annotators=defect_rates_by(sample.accepted, verdicts, "annotator_id"),
        discarded=_discarded(sample, verdicts),
        kinds=_kinds(said, {r: verdicts.get(r) for r in sample.accepted.rows["record_id"]}),
        agreement=agreement_of(said),
        split=split(said),
        reviewers=tuple(sorted(Counter(one.reviewer for one in said).items())),
        curve=operating_curve(asked.plan, asked.spec.threshold) if asked.plan else None,
    )


def _verdict(
    sample: ReviewSample,
    verdicts: Mapping[str, str],
    asked: Asked,
    evidence: str | None,
    decided: Verdict | None,
) -> Verdict | None:
    if asked.plan is None or (decided and decided.status in DECIDED):
        return decided
    found = Counter(verdicts.get(record) for record in sample.part(PLAN))
    return acceptance(asked.plan, asked.spec, found["ok"] + found["defect"], found["defect"], evidence)


def _stratum(found: StratumDefects) -> StratumRate:
    if not found.reviewed:
        return StratumRate(found, None, None, None)
    share = found.defects / found.reviewed
    return StratumRate(found, share, *wilson(share, found.reviewed))


def _discarded(sample: ReviewSample, verdicts: Mapping[str, str]) -> WronglyDiscarded:
    drawn = sample.part(DISCARDED)
    found = Counter(verdicts.get(record) for record in drawn)
    judged = found["ok"] + found["defect"]
    if not judged:
        return WronglyDiscarded(len(drawn), 0, 0, None, None, None)
    share = found["ok"] / judged
    return WronglyDiscarded(len(drawn), judged, found["ok"], share, *wilson(share, judged))


def _kinds(opinions: tuple[Opinion, ...], verdicts: Mapping[str, str | None]) -> tuple[tuple[str, int], ...]:
    """Defective accepted records by kind; one that reviewers call differently counts under each."""
    named = {(one.item, one.kind) for one in opinions if one.kind and verdicts.get(one.item) == "defect"}
    return tuple(sorted(Counter(kind for _, kind in named).items()))
