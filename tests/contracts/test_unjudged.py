"""Clauses nothing judges yet, and fields of the standard that say other than our terms."""

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field

from contracts.load import load_contract, parse_contract
from contracts.notes import notes
from contracts.terms.base import Terms, clause
from contracts.versions.unjudged import recorded, refusals, refused
from tests.contracts.files import GOOD, SPECS


class Inner(Terms):
    """Two terms that are only recorded."""

    least: float = Field(json_schema_extra=clause("higher", judged=False))
    how: Literal["a", "b"] = Field("a", json_schema_extra=clause(judged=False))


class Outer(Terms):
    """A group with terms of every standing."""

    judged: int = Field(1, json_schema_extra=clause("lower"))
    noted: int = Field(1, json_schema_extra=clause("lower", judged=False))
    listed: dict[str, float] = Field(default_factory=dict, json_schema_extra=clause(judged=False))
    partly: Literal["a", "b", "c"] = Field("a", json_schema_extra=clause(recorded=("b",)))
    paid: float = Field(0, json_schema_extra=clause("higher", judged=False, paid=True))
    inner: Inner | None = None


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        (Outer(), ()),
        (Outer(judged=2, noted=1), ()),
        (Outer(noted=2), ("noted",)),
        (Outer(listed={"x": 0.5, "y": 0.5}), ("listed",)),
        (Outer(inner=Inner(least=0.5)), ("inner.least",)),
        (Outer(inner=Inner(least=0.5, how="b")), ("inner.least", "inner.how")),
        (Outer(paid=0.5), ()),
        (Outer(partly="b"), ("partly",)),
        (Outer(partly="c"), ()),
    ],
)
def test_only_clauses_that_are_set_and_that_nothing_judges_are_named(
    terms: Outer, found: tuple[str, ...]
) -> None:
    assert recorded(terms) == found


def test_a_money_clause_that_is_not_billed_is_refused_with_its_line() -> None:
    assert refused(Outer()) == ()
    assert refused(Outer(paid=0.5, noted=7)) == ("paid",)
    (problem,) = refusals(Outer(paid=0.5), {"paid": 12}.get)
    assert str(problem).startswith(
        "line 12, paid: would change what is paid, and Rampart does not bill it yet."
    )


def test_notes_name_the_line_of_a_clause_nothing_judges() -> None:
    data = f"{GOOD}      rights: {{vendor_may_name_buyer: true}}\n".encode()
    found = notes(parse_contract(data, "c"), data, "c")
    assert [str(note) for note in found] == [
        "recorded, not judged yet: rights.vendor_may_name_buyer (line 36)"
    ]


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("{priceAmount: 1.25, priceCurrency: USD}", []),
        ("{priceAmount: 1, priceCurrency: USD}", []),
        ("{priceCurrency: EUR}", ["says EUR, but ramp.currency is USD: price.priceCurrency (line 6)"]),
        (
            "{priceAmount: 2}",
            [
                "says 2.00, but the phases' prices are 1.00 (calibration), 1.25 (production): "
                "price.priceAmount (line 6)"
            ],
        ),
    ],
)
def test_the_standards_price_is_held_against_ours(price: str, said: list[str]) -> None:
    data = GOOD.replace("version: 1.0.0", f"version: 1.0.0\nprice: {price}").encode()
    assert [str(note) for note in notes(parse_contract(data, "c"), data, "c")] == said


@pytest.mark.parametrize("path", sorted(SPECS.rglob("*.odcs.yaml")), ids=lambda path: path.stem)
def test_every_contract_of_ours_can_come_into_force(path: Path) -> None:
    assert refused(load_contract(path)) == ()


def test_weeks_whose_checkpoints_are_to_be_named_later_are_noted_where_a_share_is_asked() -> None:
    group = "      on_policy: {checkpoints: {1: [a]}, min_share: 0.9}\n"
    data = GOOD.replace("      audits:", f"{group}      audits:").encode()
    (note,) = notes(parse_contract(data, "c"), data, "c")
    assert (note.field, note.line) == ("on_policy.checkpoints", 34)
    assert note.note.startswith("names no checkpoint for week 2: on_policy.min_share")
    unasked = data.replace(b", min_share: 0.9", b"")
    assert notes(parse_contract(unasked, "c"), unasked, "c") == ()
