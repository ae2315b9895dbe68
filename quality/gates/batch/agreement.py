"""Do annotators who judged the same item say the same?

**Model.** The contract's coefficient (`quality.gates.batch.coefficients`) over items with two annotators or
more, with a seeded bootstrap interval by item. *Fail* when the interval lies below the least agreement asked,
*warn* when only the coefficient does. What is compared, and on which scale:

| scheme | unit | value | scale |
|---|---|---|---|
| binary, arena | the item | which response won, a tie, both bad | nominal |
| likert | the item | signed strength | ordinal |
| ranking | a response of the item | its rank | ordinal |
| rating | a response of the item | its score | interval |
| thumbs, verifiable | a response of the item | passed or not, up or down | nominal |
| category | the item | the category | nominal |

Responses are told apart by their text, wherever each annotator saw them (`quality.gates.batch.said`). The
scale matters to Krippendorff's
alpha only: AC1 and raw agreement ask whether values are the same.

**Fields needed.** `item_id`, `annotator_id`, `responses`, and what the scheme says (`ranking`, `strength`,
`ratings`, `category`). Gold questions count like others.

**Why at least 30 items.** With fewer, a percentile interval fails vendors who agree exactly as asked in more
than one week in twenty.

**What it does not say.** That those who agree are right, or that a low figure is the annotators' fault:
ambiguous items and a vague guideline lower it as well. Annotators are taken as they are: other people of the
same vendor may agree otherwise.
"""

import math

import numpy as np
import polars as pl
import pyarrow as pa

from contracts.model import Contract
from quality.gates.batch.coefficients import Level, Units, agreement_interval
from quality.gates.batch.coefficients import agreement as coefficient_of
from quality.gates.batch.said import COLUMNS, said_of
from quality.verdict import GateSpec, Status, Verdict, consequence_of

LEVELS: dict[str, Level] = {
    "binary": "nominal",
    "arena": "nominal",
    "likert": "ordinal",
    "ranking": "ordinal",
    "rating": "interval",
    "thumbs": "nominal",
    "verifiable": "nominal",
    "category": "nominal",
}
LEAST_ITEMS = 30
# Finer scales are cut into so many equal parts: alpha compares every value with every other.
MOST_VALUES = {"nominal": 10_000, "ordinal": 32, "interval": 256}
SAID = {"krippendorff_alpha": "Krippendorff's alpha", "gwet_ac1": "Gwet's AC1", "raw": "Raw agreement"}


def agreement(records: pa.Table, contract: Contract, evidence: str | None = None) -> Verdict | None:
    """The coefficient of `annotators.agreement` against the least agreement asked.

    Args:
        records: canonical records that passed the record gates; of them `COLUMNS`.
        contract: scheme, coefficient and limit.
        evidence: address of the rows.

    Returns:
        `not_testable` for schemes without a label to agree on, with fewer than 30 items that two annotators
        judged, and where one value is all that was said. None where the contract asks for no agreement.
    """
    asked = contract.annotators.agreement
    if asked is None:
        return None
    metric = f"agreement_{asked.coefficient}"
    consequence = consequence_of(contract.annotators.severity)
    spec = GateSpec("annotators.agreement.least", metric, asked.least, consequence)
    kind = contract.annotation.scheme.kind
    if kind not in LEVELS:
        reason = f"The scheme {kind} gives no label that annotators could agree on."
        return Verdict(spec, "not_testable", None, None, None, records.num_rows, reason, evidence)
    said = said_of(pl.DataFrame(pl.from_arrow(records.select(COLUMNS))), kind)
    n = said.filter(pl.col("annotators") >= 2)["item_id"].n_unique()
    if n < LEAST_ITEMS:
        reason = f"{n:,} items were judged by two annotators or more; {LEAST_ITEMS} are needed to judge by."
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    level = LEVELS[kind]
    units = units_of(said, level)
    found = coefficient_of(units, asked.coefficient, level)
    if math.isnan(found):
        reason = f"Every judgement of {n:,} items is the same, so agreement cannot be told from chance."
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    low, high = agreement_interval(units, asked.coefficient, level)
    status: Status = "fail" if high < asked.least else "warn" if found < asked.least else "pass"
    scale = f" ({level} scale)" if asked.coefficient == "krippendorff_alpha" else ""
    reason = (
        f"{SAID[asked.coefficient]}{scale} over {n:,} items judged by two annotators or more is {found:.3f} "
        f"(bootstrap 95 % interval by item {low:.3f} to {high:.3f}), at least {asked.least:g} asked."
    )
    return Verdict(spec, status, found, low, high, n, reason, evidence)


def _cut(said: pl.DataFrame, most: int) -> pl.DataFrame:
    value, parts = pl.col("value"), most - 1
    if said["value"].n_unique() <= most:
        return said
    wide = value.max() - value.min()
    return said.with_columns(
        value=value.min() + ((value - value.min()) / wide * parts).round() / parts * wide
    )


def units_of(said: pl.DataFrame, level: Level) -> Units:
    """What was said (`quality.gates.batch.said`) as the coefficients want it; a fine scale is cut."""
    return _units(_cut(said, MOST_VALUES[level]))


def _units(said: pl.DataFrame) -> Units:
    values = said["value"].unique().sort()
    place = {name: said[name].rank("dense").to_numpy().astype(np.intp) - 1 for name in ("unit", "value")}
    counts = np.zeros((int(place["unit"].max()) + 1, len(values)))
    np.add.at(counts, (place["unit"], place["value"]), 1.0)
    items = np.zeros(len(counts), dtype=np.intp)
    items[place["unit"]] = said["item_id"].rank("dense").to_numpy().astype(np.intp) - 1
    return Units(counts, values.to_numpy().astype(np.float64), items)
