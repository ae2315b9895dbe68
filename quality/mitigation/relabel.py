r"""Which pairs a person should judge again, the most informative first.

**Model.** Let $p$ be the chance that a further person prefers one response of a pair. Before any judgement
$p \sim \mathrm{Beta}(k/2, k/2)$, after $a$ for and $b$ against (a tie is half of each) $p \sim
\mathrm{Beta}(k/2 + a, k/2 + b)$. One more judgement $y$ is worth its mutual information with $p$,

$$I(y; p) = H(\mathbb{E}\,p) - \mathbb{E}\,H(p), \qquad
  \mathbb{E}\,H(p) = \psi(\alpha + \beta + 1) - \tfrac{\alpha\, \psi(\alpha + 1) +
  \beta\, \psi(\beta + 1)}{\alpha + \beta}$$

in nats, $\psi$ the digamma function (Lindley 1956, doi:10.1214/aoms/1177728069; Houlsby et al. 2011,
arXiv:1112.5745). $k$ is what the batch's own overlap says: two strict judgements agree with chance $c = (k/2
+ 1)/(k + 1)$, so $k = (1 - c)/(c - 1/2)$, within 0.1 to 100.

A judgement by annotator $a$ counts $r_a = (c_a - 1/2) / (\bar c - 1/2)$ within 0 to 1, where $c_a$ is how
often $a$ chose what most of the others chose (`quality.audits.disagreement.with_the_rest`), shrunken towards
all annotators' $\bar c$ as by `SHRINKAGE` further judgements, and 1 where $a$ shares too little work to tell.
So among pairs judged once those come first whose judgement says least.

**Fields needed.** `item_id`, `responses`, `ranking`; `annotator_id` to count judgements by who made them.

**Why these defaults.** Where no pair was judged twice $k = 1$, Jeffreys' prior, in which people agree three
times in four. Pairs of equal worth keep the order of the batch.

**What it does not say.** That a pair on the list is wrong, or that one off it is right. A pair judged again
keeps its judgements and gains one; nothing is discarded for being on the list.
"""

import numpy as np
import polars as pl
from scipy import special

from quality.audits.disagreement import labelled, with_the_rest
from quality.audits.orientation import oriented
from quality.intervals.clustered_share import Numbers

JEFFREYS = 1.0
LEAST_K, MOST_K = 0.1, 100.0
SHRINKAGE = 20  # judgements: the standard error of a share of that many is about 0.1
SHARE = 0.1  # of the pairs: what a vendor takes back beside a week's work


def queue(each: pl.DataFrame, share: float = SHARE) -> pl.DataFrame:
    """The `share` of pairs that a further judgement would tell most about.

    Args:
        each: comparisons, one row a judgement (`rampart.records.comparisons`).
        share: of all pairs, rounded up.

    Returns:
        `rank` from 1, `item_id`, `record_id` (of the first judgement), `first_position` and `second_position`
        (the pair's places in that record), `judgements`, `share_for_first`, `expected_bits`; best first.
    """
    turned = oriented(each)
    toward = pl.when("turned").then(pl.col("label")).otherwise(2 - pl.col("label")) / 2
    rows = pl.concat([each.select(KEYS), turned], how="horizontal").with_columns(
        for_first=toward, counts=pl.Series(_counts(each))
    )
    same = pl.col("turned") == pl.col("turned").first().over("pair")
    as_first = pl.when(same).then(pl.col("for_first")).otherwise(1 - pl.col("for_first"))
    pairs = (
        rows.with_columns(for_first=as_first)
        .group_by("pair", maintain_order=True)
        .agg(
            pl.col(KEYS).first(),
            judgements=pl.len(),
            share_for_first=pl.col("for_first").mean(),
            won=(pl.col("for_first") == 1.0).sum(),
            lost=(pl.col("for_first") == 0.0).sum(),
            counted=pl.col("counts").sum(),
            counted_for_first=(pl.col("counts") * pl.col("for_first")).sum(),
        )
    )
    k = concentration(pairs["won"].to_numpy().astype(float), pairs["lost"].to_numpy().astype(float))
    counted, for_first = pairs["counted"].to_numpy(), pairs["counted_for_first"].to_numpy()
    bits = expected_bits(for_first, counted - for_first, k)
    ranked = pairs.with_columns(expected_bits=bits).sort(
        "expected_bits", descending=True, maintain_order=True
    )
    listed = ranked.head(int(np.ceil(share * pairs.height))).with_row_index("rank", offset=1)
    return listed.select("rank", *KEYS, "judgements", "share_for_first", "expected_bits")


KEYS = ["item_id", "record_id", "first_position", "second_position"]


def _counts(each: pl.DataFrame) -> Numbers:
    """(n,) how much each judgement counts, 0 to 1, by how its annotator agrees with the others."""
    ones = np.ones(each.height)
    judged = labelled(each)
    agreement = with_the_rest(judged) if judged.height else None
    if agreement is None or agreement.is_empty():
        return ones
    n, share = agreement["n"].to_numpy(), agreement["share"].to_numpy()
    pool = float(np.average(share, weights=n))
    if pool <= 0.5:  # nobody agrees with anybody: no one's judgement can be told to be worth less
        return ones
    shrunken = (n * share + SHRINKAGE * pool) / (n + SHRINKAGE)
    worth = np.clip((shrunken - 0.5) / (pool - 0.5), 0.0, 1.0)
    known = agreement.select("annotator_id", worth=pl.Series(worth))
    found = each.select("annotator_id").join(known, on="annotator_id", how="left", maintain_order="left")
    return found["worth"].fill_null(1.0).to_numpy()


def concentration(won: Numbers, lost: Numbers) -> float:
    """k, from how often two strict judgements of a pair agree; 1 where no pair has two.

    Args:
        won: (pairs,) how many judgements one response won.
        lost: (pairs,) how many the other won.
    """
    judged = won + lost
    several = judged > 1
    a, b, m = won[several], lost[several], judged[several]
    if not len(m):
        return JEFFREYS
    agree = (a * (a - 1) + b * (b - 1)) / (m * (m - 1))
    c = float(np.average(agree, weights=m - 1))
    return float(np.clip((1 - c) / max(c - 0.5, 1e-9), LEAST_K, MOST_K))


def expected_bits(wins: Numbers, losses: Numbers, k: float) -> Numbers:
    """Bits that one more judgement of each pair is expected to tell about the chance behind it."""
    a, b = wins + k / 2, losses + k / 2
    mean = a / (a + b)
    inside = special.digamma(a + b + 1) - mean * special.digamma(a + 1) - (1 - mean) * special.digamma(b + 1)
    return np.asarray((special.entr(mean) + special.entr(1 - mean) - inside) / np.log(2))
