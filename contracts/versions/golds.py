"""Clauses by which a record is discarded for being a gold question, or for its answer to one."""

from collections.abc import Iterator

from contracts.model import Contract
from contracts.reading.problems import Problem
from contracts.terms.rules import RowRule
from contracts.versions.succession import Line

GOLD = "gold"  # the canonical field that holds the known answer


def gold_clauses(contract: Contract) -> tuple[str, ...]:
    """Addresses of the clauses under which a record is discarded by what its field `gold` holds."""
    rules = contract.gates.rules
    found = [f"gates.rules.{place}" for place, rule in enumerate(rules) if _discards_by_gold(rule)]
    return (*found, *(("gates.required",) if GOLD in contract.required else ()))


def without_golds(contract: Contract) -> Contract:
    """`contract` as if no clause of its record gates read the field `gold`."""
    rules = tuple(rule for rule in contract.gates.rules if GOLD not in rule.columns)
    required = tuple(name for name in contract.required if name != GOLD)
    gates = contract.gates.model_copy(update={"rules": rules, "required": required})
    return contract.model_copy(update={"gates": gates})


def gold_problems(contract: Contract, line: Line = lambda _address: None) -> Iterator[Problem]:
    """Why a contract cannot come into force: it would tell the vendor which questions have known answers.

    What is discarded is not paid. A vendor that delivers a week twice, the second time with some answers
    changed, would read from the amounts which of them were gold, whatever a feedback pack leaves out.
    """
    for address in gold_clauses(contract):
        problem = "discards a record by its field `gold`, so the amount paid tells which questions those are"
        fix = "judge the batch by annotators.gold, or give the rule the policy flag"
        yield Problem(address, line(address), problem, fix)


def _discards_by_gold(rule: RowRule) -> bool:
    return rule.policy == "discard" and GOLD in rule.columns
