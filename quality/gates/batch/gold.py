r"""Are there enough gold questions in a batch, and are they answered right?

**Model.** Records with a known answer are gold; of them, those are right whose label means the same as the
answer, read by the contract's scheme: spellings agree, and a strong and a slight preference for the same
response agree too. Both shares have Wilson's interval over the effective n that annotators and questions
leave (`quality.intervals.repeated`): one careless person, or one wrong key, must not count as fifty mistakes.
*Fail* when the interval lies below what the contract asks, *warn* when only the share does: at an accuracy
exactly as asked that is one week in forty.

**Fields needed.** `gold`, `raw_label`, `responses`, `item_id`; `annotator_id` for the full interval.

**What it does not say.** An answer that the scheme cannot read is a mistake in the key, not in the work; it
is left out and counted in the reason. Neither questions nor answers stand in a verdict: vendors read those.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from contracts.terms.annotation import Scheme
from quality.intervals.repeated import repeated_share
from quality.verdict import GateSpec, Status, Verdict, consequence_of
from rampart.records.schemes import Label, label_reader


def gold(records: pa.Table, contract: Contract, evidence: str | None = None) -> tuple[Verdict, ...]:
    """Share of gold questions and accuracy on them, against `annotators.gold`; nothing where it is not set.

    Args:
        records: canonical records that passed the record gates.
        contract: scheme, mapping and limits.
        evidence: address of the rows.
    """
    asked = contract.annotators.gold
    if asked is None:
        return ()
    consequence = consequence_of(contract.annotators.severity)
    share = GateSpec("annotators.gold.share", "gold_share", asked.share, consequence)
    accuracy = GateSpec("annotators.gold.min_accuracy", "gold_accuracy", asked.min_accuracy, consequence)
    n = records.num_rows
    if not n:
        reason = "No record passed the gates."
        return tuple(
            Verdict(spec, "not_testable", None, None, None, 0, reason, evidence) for spec in (share, accuracy)
        )
    frame = _judged(records)
    known = _checked(frame.filter("known"), contract.annotation.scheme)
    return _share(share, frame, evidence), _accuracy(accuracy, known, evidence)


def answered(records: pa.Table, scheme: Scheme) -> pl.DataFrame:
    """Judgements of gold questions: `item_id`, `annotator_id`, `at`, `duration_s`, `right` (or null).

    `right` is null where the known answer cannot be read. They are in the order of `at` (when they were
    submitted, else started), those without it first and as delivered.
    """
    times = ("submitted_at", "started_at", "duration_s")
    known = _checked(_judged(records, *times).filter("known"), scheme)
    ordered = known.with_columns(at=pl.coalesce("submitted_at", "started_at")).sort("at", maintain_order=True)
    return ordered.select("item_id", "annotator_id", "at", "duration_s", "right")


def _judged(records: pa.Table, *also: str) -> pl.DataFrame:
    """What of each judgement is asked here, and `also`; `known` tells the gold questions."""
    columns = ["item_id", "annotator_id", "gold", "raw_label", *also]
    frame = pl.DataFrame(pl.from_arrow(records.select([*columns, "responses"])))
    size, known = pl.col("responses").list.len(), pl.col("gold").is_not_null()
    return frame.select(*columns, size=size, known=known)


def _share(spec: GateSpec, frame: pl.DataFrame, evidence: str | None) -> Verdict:
    found, n = int(frame["known"].sum()), frame.height
    low, high, how = repeated_share(frame, "known")
    reason = (
        f"{found:,} of {n:,} judgements are on gold questions ({found / n:.1%}, 95 % interval {low:.1%} to "
        f"{high:.1%}, {how}), at least {spec.threshold:.1%} asked."
    )
    status = _status(found / n, high, spec.threshold)
    return Verdict(spec, status, found / n, low, high, n, reason, evidence)


def _accuracy(spec: GateSpec, known: pl.DataFrame, evidence: str | None) -> Verdict:
    judged = known.drop_nulls("right")
    lost, n = known.height - judged.height, judged.height
    unread = f"; {lost:,} known answers are none of the scheme's labels" if lost else ""
    if not n:
        reason = f"There is no gold question whose known answer could be read{unread}."
        return Verdict(spec, "not_testable", None, None, None, 0, reason, evidence)
    right = int(judged["right"].sum())
    low, high, how = repeated_share(judged, "right")
    reason = (
        f"{right:,} of {n:,} gold questions were answered right ({right / n:.1%}, 95 % interval {low:.1%} to "
        f"{high:.1%}, {how}), at least {spec.threshold:.1%} asked{unread}."
    )
    status = _status(right / n, high, spec.threshold)
    return Verdict(spec, status, right / n, low, high, n, reason, evidence)


def _status(share: float, high: float, least: float) -> Status:
    if high < least:
        return "fail"
    return "warn" if share < least else "pass"


def _checked(gold_rows: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """The rows with `right`: null where the known answer is no label of the scheme."""
    right = _comparing(scheme)
    rows = gold_rows.select("gold", "raw_label", "size").iter_rows()
    return gold_rows.with_columns(right=pl.Series([right(*row) for row in rows], dtype=pl.Boolean))


def _comparing(scheme: Scheme) -> Callable[[str, str | None, int], bool | None]:
    read = label_reader(scheme)

    @cache
    def right(answer: str, label: str | None, responses: int) -> bool | None:
        known = read(_parsed(answer), responses)
        if known is None:
            return None
        said = read(_parsed(label), responses)
        return said is not None and _meaning(said) == _meaning(known)

    return right


def _parsed(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def _meaning(label: Label) -> object:
    """What of a label decides: who won where anything was compared, else the score, category or passages."""
    if label.ranking is not None:
        return label.ranking, bool(label.both_bad)
    marked = frozenset(tuple(sorted(span.items())) for span in label.spans or ())
    return label.ratings, label.category, marked
