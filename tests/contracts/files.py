"""A small whole contract file, and the problems found in a changed one."""

from pathlib import Path

import pytest

from contracts.load import ContractError, Problem, parse_contract

SPECS = Path(__file__).parents[2] / "contracts" / "specs"

GOOD = """\
apiVersion: v3.2.0
kind: DataContract
id: dc-test
name: Test
version: 1.0.0
status: draft
customProperties:
  - property: rampart
    value:
      vendor: {id: acme, name: Acme}
      program: rm
      term: {start: 2026-01-05, weeks: 2}
      ramp:
        weeks:
          1: {phase: calibration, units: 10}
          2: {phase: production, units: 20}
        phases:
          calibration: {discard_ceiling: 0.5, price: 1.00}
          production: {discard_ceiling: 0.1, price: 1.25}
      annotation:
        scheme: {kind: arena, a: [left], b: [right], tie: [tie]}
      delivery:
        rows: {path: rows.csv, format: csv}
        join:
          - {as: pair, source: {path: pairs.jsonl, format: jsonl}, on: id, key: id}
        record:
          prompt: pair.text
          responses:
            - {content: pair.x}
            - {content: pair.y}
          label: winner
      gates:
        required: [prompt, responses, label]
      audits:
        length: {max_lean: 0.1}
"""


def changed(old: str, new: str) -> bytes:
    """`GOOD` with its first `old` replaced."""
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


def problems(data: bytes) -> tuple[Problem, ...]:
    """What is wrong with the file `data`."""
    with pytest.raises(ContractError) as caught:
        parse_contract(data, "c.yaml")
    return caught.value.problems


def problem(data: bytes) -> Problem:
    """The one thing that is wrong with the file `data`."""
    (one,) = problems(data)
    return one
