"""`contract show` and `contract export` as a user meets them."""

import json
from pathlib import Path

import pytest

from rampart.cli.exits import Exit
from tests.cli.conftest import Rampart
from tests.contracts.files import GOOD, SPECS

ALDER = SPECS / "demo" / "alder.odcs.yaml"


def test_show_prints_weeks_sentences_and_their_clauses(rampart: Rampart) -> None:
    shown = rampart("contract", "show", ALDER)
    assert shown.code == int(Exit.OK)
    for said in ("12 Jan-18 Jan", "Mon 19 Jan 09:00", "1.05", "ramp.credits.short_unit", "6,222.00 USD"):
        assert said in shown.out


def test_show_knows_a_version_on_the_books(rampart: Rampart, tmp_path: Path) -> None:
    path = tmp_path / "c.odcs.yaml"
    path.write_text(GOOD)
    assert rampart("contract", "register", path, "--as-of", "2026-01-05T00:00:00Z").code == int(Exit.OK)
    assert "dc-test 1.0.0" in rampart("contract", "show", "dc-test@1.0.0", "--markdown").out
    assert rampart("contract", "show", "dc-test@9").code == int(Exit.LEDGER)
    assert rampart("contract", "show", "dc-none").code == int(Exit.LEDGER)


def test_hostile_names_are_shown_as_they_are_written(rampart: Rampart, tmp_path: Path) -> None:
    path = tmp_path / "c.odcs.yaml"
    path.write_text(GOOD.replace("name: Acme}", 'name: "[red]<b>|[x](javascript:y)"}'))
    assert "[red]<b>|[x](javascript:y)" in rampart("contract", "show", path).out
    assert "\\[red\\]&lt;b&gt;\\|\\[x\\](javascript:y)" in rampart("contract", "show", path, "--markdown").out


@pytest.mark.parametrize("kind", ["odcs", "json", "delivery"])
def test_export_writes_a_file_once_and_again_only_by_force(
    rampart: Rampart, tmp_path: Path, kind: str
) -> None:
    out = tmp_path / "out"
    words = ("contract", "export", ALDER, "--as", kind)
    assert rampart(*words, "--out", out).code == int(Exit.OK)
    first = out.read_text()
    assert rampart(*words).out == first
    out.write_text("mine")
    refused = rampart(*words, "--out", out)
    assert (refused.code, out.read_text()) == (int(Exit.USAGE), "mine")
    assert "--force" in refused.err
    assert rampart(*words, "--out", out, "--force").code == int(Exit.OK)
    assert out.read_text() == first


def test_exported_odcs_is_a_contract_again(rampart: Rampart, tmp_path: Path) -> None:
    out = tmp_path / "plain.odcs.yaml"
    rampart("contract", "export", ALDER, "--as", "odcs", "--out", out)
    assert rampart("contract", "check", out).code == int(Exit.OK)
    told = json.loads(rampart("contract", "export", out, "--as", "json").out)
    assert [week["net_price"] for week in told["weeks"]] == ["1.05", "1.05", "1.5", "1.5", "1.5", "1.5"]


def test_an_example_that_cannot_be_made_is_said_on_the_side(rampart: Rampart, tmp_path: Path) -> None:
    path = tmp_path / "c.odcs.yaml"
    path.write_text(GOOD.replace("label: winner", "label: sort(keys(@))[-1]"))
    told = rampart("contract", "export", path, "--as", "delivery", "--format", "markdown")
    assert "No example is shown" in told.out
    assert "note no example is shown" in told.err


def test_rows_of_a_sample_that_do_not_fit_are_named_on_the_side(rampart: Rampart, tmp_path: Path) -> None:
    terms, rows, pairs = tmp_path / "c.odcs.yaml", tmp_path / "rows.csv", tmp_path / "pairs.jsonl"
    terms.write_text(GOOD)
    pairs.write_text('{"id": 1, "text": "p", "x": "x", "y": "y"}\n')
    bad = "1,nonsense\n"
    rows.write_text("id,winner\n" + 12 * bad + "1,left\n")
    words = ("contract", "export", terms, "--as", "delivery", "--sample", rows, "--sample", pairs)
    told = rampart(*words)
    assert (told.code, "1 judgement." in told.out) == (int(Exit.OK), True)
    assert "The rows are those of a sample." in told.out
    assert "nonsense" not in told.out
    assert "not shown: rows.csv line 2: discarded: label outside scheme" in told.err
    assert "not shown: 2 more rows" in told.err
    rows.write_text("id,winner\n1,\x1b[31mleft\n", encoding="utf-8")
    told = rampart(*words)
    assert "it holds characters that cannot be shown" in told.err
    assert "\x1b" not in told.out + told.err


def test_a_place_that_cannot_be_written_is_named(rampart: Rampart, tmp_path: Path) -> None:
    refused = rampart("contract", "export", ALDER, "--as", "json", "--out", tmp_path / "none" / "c.json")
    assert refused.code == int(Exit.USAGE)
    assert "cannot be written (No such file or directory). Fix:" in refused.err


def test_a_format_is_only_for_the_specification(rampart: Rampart) -> None:
    refused = rampart("contract", "export", ALDER, "--as", "odcs", "--format", "markdown")
    assert (refused.code, "--format is for" in refused.err) == (int(Exit.USAGE), True)


def test_a_sample_is_only_for_the_specification(rampart: Rampart, tmp_path: Path) -> None:
    sample = tmp_path / "rows.csv"
    sample.write_text("id\n1\n")
    refused = rampart("contract", "export", ALDER, "--as", "json", "--sample", sample)
    assert (refused.code, "--as delivery" in refused.err) == (int(Exit.USAGE), True)
