r"""The terms of the joint model: position, feature differences, a quality proxy, source models.

Row $i$ compares the response shown as `first` with `second`; every term is a difference, first less second,
so that turning the two round turns the sign of all of them:

- **position**: +1 where `first` stood earlier on screen, -1 where later, 0 where unknown. The term is
  left out where no place is known, and where every vote went to the same place: then the listing tells
  the outcome.
- **features**: each divided by its *typical difference*, the root mean square of its differences that are
  not 0. A yes/no feature keeps its unit. A difference that is unknown counts as none.
- **quality**: the same, for the score of a model fitted without this batch.
- **sources**: +1 for the model that wrote `first`, -1 for the one that wrote `second`, 0 where both are one
  or one is unknown.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

Numbers = npt.NDArray[np.float64]

POSITION, QUALITY = "position", "quality"

# Prior precision of a source model's strength: a spread of one logit, in which a typical model beats the
# average one in 73 % of votes.
SOURCE_RIDGE = 1.0
# Keeps the optimum finite when a term decides every vote; moves an estimate on 100 votes by under 0.1 %.
TERM_RIDGE = 0.01


@dataclass(frozen=True)
class Design:
    """What the model is fitted on.

    `dense` (n, k) has one column a name in `names`, `scales` their typical differences; `sources` (n, m) is
    sparse, one column a name in `source_names`.
    """

    outcome: Numbers
    weight: Numbers
    names: tuple[str, ...]
    dense: Numbers
    scales: Numbers
    source_names: tuple[str, ...]
    sources: sparse.csr_array
    source_ridge: float = SOURCE_RIDGE

    @property
    def penalty(self) -> Numbers:
        """(k + m,) prior precisions."""
        return np.repeat([TERM_RIDGE, self.source_ridge], [len(self.names), len(self.source_names)])


def design(frame: pl.DataFrame, deltas: pl.DataFrame, quality: Numbers | None = None) -> Design:
    """The model's terms for a frame of comparisons.

    Args:
        frame: comparisons (`rampart.records.comparisons`).
        deltas: one column a feature, first less second, rows as in `frame`; null where unknown.
        quality: (n,) difference of a quality proxy, NaN where unknown.

    Returns:
        The terms; those that never differ have a typical difference of 0 and a column of zeros.
    """
    terms = {POSITION: _position(frame)} if _tells_position(frame) else {}
    terms |= {name: _known(deltas[name].cast(pl.Float64).to_numpy()) for name in deltas.columns}
    if quality is not None:
        terms[QUALITY] = _known(quality)
    columns = np.column_stack(list(terms.values())) if terms else np.empty((frame.height, 0))
    scales = typical_differences(columns)
    names, sources = _sources(frame)
    return Design(
        outcome=frame["outcome"].to_numpy(),
        weight=frame["weight"].to_numpy(),
        names=tuple(terms),
        dense=columns / np.where(scales > 0, scales, 1.0),
        scales=scales,
        source_names=names,
        sources=sources,
    )


def typical_differences(columns: Numbers) -> Numbers:
    """Root mean square of what is not 0 in each column of (n, k); 0 where all is."""
    differ = np.maximum((columns != 0).sum(axis=0), 1)
    return np.asarray(np.sqrt((columns**2).sum(axis=0) / differ))


def _known(values: Numbers) -> Numbers:
    return np.nan_to_num(np.asarray(values, dtype=np.float64), nan=0.0)


def _position(frame: pl.DataFrame) -> Numbers:
    behind = pl.col("second_position").cast(pl.Int64) - pl.col("first_position").cast(pl.Int64)
    return frame.select(behind.sign().fill_null(0).cast(pl.Float64)).to_series().to_numpy()


def _tells_position(frame: pl.DataFrame) -> bool:
    place = _position(frame)
    toward = place * (2 * frame["outcome"].to_numpy() - 1)
    one_sided = bool((toward >= 0).all() or (toward <= 0).all())
    return bool(place.any()) and not one_sided


def _sources(frame: pl.DataFrame) -> tuple[tuple[str, ...], sparse.csr_array]:
    known = pl.all_horizontal(pl.col("first_checkpoint", "second_checkpoint").is_not_null())
    differ = frame.with_row_index("row").filter(
        known & (pl.col("first_checkpoint") != pl.col("second_checkpoint"))
    )
    names = pl.concat([differ["first_checkpoint"], differ["second_checkpoint"]]).unique().sort()
    rows = np.tile(differ["row"].to_numpy(), 2)
    columns = np.concatenate([_place(differ[f"{side}_checkpoint"], names) for side in ("first", "second")])
    signs = np.repeat([1.0, -1.0], differ.height)
    shape = (frame.height, len(names))
    return tuple(names.to_list()), sparse.csr_array((signs, (rows, columns)), shape=shape)


def _place(values: pl.Series, names: pl.Series) -> npt.NDArray[np.intp]:
    return np.asarray(names.search_sorted(values).to_numpy(), dtype=np.intp)
