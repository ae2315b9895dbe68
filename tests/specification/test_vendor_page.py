"""What a vendor needs is on the page, word for word; what is the buyer's does not move a byte of it."""

import builtins
import io
import os
import socket
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from contracts.load import load_contract
from contracts.model import Contract
from rampart.records.reasons import REASONS
from rampart.specification.example_rows import Examples
from rampart.specification.pages import html_page, markdown_page
from rampart.specification.rules import active_reasons
from rampart.specification.specification import specification
from tests.contracts.files import SPECS
from tests.specification.example_terms import examples_of

FILES = sorted(SPECS.rglob("*.odcs.yaml"))
STANDARD = load_contract(SPECS / "standard" / "six-week-preferences.odcs.yaml")


class Cells(HTMLParser):
    """The tables of a page as rows of their cells' texts, and all its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text = ""
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._inside = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside:
            self.rows[-1][-1] += data


def page_of(given: Contract, examples: Examples | None = None) -> Cells:
    return Cells(html_page(specification(given, examples or Examples(problem="left out"))))


def with_terms(given: Contract, changes: Mapping[str, Any]) -> Contract:
    """`given` with the terms at dotted addresses replaced, validated again."""
    told = given.model_dump(by_alias=True)
    for address, value in changes.items():
        *above, last = address.split(".")
        group: Any = told
        for name in above:
            group = group[int(name) if name.isdigit() else name]
        group[last] = value
    return Contract.model_validate(told)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_week_s_folder_due_moment_and_volume_stand_in_one_row(path: Path) -> None:
    given = load_contract(path)
    rows = {row[0]: row for row in page_of(given).rows if len(row) > 4}
    for number, week in given.ramp.weeks.items():
        # The first moment after the week's seven days, so many days and hours later, by the local clock.
        day = given.term.start + timedelta(days=7 * number + given.term.due_after_days)
        due = datetime.combine(day, time(given.term.due_hour))
        row = rows[str(number)]
        assert row[2] == due.strftime("%a %d %b %Y, %H:%M")
        assert row[3] == f"{given.inbox(number)}/"
        assert row[4] == f"{week.units:,}"
        assert due.replace(tzinfo=ZoneInfo(given.term.timezone)) == given.term.due(number)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_required_fields_allowed_words_and_active_gates_are_told(path: Path) -> None:
    given = load_contract(path)
    page = page_of(given)
    needed = {row[1] for row in page.rows if len(row) == 4 and row[2] == "required"}
    read = {name for name, text in given.delivery.record if text is not None}
    single = set(given.required) - {"responses"}
    assert single & read <= needed
    assert ("responses" not in given.required) or any("response" in name for name in needed)
    told = {row[0] for row in page.rows}
    scheme = given.annotation.scheme.model_dump(exclude_none=True)
    by_threshold = scheme.get("threshold") is not None  # then results are numbers, not words
    spoken = ("a", "b", "tie", "both_bad", "up", "down", *(() if by_threshold else ("passed", "failed")))
    words = [scheme.get(name, ()) for name in spoken]
    words += [scheme.get("labels", ()), scheme.get("words", {}), *scheme.get("categories", {}).values()]
    for group in words:
        assert {str(word).lower() if isinstance(word, bool) else str(word) for word in group} <= told
    for name in ("low", "high"):
        if name in scheme:
            assert any(f"{scheme[name]:g}" in cell.split(" to ") for cell in told)
    assert set(given.delivery.roles) <= told
    for _, given_words in given.delivery.values:
        assert set(given_words.map if given_words else ()) <= told
    assert all(axis in page.text for axis in given.annotation.aspects)
    sentences = {reason.code: reason.sentence for reason in REASONS}
    active = active_reasons(given)
    assert {code for code, sentence in sentences.items() if sentence in page.text} == set(active)


def test_a_limit_of_a_gate_is_told_with_its_own_figure() -> None:
    page = page_of(with_terms(STANDARD, {"gates.min_duration_s": 17.0, "gates.max_duration_s": 1234.0}))
    assert "The minimum is 17 s." in page.text
    assert "The maximum is 1234 s." in page.text


@pytest.mark.parametrize(
    ("address", "value"),
    [
        ("program", "other-program"),
        ("ramp.phases.calibration.price", "987.65"),
        ("ramp.phases.production.discount", 0.77),
        ("ramp.weeks.1.discount", 0.66),
        ("ramp.credits.short_unit", "43.21"),
        ("ramp.credits.late_day", 0.33),
        ("ramp.currency", "EUR"),
        ("ramp.excess", "paid"),
        ("training", {"backend": "none", "promotion_margin": 0.123}),
        ("holds.lifted_by", ["Nobody Known"]),
        ("vendor.contacts", [{"name": "Pat Secret", "email": "pat@secret.example"}]),
        ("invoicing", {}),
        ("privacy.annotator_consent", "v77"),
    ],
)
def test_what_is_the_buyer_s_does_not_change_a_byte_of_either_page(address: str, value: Any) -> None:
    other = with_terms(STANDARD, {address: value})
    assert other != STANDARD
    for render in (html_page, markdown_page):
        told = [render(specification(each, examples_of(each))) for each in (STANDARD, other)]
        assert told[0] == told[1]


@pytest.mark.parametrize("name", ["length", "position"])
def test_an_advisory_audit_s_threshold_does_not_change_a_byte(name: str) -> None:
    pages = [
        html_page(
            specification(
                with_terms(STANDARD, {f"audits.{name}": {"max_lean": lean, "severity": severity}}), Examples()
            )
        )
        for severity, lean in (("advisory", 0.2), ("advisory", 0.4), ("blocking", 0.2), ("blocking", 0.4))
    ]
    assert pages[0] == pages[1]
    assert pages[2] != pages[3]


def test_floors_for_people_that_are_only_advice_are_named_without_their_figures() -> None:
    told: dict[str, Any] = {
        "severity": "advisory",
        "gold": {"share": 0.0123, "min_accuracy": 0.876},
        "roster": "people.csv",
    }
    told |= {"agreement": {"least": 0.432}, "min_screening_score": 0.654}
    for severity, shown in (("advisory", False), ("blocking", True)):
        text = page_of(with_terms(STANDARD, {"annotators": {**told, "severity": severity}})).text
        assert "gold questions" in text and "screening scores" in text
        assert "acme/people.csv: CSV with the column annotator_id" in text
        assert [figure in text for figure in ("0.876", "0.432", "0.654")] == [shown] * 3
        assert "0.0123" not in text and "1.23 %" not in text  # how many are gold


def test_no_example_holds_a_gold_answer() -> None:
    assert STANDARD.delivery.record.gold == "gold"
    for file in examples_of(STANDARD).files:
        assert "gold" not in file.text


def test_a_long_rule_is_told_whole() -> None:
    names = [f"domain-{number:04}" for number in range(800)]
    mix = {"domain": {"shares": dict.fromkeys(names, 1 / 800)}}
    values = {"delivery.values": STANDARD.delivery.values.model_copy(update={"domain": None}).model_dump()}
    text = page_of(with_terms(STANDARD, {"mix": mix, **values})).text
    assert all(name in text for name in names)


def test_nothing_a_contract_names_is_opened_or_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    named = "/etc/passwd file:///etc/hosts https://evil.example/guideline.html"
    given = with_terms(STANDARD, {"annotation.guideline.document": named, "annotators.roster": "hidden.csv"})
    html_page(specification(given, examples_of(given)))  # what Python and the renderer load once is loaded
    opened: list[str] = []

    def watched(real: Any) -> Any:
        def open_(file: Any, *rest: Any, **more: Any) -> Any:
            opened.append(os.fspath(file) if isinstance(file, str | Path) else str(file))
            return real(file, *rest, **more)

        return open_

    def refused(*_given: Any, **_more: Any) -> Any:
        raise AssertionError("a connection was asked for")

    monkeypatch.setattr(builtins, "open", watched(builtins.open))
    monkeypatch.setattr(io, "open", watched(io.open))
    monkeypatch.setattr(os, "open", watched(os.open))
    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refused)
    page = html_page(specification(given, examples_of(given)))
    monkeypatch.undo()
    assert "https://evil.example/guideline.html" in page
    assert opened  # the example's own files
    assert not [name for name in opened if any(part in name for part in ("passwd", "hosts", "hidden.csv"))]
