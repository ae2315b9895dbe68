"""Thousands of broken contracts: each is refused in sentences, soon, or is a good contract all the same."""

import time
from itertools import islice

import pytest

from contracts.load import ContractError, parse_contract
from simulator.mangled import mangled, used
from tests.contracts.files import GOOD, SPECS
from tests.exhaustive import first_of

SOON_S = 10.0  # some hundred times what the slowest takes: a guard against explosions, no measure of speed
FILES = [GOOD.encode(), *(spec.read_bytes() for spec in sorted(SPECS.rglob("*.odcs.yaml")))]
OTHER = parse_contract(GOOD.encode(), "good.yaml")


def _refused(data: bytes) -> bool:
    """Is `data` refused? Fails unless it is refused cleanly, or is of use to every reader."""
    try:
        contract = parse_contract(data, "c.yaml")
    except ContractError as error:
        assert error.problems
        assert all(one.field and one.problem and one.fix for one in error.problems)
        assert all(line.isprintable() for line in str(error).split("\n"))
        return True
    used(contract, OTHER)
    return False


def _run(count: int, seed: int) -> tuple[int, float]:
    refused, slowest = 0, 0.0
    for data in islice(mangled(FILES, seed), count):
        began = time.process_time()
        refused += _refused(data)
        slowest = max(slowest, time.process_time() - began)
    return refused, slowest


def test_mangled_contracts_are_refused_in_sentences() -> None:
    refused, _slowest = _run(300, seed=11)
    assert 200 < refused < 300, "the mutations break too little, or everything"


@pytest.mark.slow
@pytest.mark.parametrize("seed", first_of(4, begin=1))
def test_ten_thousand_mangled_contracts_are_refused_cleanly_and_soon(seed: int) -> None:
    refused, slowest = _run(2_500, seed)
    assert refused > 2_000
    assert slowest < SOON_S, f"one file took {slowest:.1f} s of processor time"


def test_the_same_seed_mangles_the_same_way() -> None:
    assert list(islice(mangled(FILES, 5), 20)) == list(islice(mangled(FILES, 5), 20))
    assert list(islice(mangled(FILES, 5), 20)) != list(islice(mangled(FILES, 6), 20))
