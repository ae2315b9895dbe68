"""Which pairs make a slice."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from rampart.retrain.evaluation.slices import slices_of
from rampart.retrain.evaluation.strength import STRATA, stratum_of


def found(**columns: list[Any]) -> dict[str, list[int]]:
    """Slices of a table with these columns: ``name=value`` → the rows in it."""
    return {one.said: np.flatnonzero(one.mask).tolist() for one in slices_of(pa.table(columns))}


def test_each_batch_and_each_contract_is_a_slice() -> None:
    assert found(contract_id=["a", "b", "a"], week=[2, 2, 1]) == {
        "batch=a/1": [2], "batch=a/2": [0], "batch=b/2": [1],
        "contract=a": [0, 2], "contract=b": [1],
    }  # fmt: skip


def test_what_no_pair_declares_is_no_slice_and_what_some_leave_out_is_named() -> None:
    assert found(domain=[None, None]) == {}
    assert found(domain=["code", None, "chat"]) == {
        "domain=chat": [2], "domain=code": [0], "domain=not declared": [1],
    }  # fmt: skip


def test_a_domain_may_be_called_what_a_missing_one_is_called_without_being_mixed_with_it() -> None:
    assert found(domain=["", None]) == {"domain=": [0], "domain=not declared": [1]}


def test_the_anchor_is_a_slice_only_where_there_is_one() -> None:
    assert found(anchor=[True, False, True]) == {"anchor=fixed": [0, 2]}
    assert found(anchor=[False]) == {}


@pytest.mark.parametrize(
    ("grades", "names"),
    [
        ([1.0, 5 / 7, 3 / 7, 1 / 7], [name for name, _ in STRATA]),  # Llama 2's four, on eight points
        ([1.0, 2 / 3, 1 / 3], [name for name, _ in STRATA][:3]),  # a seven-point scale
        ([0.75, 0.5, 0.25, 0.0], [name for name, _ in STRATA]),  # a cut belongs to the stratum above
    ],
)
def test_the_grades_of_a_scale_fall_into_strata_of_their_own(grades: list[float], names: list[str]) -> None:
    assert [STRATA[place][0] for place in stratum_of(np.array(grades))] == names


def test_pairs_without_a_strength_are_a_stratum_of_their_own_or_none_at_all() -> None:
    assert found(strength=[1.0, None]) == {
        "strength=significantly better": [0],
        "strength=not declared": [1],
    }
    assert found(strength=pa.array([None, None], pa.float64())) == {}


def test_agreement_tells_unanimity_from_a_majority_from_a_split() -> None:
    assert found(agreement=[1.0, 2 / 3, 0.6, None]) == {
        "agreement=unanimous": [0], "agreement=majority": [1],
        "agreement=split": [2], "agreement=one judgement": [3],
    }  # fmt: skip
    assert found(agreement=pa.array([None], pa.float64())) == {}


def test_a_policy_of_our_own_and_more_than_two_responses_are_slices() -> None:
    assert found(on_policy=[True, None, False], group_size=[2, 4, 2]) == {
        "on_policy=yes": [0], "on_policy=no": [2], "on_policy=not declared": [1],
        "responses=2": [0, 2], "responses=3 or more": [1],
    }  # fmt: skip
    assert found(on_policy=pa.array([None], pa.bool_())) == {}
