"""Votes with known truth, as the frames that audits read: who judged what, and what swayed them.

For statistics that need hundreds of batches, so no texts are written: features are numbers. A vote is the
logistic choice of `simulator.annotators`, over `skill` x quality gap + the annotator's slopes x feature
differences + position.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.float64]
PROXY = 0.7  # correlation of the quality proxy with the true gap, whose variance is 1 + 2 x 0.5²


@dataclass(frozen=True)
class Votes:
    """A batch: comparisons, feature differences (first less second) and a proxy of the quality gap."""

    frame: pl.DataFrame
    deltas: pl.DataFrame
    quality: Numbers


def votes(
    rng: np.random.Generator,
    count: int = 2500,
    *,
    annotators: int = 40,
    pairs_a_prompt: int = 1,
    judgements_a_pair: int = 1,
    sources: int = 8,
    features: int = 4,
    of_source: float = 0.0,
    slope_sd: float = 0.3,
    slopes: tuple[float, ...] = (),
    planted: float = 0.0,
    tie_share: float = 0.0,
    position: float = 0.1,
) -> Votes:
    """`count` votes by people of log-normal workloads (sd of the logarithm 1).

    Args:
        rng: the world's stream.
        count: number of votes.
        annotators: how many people share the work.
        pairs_a_prompt: pairs of responses that a prompt has.
        judgements_a_pair: how many people judge a pair.
        sources: models that write the responses, their strengths of sd 0.5.
        features: number of features, standard normal differences.
        of_source: share of each feature's variance that belongs to the source model.
        slope_sd: how much people differ in what each feature means to them, in logits.
        slopes: mean slope of the first features; 0 for the others, which nobody prefers on the whole.
        planted: share of votes decided by the sign of the first feature alone.
        tie_share: share of votes that are ties, whatever is compared.
        position: logits towards the response shown first.
    """
    pair = np.arange(count) // judgements_a_pair
    n_pairs = int(pair[-1]) + 1
    load = rng.lognormal(0.0, 1.0, annotators)
    who = rng.choice(annotators, count, p=load / load.sum())
    first, second = _two_sources(rng, sources, n_pairs)
    style = rng.normal(size=(sources, features))
    between = (style[first] - style[second]) / np.sqrt(2)
    own = rng.normal(size=(n_pairs, features))
    delta = (np.sqrt(of_source) * between + np.sqrt(1 - of_source) * own)[pair]
    strength = 0.5 * rng.normal(size=sources)
    gap = (strength[first] - strength[second] + rng.normal(size=n_pairs))[pair]
    mean = np.pad(np.asarray(slopes, dtype=np.float64), (0, features - len(slopes)))
    slope = mean + slope_sd * rng.normal(size=(annotators, features))
    skill = 1.2 * rng.lognormal(0.0, 0.25, annotators)
    leaning = skill[who] * gap + (slope[who] * delta).sum(axis=1) + position + rng.logistic(size=count)
    leaning = np.where(rng.random(count) < planted, delta[:, 0], leaning)
    tied = rng.random(count) < tie_share
    outcome = np.where(tied, 0.5, (leaning > 0).astype(np.float64))
    frame = _frame(
        pair=pair,
        prompt=pair // pairs_a_prompt,
        who=who,
        first=first[pair],
        second=second[pair],
        outcome=outcome,
    )
    proxy = PROXY * gap / np.sqrt(1.5) + np.sqrt(1 - PROXY**2) * rng.normal(size=n_pairs)[pair]
    return Votes(frame, pl.DataFrame({f"f{i}": delta[:, i] for i in range(features)}), proxy)


def _two_sources(
    rng: np.random.Generator, sources: int, pairs: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    first = rng.integers(0, sources, pairs)
    return first, (first + rng.integers(1, sources, pairs)) % sources


def _frame(
    *,
    pair: npt.NDArray[np.intp],
    prompt: npt.NDArray[np.intp],
    who: npt.NDArray[np.intp],
    first: npt.NDArray[np.intp],
    second: npt.NDArray[np.intp],
    outcome: Numbers,
) -> pl.DataFrame:
    numbers = {"pair": pair, "prompt_number": prompt, "who": who, "one": first, "two": second}
    return pl.DataFrame(numbers | {"outcome": outcome}).select(
        record_id=pl.format("r{}", pl.int_range(pl.len())),
        item_id=pl.format("i{}", "pair"),
        annotator_id=pl.format("a{}", "who"),
        prompt_key=pl.format("p{}", "prompt_number"),
        first=pl.format("answer {} left", "pair"),
        second=pl.format("answer {} right", "pair"),
        first_checkpoint=pl.format("m{}", "one"),
        second_checkpoint=pl.format("m{}", "two"),
        first_position=pl.lit(0),
        second_position=pl.lit(1),
        domain=pl.format("d{}", pl.col("prompt_number") % 3),
        language=pl.lit("en"),
        outcome="outcome",
        weight=pl.lit(1.0),
    )
