"""`rampart contract new` as a user runs it."""

import re
from datetime import date
from pathlib import Path

import pytest
import typer

from contracts.load import load_contract
from rampart.cli.asking import Asking
from rampart.cli.exits import Exit
from tests.cli.conftest import Rampart

VOTES = "id,question,answer_a,answer_b,better,worker\n" + "".join(
    f"{n},Name fruit number {n}.,Apple {n},Chair {n},{'ab'[n % 2]},w{n % 3}\n" for n in range(20)
)
ALL = [
    *("--vendor", "Acme Labs", "--name", "Acme votes", "--start", "2026-01-05", "--weeks", "2"),
    *("--volumes", "100,200", "--price", "0.75", "--currency", "EUR"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a file of votes."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "votes.csv").write_text(VOTES)
    return tmp_path


def test_every_answer_can_be_given_as_an_option(rampart: Rampart, folder: Path) -> None:
    ended = rampart("contract", "new", "acme.odcs.yaml", *ALL, "--scheme", "likert")
    assert ended.code == 0, ended.err
    assert "taken without asking" not in ended.out
    contract = load_contract(folder / "acme.odcs.yaml")
    assert contract.vendor.name == "Acme Labs"
    assert contract.term.start == date(2026, 1, 5)
    assert [week.units for week in contract.ramp.weeks.values()] == [100, 200]
    assert contract.ramp.currency == "EUR"
    assert contract.annotation.scheme.kind == "likert"
    assert rampart("contract", "check", "acme.odcs.yaml").code == 0


def test_without_a_terminal_nothing_is_asked_and_the_defaults_are_named(
    rampart: Rampart, folder: Path
) -> None:
    ended = rampart("contract", "new", "--vendor", "Acme Labs", "--yes")
    assert ended.code == 0, ended.err
    assert "taken without asking: what is bought Acme Labs preference data, first day" in ended.out
    contract = load_contract(folder / "acme-labs.odcs.yaml")
    assert contract.term.weeks == 6
    assert contract.term.start.weekday() == 0


def test_at_a_terminal_a_person_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def prompt(question: str, default: str) -> str:
        asked.append((question, default))
        return " Birch "

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", prompt)
    ask = Asking(yes=False)
    assert ask("Vendor", "Example") == "Birch"
    assert asked == [("Vendor", "Example")]
    assert ask.defaults == []


def test_a_look_at_a_file_writes_a_contract_that_reads_it(rampart: Rampart) -> None:
    ended = rampart("contract", "new", "acme.odcs.yaml", *ALL, "--from", "votes.csv")
    assert ended.code == 0, ended.err
    assert "answer_a" in ended.out
    assert "2 values in 20 rows: a, b" in ended.out
    assert "rampart contract check acme.odcs.yaml" in ended.out
    command = re.search(r"rampart (contract try .*)", ended.out)
    assert command is not None
    tried = rampart(*command.group(1).split())
    assert tried.code == 0, tried.err
    assert "20 records from 20 rows, 0 in the quarantine" in tried.out


def test_more_files_may_follow_the_first(rampart: Rampart, folder: Path) -> None:
    (folder / "gold.csv").write_text("id,gold\n" + "".join(f"{n},a\n" for n in range(20)))
    ended = rampart("contract", "new", "acme.odcs.yaml", *ALL, "--from", "votes.csv", "gold.csv")
    assert ended.code == 0, ended.err
    assert [join.source.path for join in load_contract(folder / "acme.odcs.yaml").delivery.join] == [
        "gold.csv"
    ]
    assert (folder / "gold.csv").read_text().startswith("id,gold")


def test_a_file_is_not_overwritten_unless_asked(rampart: Rampart, folder: Path) -> None:
    (folder / "acme.odcs.yaml").write_text("mine")
    ended = rampart("contract", "new", "acme.odcs.yaml", *ALL, "--yes")
    assert ended.code == int(Exit.USAGE)
    assert "acme.odcs.yaml exists. Fix: name another file, or overwrite it with --force" in ended.err
    assert (folder / "acme.odcs.yaml").read_text() == "mine"
    assert rampart("contract", "new", "acme.odcs.yaml", *ALL, "--yes", "--force").code == 0
    load_contract(folder / "acme.odcs.yaml")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--start", "soon"], "--start: 'soon' is no date. Fix: write it as YYYY-MM-DD"),
        (["--volumes", "2000;5000"], "--volumes: '2000;5000' cannot be read. Fix: write whole numbers"),
        (["--price", "cheap"], "--price: 'cheap' cannot be read. Fix: write a number"),
        (["--price", "-1"], "--price: '-1' cannot be read"),
        (["--price", "NaN"], "--price: 'NaN' cannot be read"),
        (["--currency", "dollars"], "--currency: 'DOLLARS' is no ISO 4217 code. Fix: write three letters"),
        (["--vendor", "a\x1b[31m"], "is no name. Fix: write 1 to 100 letters"),
        (["--scheme", "stars"], "--scheme: 'stars' is none of binary, arena, likert"),
        (["notes.txt"], "notes.txt: a contract's file ends in .yaml. Fix: end it in .yaml"),
        (["b.yaml"], "b.yaml: one contract is written at a time"),
        (["--force", "nowhere/c.yaml"], None),
    ],
)
def test_a_wrong_answer_is_refused_with_the_fix(
    rampart: Rampart, folder: Path, words: list[str], said: str | None
) -> None:
    out = [] if said is None else ["a.yaml"]
    ended = rampart("contract", "new", *out, *ALL, "--yes", *words)
    assert ended.code == int(Exit.USAGE)
    assert (said or "nowhere/c.yaml cannot be written") in ended.err
    assert sorted(path.name for path in folder.iterdir() if path.is_file()) == ["votes.csv"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("none.csv", None, "none.csv: cannot be read"),
        ("empty.csv", b"", "the file is empty"),
        ("half.json", b'[{"a": 1}, {"a"', "not JSON"),
    ],
)
def test_a_file_that_cannot_be_looked_at_is_the_usual_error(
    rampart: Rampart, folder: Path, name: str, data: bytes | None, said: str
) -> None:
    if data is not None:
        (folder / name).write_bytes(data)
    ended = rampart("contract", "new", "a.yaml", *ALL, "--from", name)
    assert ended.code == int(Exit.REFUSED)
    assert said in ended.err
    assert "Traceback" not in ended.err
    assert not (folder / "a.yaml").exists()


def test_names_in_a_file_do_not_act_in_the_terminal(rampart: Rampart, folder: Path) -> None:
    text = VOTES.replace("better", "better\x1b[31m[bold]")
    (folder / "votes.csv").write_text(text)
    ended = rampart("contract", "new", "a.yaml", *ALL, "--from", "votes.csv")
    assert ended.code == 0, ended.err
    assert "\x1b" not in ended.out
    assert "\x1b" not in (folder / "a.yaml").read_text()
