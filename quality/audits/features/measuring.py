"""Both sides of each pair measured, each text once however often it recurs."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from quality.audits.features.feature import Feature

Features = Sequence[Feature]


@dataclass(frozen=True, eq=False)
class Measured:
    """`first` and `second` have one Float64 column a feature of level ``text``; rows align with the pairs.

    `delta` has one for every feature: the first response's figure less the second's. Null where a text is
    missing, or in a language that the feature's word list does not speak.
    """

    first: pl.DataFrame
    second: pl.DataFrame
    delta: pl.DataFrame


def measured(frame: pl.DataFrame, features: Features) -> Measured:
    """Measure `features` on the pairs of `frame` (`rampart.records.comparisons`).

    A language is known where the frame has a column `language` that is not null; otherwise it is taken to be
    the one the list speaks.
    """
    texts = [feature for feature in features if feature.level == "text"]
    once = _measured_once(frame, texts)
    first, second = (_side(frame, side, once, texts) for side in ("first", "second"))
    pairs = frame.select(
        feature.measure.cast(pl.Float64).alias(feature.name)
        for feature in features
        if feature.level == "pair"
    )
    between = pl.DataFrame({name: first[name] - second[name] for name in first.columns})
    names = [feature.name for feature in features]
    return Measured(first, second, pl.concat([between, pairs], how="horizontal").select(names))


def deltas(frame: pl.DataFrame, features: Features) -> pl.DataFrame:
    """One Float64 column a feature: the first response's figure less the second's, rows as in `frame`."""
    return measured(frame, features).delta


def _measured_once(frame: pl.DataFrame, features: Features) -> pl.DataFrame:
    every = pl.concat([frame["first"], frame["second"]]).unique().drop_nulls().alias("text").to_frame()
    figures = (feature.measure.cast(pl.Float64).alias(feature.name) for feature in features)
    # Lazily, because only a query plan counts what several features share (words, hedges) once.
    return every.lazy().with_columns(figures).collect()


def _side(frame: pl.DataFrame, side: str, once: pl.DataFrame, features: Features) -> pl.DataFrame:
    found = frame.select(text=side).join(once, on="text", how="left", maintain_order="left")
    if "language" in frame.columns:
        found = found.with_columns(language=frame["language"])
        found = found.with_columns(_understood(feature) for feature in features if feature.language)
    return found.select(feature.name for feature in features)


def _understood(feature: Feature) -> pl.Expr:
    """The figure, unless the text is said to be in another language; `en-GB` and unknown are English."""
    language = pl.col("language").str.to_lowercase().str.extract(r"^([a-z]+)")
    return pl.when(language.fill_null(feature.language) == feature.language).then(pl.col(feature.name))
