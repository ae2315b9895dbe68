"""Terms and gates for tests about examples and specifications."""

from collections.abc import Sequence

import pyarrow as pa

from contracts.model import Contract
from quality.gates.record import Earlier, gate_records
from rampart.specification.example_rows import Examples, Keep, made_examples


def kept_by(contract: Contract) -> Keep:
    """The contract's own record gates, in its first week."""

    def keep(records: pa.Table) -> Sequence[bool]:
        return [mask == 0 for mask in gate_records(records, contract, 1, Earlier()).masks]

    return keep


def examples_of(contract: Contract) -> Examples:
    """The examples made from `contract` alone."""
    return made_examples(contract, kept_by(contract))
