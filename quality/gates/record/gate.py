"""What a record gate is: a reason, whether a contract asks for it, and an expression that finds it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from contracts.model import Contract
from contracts.terms.gates import Policy
from quality.gates.evaluation.overlap import EvaluationIndex
from quality.gates.record.held import Held, Records
from rampart.records.reasons import BY_CODE, Reason

Test = Callable[[Held], Records]


@dataclass(frozen=True)
class References:
    """What records are compared with that stands neither in them nor in the contract.

    `issued`: (work order item, checkpoint, sha256 of content) of all responses sent out for the week; None
    when the contract asks for no lineage.
    `evaluation`: the sets of `gates.evaluation_sets`; None when the contract names none.
    `roster`: pseudonym of each admitted annotator → screening score, None where it has none; None as a whole
    when the contract asks for no roster.
    """

    issued: frozenset[tuple[str, str, str]] | None = None
    evaluation: EvaluationIndex | None = None
    roster: Mapping[str, float | None] | None = None


@dataclass(frozen=True)
class Asked:
    """What gates are compiled from: the terms, the contract week, and what lies outside both."""

    contract: Contract
    week: int
    references: References = field(default_factory=References)


@dataclass(frozen=True)
class Seen:
    """Why a gate found a record, for people: the value that stood there, and what the clause expects.

    Both are vendor's or contract's words in plain text; whoever shows them makes them safe.
    """

    found: str
    expected: str


@dataclass(frozen=True)
class RecordGate:
    """One reason to discard or flag a record.

    Attributes:
        code: the reason, as in `rampart.records.reasons`.
        policy: what the contract does with a record that has it; ``allow`` switches the gate off.
        test: an expression that is true where a record has the reason. Null is false: what is missing is
            another gate's affair. A gate over text gives a function over all texts at once instead, mostly
            `quality.gates.record.texts.any_text`. Called only where the policy is not ``allow``.
        seen: what stood in a canonical record (a dictionary) that has the reason.
        scope: ``record`` gates see the columns of `RECORD`; ``delivery`` gates compare records with each
            other and see those of `quality.gates.record.repeats.FACTS`.
    """

    code: str
    policy: Callable[[Contract], Policy]
    test: Callable[[Asked], pl.Expr | Test]
    seen: Callable[[Mapping[str, Any], Asked], Seen]
    scope: Literal["record", "delivery"] = "record"

    @property
    def reason(self) -> Reason:
        """The registry's entry of this gate."""
        return BY_CODE[self.code]
