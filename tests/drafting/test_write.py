"""The written contract: it passes the check, its offers can be switched on, vendor text stays text."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.load import parse_contract
from contracts.model import Contract
from rampart.drafting.draft import Note
from rampart.drafting.skeleton import SCHEMES, Answers, phase_of, standard_reading
from rampart.drafting.write import contract_text
from tests.drafting.drafts import ANSWERS, of_rows


def standard(kind: str = "arena", answers: Answers = ANSWERS) -> str:
    sections, notes = standard_reading(kind)
    return contract_text(answers, sections, notes)


def checked(text: str) -> Contract:
    return parse_contract(text.encode(), "draft.odcs.yaml")


@pytest.mark.parametrize("kind", SCHEMES)
def test_the_standard_contract_passes_the_check_unedited(kind: str) -> None:
    contract = checked(standard(kind))
    assert contract.annotation.scheme.kind == kind
    assert [week.units for week in contract.ramp.weeks.values()] == [2000, 5000, 10000, 20000, 30000, 30000]
    assert [week.phase for week in contract.ramp.weeks.values()] == [
        *["calibration"] * 2,
        *["ramp"] * 2,
        *["production"] * 2,
    ]
    ceilings = [contract.phase(week).discard_ceiling for week in range(1, 7)]
    assert ceilings == sorted(ceilings, reverse=True)


def test_every_section_says_in_a_line_what_it_does() -> None:
    lines = standard().splitlines()
    heads = [place for place, line in enumerate(lines) if re.match(r" {6}(# )?[a-z_]+:", line)]
    assert len(heads) >= 18
    for place in heads:
        assert re.match(r" {6}# [A-Z]", lines[place - 1]), lines[place]


def test_every_offer_can_be_switched_on() -> None:
    text = standard("binary")
    offers = re.findall(r"^ {6}# ([a-z_]+):", text, re.MULTILINE)
    assert {"mix", "annotators", "redelivery", "rights", "on_policy", "audits", "disputes"} <= set(offers)
    # Comments are sentences; what is left without its `# ` is terms.
    on = re.sub(r"^( {6})# (?=[a-z_]+:|  )", r"\1", text, flags=re.MULTILINE)
    contract = checked(on)
    assert contract.mix.domain is not None
    assert contract.annotators.max_share == 0.05
    assert contract.gates.min_duration_s == 4
    assert set(offers) <= set(contract.model_fields_set)


@pytest.mark.parametrize("weeks", [1, 2, 3, 5, 6, 12, 52])
def test_phases_step_up_once_and_end_in_production(weeks: int) -> None:
    named = [phase_of(week, weeks) for week in range(1, weeks + 1)]
    order = ["calibration", "ramp", "production"]
    assert [order.index(name) for name in named] == sorted(order.index(name) for name in named)
    assert named[-1] == "production"


def test_answers_are_taken_as_given() -> None:
    answers = Answers("Ünï Láb #1: [x]", "a: b # c", date(2027, 3, 1), 3, (7, 9), Decimal("1.2345"), "JPY")
    contract = checked(standard("likert", answers))
    assert contract.vendor.name == "Ünï Láb #1: [x]"
    assert contract.name == "a: b # c"
    assert contract.term.start == date(2027, 3, 1)
    assert [week.units for week in contract.ramp.weeks.values()] == [7, 9, 9]
    assert {phase.price for phase in contract.ramp.phases.values()} == {Decimal("1.2345")}
    assert (contract.ramp.currency, contract.ramp.minor_units) == ("JPY", 0)


@pytest.mark.parametrize("price", ["0", "1", "0.05", "10.00", "0.1234", "123456.7"])
def test_prices_keep_their_places(price: str) -> None:
    answers = Answers("Acme", "Votes", date(2026, 1, 5), price=Decimal(price))
    assert {p.price for p in checked(standard("binary", answers)).ramp.phases.values()} == {Decimal(price)}


HOSTILE = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        "x\nprogram: stolen",
        "x # y",
        "x: y",
        "x\u2028status: active",
        "x\x85status: active",
        "\x1b[31mred",
        "'}]\"",
        "%{...}",
        "&a *a !!python/object",
        "a\rb",
        "---",
        "`1`",
        "\ufeff",
        "\\u0000",
    ]
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(HOSTILE, min_size=5, max_size=5, unique=True),
    st.lists(HOSTILE, min_size=2, max_size=4, unique=True),
)
def test_whatever_columns_and_labels_are_called_they_become_no_terms(
    names: list[str], words: list[str]
) -> None:
    prompt, first, second, label, worker = (
        f"{role} {name}"
        for role, name in zip(["prompt", "response_a", "response_b", "label", "worker"], names, strict=True)
    )
    rows: list[dict[str, Any]] = [
        {
            prompt: f"What is {n} to the power of {n}?",
            first: f"It is {n}.",
            second: f"I think that it is {n}.",
            label: words[n % len(words)],
            worker: words[0],
        }
        for n in range(8)
    ]
    with TemporaryDirectory() as folder:
        found = of_rows(Path(folder), rows)
    contract = found.contract
    assert (contract.program, contract.status, contract.version) == ("acme-votes", "draft", "1.0.0")
    assert contract.vendor.id == "acme-labs"
    assert contract.model_fields_set <= {*Contract.model_fields} - {"rights", "training", "holds", "privacy"}
    assert all(character.isprintable() or character == "\n" for character in found.text)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_a_note_stays_in_its_comment(text: str) -> None:
    sections, _ = standard_reading("binary")
    quiet = contract_text(ANSWERS, sections, {})
    address = "delivery.record.label"
    told = contract_text(ANSWERS, sections, {address: Note(text, "edit")}, {"delivery": text})
    without = [line for line in told.splitlines() if not line.lstrip().startswith("#")]
    assert without == [line for line in quiet.splitlines() if not line.lstrip().startswith("#")]
    assert checked(told).model_dump(exclude={"digest"}) == checked(quiet).model_dump(exclude={"digest"})
