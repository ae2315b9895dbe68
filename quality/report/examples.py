"""Judgements to look at beside a figure: a few of each direction, drawn by lot from the batch's own seed.

An example explains what a row counts; it proves nothing. So both directions are shown, as many of the one as
of the other, however far they are from even.
"""

import zlib

import numpy as np
import polars as pl
import pyarrow as pa

from quality.audits.every import Batch
from quality.audits.features.catalogue import BY_NAME
from quality.audits.matched import length_matched
from quality.audits.opening import begins
from quality.report.model import Example, Row

EACH = 3


class Examples:
    """Draws examples of one batch."""

    def __init__(self, batch: Batch, seed: int) -> None:
        self._batch, self._seed = batch, seed
        self._places = _places(batch.records)

    def of_row(self, row: Row) -> tuple[Example, ...]:
        """Pairs that `row` counts, for and against; none where nothing could be said, or of no such pairs."""
        if row.status == "not_testable" or row.audit in ("drift", "judge", "style"):
            return ()
        if row.feature == "ties" or row.metric == "tie_share":
            tied = self._batch.frame["outcome"] == 0.5
            return self._both(row.metric, tied, "a tie", "no tie")
        difference = self._difference(row.feature, row.audit)
        if difference is None:
            return ()
        frame = self._batch.frame
        kept = frame["outcome"].is_in([0.0, 1.0]) & (difference.fill_null(0.0).fill_nan(0.0) != 0)
        if row.metric.endswith(("_matched", "_close")):
            kept &= frame.select(length_matched()).to_series().fill_null(False)
        won = (difference > 0) == (frame["outcome"] == 1.0)
        what = "what was shown first" if row.feature == "position" else f"the side with more {row.feature}"
        return self._both(row.metric, won, f"{what} won", f"{what} lost", kept)

    def of_person(self, annotator_id: str, statistic: str) -> tuple[Example, ...]:
        """A few judgements of one annotator."""
        rows = np.flatnonzero((self._batch_people() == annotator_id).fill_null(False).to_numpy())
        taken = self._drawn(rows, f"{annotator_id} {statistic}")
        ids = self._batch.records["record_id"]
        return tuple(self._example(ids[int(row)].as_py(), "theirs") for row in taken)

    def _batch_people(self) -> pl.Series:
        return pl.Series("who", pl.from_arrow(self._batch.records["annotator_id"]))

    def _difference(self, feature: str, audit: str) -> pl.Series | None:
        frame = self._batch.frame
        if feature == "position":
            return (frame["second_position"] - frame["first_position"]).cast(pl.Float64)
        if feature in BY_NAME:
            return self._batch.found.delta[feature]
        if audit == "opening" and feature:
            return self._begun("first", feature) - self._begun("second", feature)
        return None

    def _begun(self, side: str, opening: str) -> pl.Series:
        begun = begins(pl.col(side), len(opening.split(" "))).eq_missing(opening)
        return self._batch.frame.select(begun.cast(pl.Float64)).to_series()

    def _both(
        self, name: str, yes: pl.Series, said: str, unsaid: str, kept: pl.Series | None = None
    ) -> tuple[Example, ...]:
        every = pl.Series(np.ones(len(yes), dtype=bool)) if kept is None else kept
        ids = self._batch.frame["record_id"]
        found: list[Example] = []
        for shows, where in ((said, every & yes), (unsaid, every & ~yes)):
            rows = self._drawn(np.flatnonzero(where.fill_null(False).to_numpy()), f"{name} {shows}")
            found += [self._example(ids[int(row)], shows) for row in rows]
        return tuple(found)

    def _drawn(self, rows: np.ndarray, name: str) -> np.ndarray:
        rng = np.random.default_rng([self._seed, zlib.crc32(name.encode())])
        return np.sort(rng.choice(rows, min(EACH, len(rows)), replace=False))

    def _example(self, record_id: str, shows: str) -> Example:
        file, line = self._places[record_id]
        return Example(record_id, file, line, shows)


def _places(records: pa.Table) -> dict[str, tuple[str, int]]:
    names = ("record_id", "source_file", "source_line")
    ids, files, lines = (records[name].to_pylist() for name in names)
    return dict(zip(ids, zip(files, lines, strict=True), strict=True))
