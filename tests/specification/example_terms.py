"""Terms and gates for tests about examples and specifications."""

from collections.abc import Sequence

import pyarrow as pa

from contracts.model import Contract
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.specification.example_rows import Examples, Judge, made_examples


def judged_by(contract: Contract) -> Judge:
    """The contract's own record gates, in its first week."""

    def judge(records: pa.Table) -> Sequence[int]:
        return gate_records(records, contract, 1, Earlier()).masks.to_list()

    return judge


def examples_of(contract: Contract) -> Examples:
    """The examples made from `contract` alone."""
    return made_examples(contract, judged_by(contract))
