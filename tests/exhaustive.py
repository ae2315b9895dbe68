"""Sweeps that are cut into shares: the first is tried at every change, the others with all of `make slow`."""

import pytest
from _pytest.mark import ParameterSet


def first_of(shares: int, begin: int = 0, first: int = 1) -> list[int | ParameterSet]:
    """The numbers of `shares` shares from `begin` on; all but the `first` ones are marked `exhaustive`."""
    marked = (pytest.param(n, marks=pytest.mark.exhaustive) for n in range(begin + first, begin + shares))
    return [*range(begin, begin + first), *marked]
