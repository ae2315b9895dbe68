"""Who said what of which item: the three aligned arrays that statistics of annotators are computed from."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from contracts.terms.annotation import Scheme
from quality.gates.batch.coefficients import Units
from quality.gates.batch.said import BOTH_BAD, COLUMNS, said_of
from rampart.records.schemes import label_reader

Codes = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]
UNKNOWN = -1
# What several people say of an item as a whole; a ranking or rating of K responses is K units an item.
WHOLE = ("binary", "arena", "likert", "category")


@dataclass(frozen=True)
class Labels:
    """Judgements as codes: row r says `values[r]` of `items[r]` and is by `annotators[r]`.

    `*_names` say what a code stands for; `truth` (items,) is the known answer's code, `UNKNOWN` where none is
    known. An annotator's second judgement of an item is left out.
    """

    items: Codes
    annotators: Codes
    values: Codes
    item_names: tuple[str, ...]
    annotator_names: tuple[str, ...]
    value_names: tuple[str, ...]
    truth: Codes

    @property
    def size(self) -> int:
        """How many judgements."""
        return len(self.items)

    @cached_property
    def counts(self) -> Numbers:
        """How often each value was said of each item, (items, values)."""
        classes = len(self.value_names)
        flat = np.bincount(self.items * classes + self.values, minlength=len(self.item_names) * classes)
        return flat.reshape(-1, classes).astype(np.float64)

    @property
    def vote_shares(self) -> Numbers:
        """The share of each value among an item's judgements, (items, values)."""
        return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True))

    @property
    def units(self) -> Units:
        """As the coefficients of agreement want them; values are their codes."""
        return Units(self.counts, np.arange(len(self.value_names), dtype=float), np.arange(len(self.counts)))


def coded(
    items: Iterable[Any],
    annotators: Iterable[Any],
    values: Iterable[Any],
    truth: dict[str, str] | None = None,
) -> Labels:
    """Labels out of three aligned columns of names, and the known answers by item."""
    (item_names, item), (annotator_names, annotator) = _codes(_words(items)), _codes(_words(annotators))
    known = truth or {}
    value_names, value = _codes(pl.concat([_words(values), _words(known.values())]))
    place = dict(zip(value_names, range(len(value_names)), strict=True))
    answers = [place[known[name]] if name in known else UNKNOWN for name in item_names]
    said = value[: len(item)]
    return Labels(
        item, annotator, said, item_names, annotator_names, value_names, np.array(answers, dtype=np.intp)
    )


def _words(names: Iterable[Any]) -> pl.Series:
    listed = names if isinstance(names, pl.Series) else pl.Series(values=list(names))
    return listed.cast(pl.String)


def _codes(names: pl.Series) -> tuple[tuple[str, ...], Codes]:
    # NumPy's text arrays give each row the room of the longest: one long id would cost its length a row.
    codes = names.rank("dense").to_numpy().astype(np.intp) - 1
    return tuple(names.unique().sort()), codes


def labels_of(records: pa.Table, scheme: Scheme) -> Labels | None:
    """The labels of records whose scheme gives one to an item as a whole (`WHOLE`); None for others.

    In a comparison the values are ``first``, ``second``, ``tie`` and ``both_bad``, where the first is one and
    the same response whichever side each annotator saw it on (`quality.gates.batch.said`); how strongly is
    left out. Known answers are read from `gold` as labels are.
    """
    if scheme.kind not in WHOLE:
        return None
    frame = pl.DataFrame(pl.from_arrow(records.select([*COLUMNS, "gold"])))
    # Answers stand among the judgements, so that both are told in the same words, and are taken apart again.
    told = _told(pl.concat([frame, _answers(frame, scheme)]), scheme.kind)
    key = told["annotator_id"] == _KEY
    said, known = told.filter(~key), told.filter(key)
    answers = dict(zip(known["unit"], known["value"], strict=True))
    return coded(said["unit"], said["annotator_id"], said["value"], answers)


_KEY = "\x00key"  # no pseudonym is called that


def _answers(frame: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """The gold questions as records of their own, whose label is the known answer."""
    read = label_reader(scheme)

    @cache
    def label(text: str, size: int) -> dict[str, object]:
        try:
            said = read(json.loads(text), size)
        except ValueError:
            said = None
        if said is None:
            return {"ranking": None, "strength": None, "both_bad": None, "category": None}
        return {
            "ranking": said.ranking and list(said.ranking),
            "strength": said.strength,
            "both_bad": said.both_bad,
            "category": said.category,
        }

    gold = frame.filter(pl.col("gold").is_not_null()).unique("item_id", keep="first", maintain_order=True)
    rows = gold.select("gold", pl.col("responses").list.len()).iter_rows()
    schema = {name: frame.schema[name] for name in ("ranking", "strength", "both_bad", "category")}
    meant = pl.DataFrame([label(*row) for row in rows], schema=schema)
    return gold.with_columns(*meant.get_columns(), annotator_id=pl.lit(_KEY))


def _told(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """One row an annotator and unit, the value as a word."""
    if kind == "category":
        named = frame.select("annotator_id", unit="item_id", value="category").drop_nulls()
        return named.unique(["unit", "annotator_id"], keep="first", maintain_order=True)
    value = pl.col("value")
    won = pl.when(value > 0).then(pl.lit("first")).when(value < 0).then(pl.lit("second"))
    word = pl.when(value == BOTH_BAD).then(pl.lit("both_bad")).otherwise(won.otherwise(pl.lit("tie")))
    return said_of(frame, kind, alone=True).with_columns(value=word)
