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

Responses are told apart by their text, wherever each annotator saw them. The scale matters to Krippendorff's
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
BOTH_BAD = 9.0  # beside -1, 0 and 1
# Finer scales are cut into so many equal parts: alpha compares every value with every other.
MOST_VALUES = {"nominal": 10_000, "ordinal": 32, "interval": 256}
COLUMNS = ("item_id", "annotator_id", "responses", "ranking", "strength", "both_bad", "ratings", "category")
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
    said = _said(pl.DataFrame(pl.from_arrow(records.select(COLUMNS))), kind)
    n = said.filter(pl.col("annotators") >= 2)["item_id"].n_unique()
    if n < LEAST_ITEMS:
        reason = f"{n:,} items were judged by two annotators or more; {LEAST_ITEMS} are needed to judge by."
        return Verdict(spec, "not_testable", None, None, None, n, reason, evidence)
    level = LEVELS[kind]
    units = _units(_cut(said, MOST_VALUES[level]))
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


def _said(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """One row an annotator and unit: `item_id`, `unit`, `value`, and how many `annotators` the unit has."""
    named = frame.drop_nulls("annotator_id").with_row_index("row")
    # Only items of several annotators say anything on agreement; the rest need not be taken apart.
    shared = named.filter(pl.col("annotator_id").n_unique().over("item_id") >= 2)
    values = {"category": _categories, "binary": _sides, "arena": _sides, "likert": _sides}.get(kind)
    each = values(shared) if values else _by_response(shared, "ranking" if kind == "ranking" else "ratings")
    first = each.drop_nulls("value").unique(["unit", "annotator_id"], keep="first", maintain_order=True)
    return first.with_columns(annotators=pl.len().over("unit"))


def _categories(frame: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("category").rank("dense").cast(pl.Float64)
    return frame.select("item_id", "annotator_id", unit="item_id", value=value)


def _sides(frame: pl.DataFrame) -> pl.DataFrame:
    """Which of two responses won: -1 to 1, whichever side each annotator saw it on."""
    one, other = (pl.col("responses").list.get(place, null_on_oob=True) for place in (0, 1))
    one, other = one.struct.field("sha256"), other.struct.field("sha256")
    ranks = pl.col("ranking").cast(pl.List(pl.Float64))
    won = (ranks.list.get(1, null_on_oob=True) - ranks.list.get(0, null_on_oob=True)).sign()
    lean = won * pl.col("strength").fill_null(1.0) * pl.when(one <= other).then(1.0).otherwise(-1.0)
    bad = pl.col("both_bad").fill_null(value=False)
    unit = pl.concat_str(
        "item_id", pl.min_horizontal(one, other), pl.max_horizontal(one, other), separator=" "
    )
    return frame.select(
        "item_id",
        "annotator_id",
        unit=unit,
        value=pl.when(bad).then(BOTH_BAD).otherwise(lean) + 0.0,  # -0.0 is 0.0
    )


def _by_response(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    sized = frame.filter(pl.col(column).list.len() == pl.col("responses").list.len())
    digests = pl.col("responses").list.eval(pl.element().struct.field("sha256"))
    long = sized.select(
        "row", "item_id", "annotator_id", digest=digests, value=pl.col(column).cast(pl.List(pl.Float64))
    ).explode("digest", "value")
    # Two models may give the same text: the n-th such copy of a judgement is the n-th.
    copy = pl.int_range(pl.len()).over("row", "digest").cast(pl.String)
    return long.with_columns(unit=pl.concat_str("item_id", "digest", copy, separator=" "))


def _cut(said: pl.DataFrame, most: int) -> pl.DataFrame:
    value, parts = pl.col("value"), most - 1
    if said["value"].n_unique() <= most:
        return said
    wide = value.max() - value.min()
    return said.with_columns(
        value=value.min() + ((value - value.min()) / wide * parts).round() / parts * wide
    )


def _units(said: pl.DataFrame) -> Units:
    values = said["value"].unique().sort()
    place = {name: said[name].rank("dense").to_numpy().astype(np.intp) - 1 for name in ("unit", "value")}
    counts = np.zeros((int(place["unit"].max()) + 1, len(values)))
    np.add.at(counts, (place["unit"], place["value"]), 1.0)
    items = np.zeros(len(counts), dtype=np.intp)
    items[place["unit"]] = said["item_id"].rank("dense").to_numpy().astype(np.intp) - 1
    return Units(counts, values.to_numpy().astype(np.float64), items)
