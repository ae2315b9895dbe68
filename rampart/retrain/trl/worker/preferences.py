"""Training pairs as judgements: K responses read once, with all the comparisons made among them.

The C(K,2) pairs of one ranking stay together in one element of a batch, each with its weight, which sums to 1
over a judgement (1/C(K,2) each): shuffled apart, a response takes part in K-1 steps and the model overfits
(InstructGPT: Ouyang et al. 2022, arXiv:2203.02155, section 3.5).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow.parquet as pq

Tokens = Callable[[str, str], list[int]]


@dataclass
class Judgement:
    """Token ids of its texts, and its pairs: places in `texts`, and what was said of each pair."""

    texts: list[list[int]] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    second: list[int] = field(default_factory=list)
    target: list[float] = field(default_factory=list)  # P(first is better)
    weight: list[float] = field(default_factory=list)
    margin: list[float] = field(default_factory=list)  # log-odds asked for beyond being right


@dataclass(frozen=True)
class Read:
    """What there is to train on, how many pairs that is, and how many had a text longer than allowed."""

    judgements: list[Judgement]
    pairs: int
    overlong: int

    @property
    def mean_weight(self) -> float:
        """Of a judgement."""
        return sum(sum(one.weight) for one in self.judgements) / len(self.judgements)


def read(path: str, tokens: Tokens, max_length: int) -> Read:
    """The pairs at `path` (the columns of a snapshot, and `margin`), ready to batch.

    TRL leaves over-long examples out without a word; here they are counted, and the other pairs of the same
    judgement stay, with their weight.

    Args:
        path: a Parquet file.
        tokens: prompt and response to token ids.
        max_length: tokens of a text; pairs with a longer one are left out.

    Raises:
        ValueError: every pair has a text that is too long.
    """
    found: dict[tuple[str, int, str], dict[str, Any]] = {}
    known: dict[tuple[str, str], list[int]] = {}
    overlong = pairs = 0
    rows = pq.read_table(path).to_pylist()
    for row in rows:
        sides = [(row["prompt"], row[side]) for side in ("first", "second")]
        for text in sides:
            if text not in known:
                known[text] = tokens(*text)
        if any(len(known[text]) > max_length for text in sides):
            overlong += 1
            continue
        pairs += 1
        group = found.setdefault((row["contract_id"], row["week"], row["group"]), {"places": {}, "rows": []})
        places = [group["places"].setdefault(text, len(group["places"])) for text in sides]
        group["rows"].append((row, places))
    if not pairs:
        raise ValueError(
            f"all {len(rows)} pairs have a text of more than {max_length} tokens; raise max_length"
        )
    return Read([_judgement(group, known) for group in found.values()], pairs, overlong)


def _judgement(group: dict[str, Any], known: Mapping[tuple[str, str], list[int]]) -> Judgement:
    made = Judgement(texts=[known[text] for text in group["places"]])
    for row, (first, second) in group["rows"]:
        made.first.append(first)
        made.second.append(second)
        made.target.append(row["target"])
        made.weight.append(row["weight"])
        made.margin.append(row["margin"])
    return made
