"""Rampart's own expectations: Great Expectations' ordinary ones, named for what a contract asks.

Each is a core expectation with a name and a description of its own, as GX documents it under "customize an
expectation class": who reads GX knows `column`, `min_value`, `max_value` and what a failed one looks like.
They have no defaults for those: GX leaves a value that is a default out of the result it stores. Importing
this module imports GX; only `quality.gates.expectations` does, and only while it validates.
"""

import importlib
from typing import Any

# By name, because the package's stubs do not export what its documentation tells to import.
gxe: Any = importlib.import_module("great_expectations.expectations")


class ExpectDiscardRateToBeWithinCeiling(gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc]
    """Discarded / readable records are at most the phase's ceiling, as a figure and not as a probability."""

    description: str = "The discard rate is at most the ceiling of the contract week's phase."


class ExpectMixToKeepItsPlan(gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc]
    """The largest distance of a value's share from its plan, in `column`, is at most the tolerance."""

    description: str = "No share is further from its plan than the contract tolerates."


class ExpectGoldShareToReach(gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc]
    """The share of judgements on gold questions is at least `min_value`."""

    description: str = "As many judgements are on gold questions as the contract asks."


class ExpectGoldAccuracyToReach(gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc]
    """The share of gold questions answered right is at least `min_value`."""

    description: str = "As many gold questions are answered right as the contract asks."
