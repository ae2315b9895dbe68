r"""Which response a vendor should write anew, so that a pair differs in all but the feature.

**Model.** An association says that the side with more of a feature wins; a pair that is rewritten to have as
much of it on both sides, and judged again, says whether the feature is why. To tell a win rate of $1/2 + m$
from $1/2$ at the two-sided 5 % level four times in five takes

$$n = \lceil (z_{0.975} + z_{0.8})^2 / (4 m^2) \rceil$$

pairs (normal approximation; Fleiss, Levin & Paik 2003, *Statistical Methods for Rates and Proportions*,
chapter 4): 197 at the usual `max_lean` $m$ of 0.10. Half of them are pairs that the side with more won and
half that it lost, of each at random: pairs picked for their outcome would come back to the mean by
themselves.

**Fields needed.** `responses`, `ranking`.

**What it does not say.** What the new judgements will be. That a rewritten text kept its content is for
somebody to check.
"""

import hashlib

import numpy as np
import polars as pl
from scipy import stats

from quality.audits.features.feature import Feature
from quality.audits.orientation import oriented
from quality.mitigation.audited import decided


def needed(max_lean: float) -> int:
    """How many rewritten pairs tell a win rate of 1/2 + `max_lean` from 1/2 four times in five."""
    z = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    return int(np.ceil((z / (2 * max_lean)) ** 2))


def requested(
    frame: pl.DataFrame, delta: pl.Series, feature: Feature, max_lean: float, seed: int
) -> pl.DataFrame:
    """The pairs to rewrite, and how.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        delta: the feature's difference, first less second, rows as in `frame`.
        feature: what is to be made equal.
        max_lean: the contract's limit, which says how many pairs it takes.
        seed: of which pairs are drawn.

    Returns:
        `request`, `record_id`, `item_id`, `position` and `sha256` of the response to write anew, `against`
        (the position of the other), `characters` it has and `target_characters`, null where its length is
        free, and `instruction`; no text of the work, which the vendor has. One request a pair, whoever judged
        it.
    """
    rows = frame.with_columns(delta=delta, pair=oriented(frame)["pair"]).with_row_index("row")
    rows = rows.filter(pl.Series(decided(frame, delta))).unique("pair", keep="first", maintain_order=True)
    more = pl.col("delta") > 0
    rows = rows.with_columns(more=more, won=more == (pl.col("outcome") == 1.0))
    places = _drawn(rows["won"].to_numpy(), needed(max_lean), seed)
    drawn = pl.DataFrame(rows[places.tolist()]).sort("row")
    anew = pl.when("more").then(pl.col("first")).otherwise(pl.col("second"))
    other = pl.when("more").then(pl.col("second")).otherwise(pl.col("first"))
    place = pl.when("more").then(pl.col("first_position")).otherwise(pl.col("second_position"))
    against = pl.when("more").then(pl.col("second_position")).otherwise(pl.col("first_position"))
    target = other.str.len_chars() if feature.group == "length" else pl.lit(None, dtype=pl.UInt32)
    told = drawn.select(
        "record_id",
        "item_id",
        position=place,
        against=against,
        sha256=anew.map_elements(_sha256, return_dtype=pl.String),
        characters=anew.str.len_chars(),
        target_characters=target,
        instruction=pl.lit(_instruction(feature)),
    )
    return told.with_row_index("request", offset=1)


def _drawn(won: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Places of `most` rows, half of them won as far as there are enough of both."""
    random = np.random.default_rng(seed)
    order = [random.permutation(np.flatnonzero(group)) for group in (won, ~won)]
    half = [min(len(group), most // 2 + number * (most % 2)) for number, group in enumerate(order)]
    return np.concatenate([group[:size] for group, size in zip(order, half, strict=True)])


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _instruction(feature: Feature) -> str:
    name = feature.name.replace("_", " ")
    if feature.group == "length":
        how = "in target_characters, within 5 %: same content, same tone, same layout"
    elif feature.group == "format":
        how = f"without {name}: same content, same length"
    else:
        how = f"with as much {name} as the other one has: same content, same length"
    return f"Write this response anew {how}."
