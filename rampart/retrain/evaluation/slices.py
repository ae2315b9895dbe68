"""Parts of a table of pairs that are looked at by themselves: an anchor, a batch, a domain, a stratum.

A slice is a mask over the pairs, so that any two models can be compared on it: score both on the same pairs,
take `evaluate.correctness` of both, and index either array with the mask. A rule that protects a slice names
it by `NamedSlice.said`, for example ``domain=code``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rampart.retrain.evaluation.strength import STRATA, stratum_of

Mask = NDArray[np.bool_]

NOT_SAID = "not declared"
ONE_PERSON = "one judgement"
# Three people who split two to one agree as far as three can without being of one mind.
_MAJORITY = 2 / 3 - 1e-9


@dataclass(frozen=True, eq=False)
class NamedSlice:
    """The pairs where the property `name` is `value`; `mask` has shape (m,), one for each pair."""

    name: str
    value: str
    mask: Mask

    @property
    def said(self) -> str:
        """The slice in one word, ``name=value``."""
        return f"{self.name}={self.value}"


def slices_of(pairs: pa.Table) -> tuple[NamedSlice, ...]:
    """Every slice of `pairs` that has a pair, in the order they are shown in.

    Names are ``anchor`` (value ``fixed``), ``batch`` (``contract/week``), ``contract``, ``vendor``,
    ``domain``, ``language``, ``strength`` (`strength.STRATA`, strongest first), ``agreement`` (``unanimous``,
    ``majority``, ``split``, ``one judgement``), ``on_policy`` and ``responses`` (``2``, or ``3 or more``).
    A property that no pair declares has no slice; pairs that leave it out beside others that do not are in
    the slice ``not declared``.

    Args:
        pairs: m pairs (`snapshot.PAIR`); properties whose column is not there are left out.
    """
    return tuple(
        NamedSlice(name, value, mask)
        for name, column, split in _PROPERTIES
        if column in pairs.column_names
        for value, mask in split(pairs)
        if mask.any()
    )


Parts = Iterator[tuple[str, Mask]]


def _anchor(pairs: pa.Table) -> Parts:
    yield "fixed", np.array(pairs["anchor"].to_pylist(), dtype=np.bool_)


def _batches(pairs: pa.Table) -> Parts:
    contracts, weeks = _texts(pairs, "contract_id"), pairs["week"].to_numpy()
    for contract, week in sorted(set(zip(contracts.tolist(), weeks.tolist(), strict=True))):
        yield f"{contract}/{week}", (contracts == contract) & (weeks == week)


def _each(column: str) -> Callable[[pa.Table], Parts]:
    def parts(pairs: pa.Table) -> Parts:
        declared = np.array([value is not None for value in pairs[column].to_pylist()], dtype=np.bool_)
        values = _texts(pairs, column)
        for value in np.unique(values[declared]).tolist():
            yield value, declared & (values == value)
        if declared.any():
            yield NOT_SAID, ~declared

    return parts


def _strata(pairs: pa.Table) -> Parts:
    place = stratum_of(_numbers(pairs, "strength"))
    for here, (name, _) in enumerate(STRATA):
        yield name, place == here
    if (place >= 0).any():
        yield NOT_SAID, place < 0


def _agreement(pairs: pa.Table) -> Parts:
    share = _numbers(pairs, "agreement")
    if np.isnan(share).all():
        return
    yield "unanimous", share == 1
    yield "majority", (share >= _MAJORITY) & (share < 1)
    yield "split", share < _MAJORITY
    yield ONE_PERSON, np.isnan(share)


def _on_policy(pairs: pa.Table) -> Parts:
    said = pairs["on_policy"].to_pylist()
    if all(value is None for value in said):
        return
    for name, wanted in (("yes", True), ("no", False), (NOT_SAID, None)):
        yield name, np.array([value is wanted for value in said], dtype=np.bool_)


def _responses(pairs: pa.Table) -> Parts:
    size = pairs["group_size"].to_numpy()
    yield "2", size == 2
    yield "3 or more", size > 2


_PROPERTIES: tuple[tuple[str, str, Callable[[pa.Table], Parts]], ...] = (
    ("anchor", "anchor", _anchor),
    ("batch", "week", _batches),
    ("contract", "contract_id", _each("contract_id")),
    ("vendor", "vendor", _each("vendor")),
    ("domain", "domain", _each("domain")),
    ("language", "language", _each("language")),
    ("strength", "strength", _strata),
    ("agreement", "agreement", _agreement),
    ("on_policy", "on_policy", _on_policy),
    ("responses", "group_size", _responses),
)


def _texts(pairs: pa.Table, column: str) -> NDArray[np.str_]:
    return np.array([value or "" for value in pairs[column].to_pylist()], dtype=np.str_)


def _numbers(pairs: pa.Table, column: str) -> NDArray[np.float64]:
    return np.array(
        [np.nan if value is None else value for value in pairs[column].to_pylist()], dtype=np.float64
    )
