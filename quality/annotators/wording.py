"""Evidence in a sentence: what was seen, of how many, and what is usual. Never why, never a judgement."""

import math
from typing import Any

# {observed}, {usual} and {n} are filled in; shares as percentages.
_SHARES = {
    "gold_accuracy": "Answered {observed} of {n} gold questions right; {usual} is usual here.",
    "gold_promise": "Answered {observed} of {n} gold questions right; {usual} is promised.",
    "peer_agreement": "Agreed with the others' majority on {observed} of {n} items; {usual} is usual here.",
    "first_side": "Chose the response shown first in {observed} of {n} comparisons; {usual} is usual here.",
    "cycles": "Of {n} triads {observed} go round in a circle; {usual} is usual here, 25 % is chance.",
    "shared_rationales": "{observed} of {n} rationales are also another annotator's; {usual} is usual here.",
    "model_like_rationales": "{observed} of {n} rationales have marks of model text; {usual} is usual here.",
    "haste": "{observed} of {n} judgements are far faster than their own others; {usual} is usual.",
}


def sentence(row: dict[str, Any]) -> str:
    """The sentence of one row of evidence (`quality.annotators.evidence.EVIDENCE`)."""
    statistic, n = row["statistic"], f"{row['n']:,}"
    if statistic in _SHARES:
        shares = {name: f"{row[name]:.1%}" for name in ("observed", "usual")}
        return _SHARES[statistic].format(n=n, **shares)
    if statistic == "runs":
        more = "fewer" if row["observed"] < 0 else "more"
        return (
            f"Made {abs(row['observed']):.0%} {more} runs of equal answers over {n} judgements than a random "
            f"order has; {row['usual']:+.0%} is usual here."
        )
    if statistic == "pace":
        own, usual = (f"{math.exp(row[name]):.2g}" for name in ("observed", "usual"))
        return (
            f"Typically took {own} s a word (a judgement, where the files have no texts) over {n} "
            f"judgements; {usual} s is usual here."
        )
    feature, side = (
        statistic.removeprefix("slope:"),
        "towards" if row["observed"] > row["usual"] else "away from",
    )
    return (
        f"Leans {side} the response with more {feature} than the crowd does, by {abs(row['observed']):.2f} "
        f"logits a standard deviation over {n} comparisons; people here differ by {row['spread']:.2f}."
    )
