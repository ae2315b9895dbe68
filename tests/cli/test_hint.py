"""`rampart hint`: which weeks, and looking at just those."""

import io
import json
from pathlib import Path

import pytest

from rampart.cli.exits import Exit
from rampart.delivery.hints import LONGEST_MESSAGE
from simulator.season import START, Season
from tests.cli.conftest import Rampart

AT = "2026-01-12T09:00Z"


def event(path: Path, *keys: str) -> Path:
    records = [
        {"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "inbox"}, "object": {"key": key}}}
        for key in keys
    ]
    path.write_text(json.dumps({"Records": records}))
    return path


def test_the_weeks_an_event_is_about_are_named(
    rampart: Rampart, season: Season, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    season.agree()
    monkeypatch.setenv("RAMPART_DROP", "s3://inbox/drop")
    written = event(
        tmp_path / "e.json", "drop/north/week-01/rows.jsonl", "drop/north/week-03/early.jsonl", "x"
    )
    ended = rampart("hint", written, "--as-of", AT)
    assert (ended.code, ended.out) == (0, "dc-north week 1\n")
    ended = rampart("hint", written, "--as-of", AT, "--json")
    assert json.loads(ended.out) == [{"contract_id": "dc-north", "week": 1}]
    ended = rampart("hint", event(tmp_path / "e.json", "other"), "--as-of", AT)
    assert ended.out.startswith("no contract week")


def test_what_is_wrong_is_one_sentence(
    rampart: Rampart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = rampart("hint", event(tmp_path / "e.json"))
    assert ended.code == Exit.USAGE
    assert "the drop is no bucket" in ended.err
    monkeypatch.setenv("RAMPART_DROP", "s3://inbox")
    ended = rampart("hint", tmp_path / "none.json")
    assert (ended.code, "no such file" in ended.err) == (Exit.USAGE, True)
    (tmp_path / "e.json").write_text("{}")
    ended = rampart("hint", tmp_path / "e.json")
    assert ended.code == Exit.REFUSED
    assert "this is no event notification" in ended.err


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"\xff\xfe{", "standard input: this is not JSON"),
        (b'{"Records": "caf\xe9"}', "standard input: expected a list of records"),
        ("é".encode() * (LONGEST_MESSAGE + 1), "standard input: the message has 1,048,577 characters"),
    ],
    ids=["no text", "another encoding", "too long"],
)
def test_whatever_comes_on_standard_input_is_answered_with_a_sentence(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch, sent: bytes, said: str
) -> None:
    monkeypatch.setenv("RAMPART_DROP", "s3://inbox")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(sent), encoding="utf-8", errors="strict"))
    ended = rampart("hint", "-")
    assert (ended.code, said in ended.err) == (Exit.REFUSED, True), ended.err


@pytest.mark.slow
@pytest.mark.usefixtures("flows_can_run")
def test_with_run_just_those_weeks_are_looked_at(
    rampart: Rampart, season: Season, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    season.agree(at=START)
    season.deliver(1)
    season.agree("south", at=START)
    season.deliver(1, vendor="south")
    written = event(tmp_path / "e.json", "north/week-01/manifest.json")
    # The drop stays a folder here; that the events are of a bucket is all the command looks at.
    monkeypatch.setattr("rampart.cli.hint._drop", lambda: ("inbox", ""))
    ended = rampart("hint", written, "--run", "--as-of", AT)
    assert ended.code == 0, ended.err
    assert "dc-north week 1: accepted" in ended.out
    assert [row[0] for row in season.batches()] == ["dc-north"]
