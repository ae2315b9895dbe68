"""What a user can do wrong ends in one sentence and the exit code that belongs to it."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rampart.cli.exits import Exit
from rampart.ledger.migrations import HEAD
from simulator.season import START, Season, contract_text, week_rows
from tests.cli.conftest import Ended, Rampart

Step = Callable[[Season, Path], tuple[object, ...]]
FROM_A_FOLDER = "rows: {path: rows.jsonl, format: jsonl}"


def one_sentence(ended: Ended, code: Exit, *parts: str) -> None:
    """The command ended with `code` and said `parts`, in one line and without a traceback."""
    assert ended.code == int(code), ended.err
    said = [line for line in ended.err.splitlines() if not line.startswith("  ! ")]  # what a flow warned of
    assert len(said) == 1, ended.err
    assert said[0].startswith("error ")
    assert "Traceback" not in ended.out + ended.err
    for part in parts:
        assert part in said[0]


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A contract file whose deliveries need no manifest."""
    path = tmp_path / "north.odcs.yaml"
    path.write_text(contract_text().replace(FROM_A_FOLDER, f"manifest: none\n        {FROM_A_FOLDER}"))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A delivery without a manifest."""
    path = tmp_path / "delivery"
    path.mkdir()
    (path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in week_rows("north", 1)))
    return path


def test_a_contract_file_that_is_not_there(rampart: Rampart, tmp_path: Path) -> None:
    missing = tmp_path / "missing.odcs.yaml"
    for words in (("run", missing), ("contract", "check", missing)):
        one_sentence(rampart(*words), Exit.CONTRACT, str(missing), "cannot be read", "Fix:")


def test_a_contract_file_with_a_misspelt_term_names_its_line_and_the_right_word(
    rampart: Rampart, spec: Path
) -> None:
    spec.write_text(spec.read_text().replace("min_duration_s", "min_durations"))
    line = next(n for n, text in enumerate(spec.read_text().splitlines(), start=1) if "min_durations" in text)
    one_sentence(rampart("run", spec), Exit.CONTRACT, f"line {line}", "min_duration_s")


def test_a_contract_that_requires_an_unknown_field(rampart: Rampart, spec: Path) -> None:
    spec.write_text(spec.read_text().replace("gates: {", "gates: {required: [prompt, annotater_id], "))
    one_sentence(rampart("contract", "check", spec), Exit.CONTRACT, "annotater_id", "annotator_id")


def test_every_problem_of_a_contract_is_said_in_a_line_of_its_own(rampart: Rampart, spec: Path) -> None:
    spec.write_text(
        spec.read_text().replace("ceiling: 0.3", "ceiling: 3").replace("kind: binary", "kind: dual")
    )
    ended = rampart("contract", "check", spec)
    assert ended.code == int(Exit.CONTRACT)
    assert len(ended.err.splitlines()) == 2
    assert all(line.startswith("error ") for line in ended.err.splitlines())


def test_a_folder_that_is_not_there(rampart: Rampart, spec: Path, tmp_path: Path) -> None:
    one_sentence(rampart("run", spec, "--from", tmp_path / "nowhere"), Exit.REFUSED, "no such folder", "Fix:")


@pytest.mark.usefixtures("flows_can_run")
def test_a_folder_without_the_delivery(rampart: Rampart, spec: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ended = rampart("run", spec, "--from", tmp_path / "empty")
    one_sentence(ended, Exit.REFUSED, "holds no complete delivery", "rows.jsonl")


@pytest.mark.usefixtures("flows_can_run")
def test_a_truncated_gzip_file(rampart: Rampart, spec: Path, folder: Path) -> None:
    spec.write_text(spec.read_text().replace("path: rows.jsonl", "path: rows.jsonl.gz"))
    whole = gzip.compress((folder / "rows.jsonl").read_bytes())
    (folder / "rows.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    one_sentence(rampart("run", spec, "--from", folder), Exit.REFUSED, "rows.jsonl.gz", "Fix:")


@pytest.mark.usefixtures("flows_can_run")
def test_a_table_whose_header_lacks_a_column(rampart: Rampart, spec: Path, folder: Path) -> None:
    spec.write_text(spec.read_text().replace(FROM_A_FOLDER, "rows: {path: rows.csv, format: csv}"))
    (folder / "rows.csv").write_text("id,prompt,a,b,model,lable,who,opened,closed\n")
    ended = rampart("run", spec, "--from", folder)
    one_sentence(ended, Exit.REFUSED, "rows.csv line 1", "'label'", "did you mean 'lable'?")


@pytest.mark.usefixtures("flows_can_run")
def test_a_label_outside_the_scheme_is_no_error_but_a_discard_told_with_its_line(
    rampart: Rampart, season: Season, spec: Path, folder: Path
) -> None:
    rows = week_rows("north", 1, hasty=0)
    rows[6]["label"] = "both"
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    ended = rampart("run", spec, "--from", folder, "--as-of", START.isoformat(), "--json")
    assert (ended.code, json.loads(ended.out)["discarded"]) == (0, 1)
    (pack,) = (season.home / "store" / "packs").rglob("discarded-*.jsonl")
    told = json.loads(pack.read_text())
    assert (told["source_file"], told["source_line"]) == ("rows.jsonl", 7)
    assert told["reasons"] == ["label_outside_scheme"]


@pytest.mark.parametrize("week", [0, 4, -1])
def test_a_week_outside_the_term(rampart: Rampart, spec: Path, week: int) -> None:
    one_sentence(rampart("run", spec, "--week", week), Exit.USAGE, f"--week {week}", "weeks 1 to 3")


@pytest.mark.parametrize(("weeks", "part"), [("0", "3 or 2-4"), ("3-2", "3 or 2-4"), ("x", "3 or 2-4")])
def test_a_range_of_weeks_that_is_none(rampart: Rampart, weeks: str, part: str) -> None:
    one_sentence(rampart("backfill", "dc-north", "--weeks", weeks), Exit.USAGE, part)


def test_a_backfill_beyond_the_term(rampart: Rampart, season: Season) -> None:
    season.agree()
    one_sentence(rampart("backfill", "north", "--weeks", "2-4"), Exit.USAGE, "week 4", "weeks 1 to 3")


def test_a_contract_nobody_registered(rampart: Rampart, season: Season) -> None:
    one_sentence(
        rampart("backfill", "dc-south", "--weeks", "1"), Exit.LEDGER, "'dc-south'", "there are: none"
    )
    season.agree()
    one_sentence(rampart("backfill", "dc-south", "--weeks", "1"), Exit.LEDGER, "there are: dc-north")
    decided = rampart("decide", "dc-south", 1, "accept", "--by", "A", "--reason", "b")
    one_sentence(decided, Exit.LEDGER, "dc-south week 1")


def test_a_programme_nobody_has(rampart: Rampart, season: Season) -> None:
    season.agree()
    one_sentence(rampart("status", "--program", "large"), Exit.LEDGER, "'large'", "there are: small")


def test_another_contract_s_terms(rampart: Rampart, season: Season, tmp_path: Path) -> None:
    season.agree()
    other = tmp_path / "south.odcs.yaml"
    other.write_text(contract_text("south"))
    for dry in ((), ("--dry-run",)):
        ended = rampart("backfill", "north", "--weeks", "1", "--terms", other, *dry)
        one_sentence(ended, Exit.CONTRACT, "'dc-south', expected 'dc-north'")
    assert len(season.export()["contracts"]) == 1


def test_terms_changed_in_place(rampart: Rampart, season: Season, spec: Path) -> None:
    season.agree()
    one_sentence(rampart("run", spec), Exit.LEDGER, "terms never change in place", "raise `version`")


def test_a_version_that_is_no_longer_in_force(rampart: Rampart, season: Season, tmp_path: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        season.agree(version=version)
    old = tmp_path / "old.odcs.yaml"
    old.write_text(contract_text(version="1.0.0"))
    one_sentence(rampart("run", old), Exit.LEDGER, "version 1.1.0 is in force")


def test_a_moment_that_is_none(rampart: Rampart, spec: Path) -> None:
    one_sentence(rampart("run", spec, "--as-of", "monday"), Exit.USAGE, "'monday'", "2026-01-12T09:00Z")
    one_sentence(rampart("retrain", "--as-of", "monday"), Exit.USAGE, "'monday'")


@pytest.mark.parametrize("command", [("status",), ("verify",), ("demo",)])
def test_a_home_that_is_no_folder(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("RAMPART_HOME", str(tmp_path / "file"))
    one_sentence(rampart(*command), Exit.FAILED, str(tmp_path / "file"), "RAMPART_HOME")


def test_a_ledger_that_is_no_database(rampart: Rampart, season: Season) -> None:
    season.home.mkdir()
    (season.home / "ledger.db").write_text("this is not a database, and long enough to be read as one" * 20)
    one_sentence(rampart("status"), Exit.FAILED, "not a database", "RAMPART_DATABASE_URL", "rampart verify")


def test_a_database_server_that_is_not_there(rampart: Rampart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/books")
    one_sentence(rampart("status"), Exit.FAILED, "cannot be reached", "RAMPART_DATABASE_URL")


def test_a_schema_nobody_knows(rampart: Rampart) -> None:
    one_sentence(rampart("ledger", "downgrade", "--to", "0001"), Exit.LEDGER, "choose one of: none")
    assert rampart("ledger", "upgrade").code == int(Exit.OK)
    assert HEAD in rampart("ledger", "version").out
    one_sentence(rampart("ledger", "downgrade", "--to", "7777"), Exit.LEDGER, "'7777'", "base, 0001")


def test_asking_for_the_version_of_books_that_are_not_there_makes_none(
    rampart: Rampart, season: Season
) -> None:
    ended = rampart("ledger", "version")
    assert (ended.code, ended.out) == (0, f"there are no books yet; this Rampart writes schema {HEAD}\n")
    assert not season.home.exists()
    rampart("ledger", "upgrade")
    expected = f"the books have schema {HEAD}; this Rampart writes schema {HEAD}\n"
    assert rampart("ledger", "version").out == expected


def test_a_database_of_a_kind_nobody_knows(rampart: Rampart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_DATABASE_URL", "mysql+nosuchdriver://localhost/x")
    one_sentence(rampart("status"), Exit.FAILED, "nosuchdriver", "RAMPART_DATABASE_URL")


def test_a_store_that_cannot_be_addressed(rampart: Rampart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_STORE", "ftp://somewhere/else")
    one_sentence(rampart("verify"), Exit.REFUSED, "ftp://somewhere/else", "s3://bucket/prefix")


def test_a_demonstration_in_a_home_that_is_in_use(rampart: Rampart, season: Season) -> None:
    season.agree()
    before = season.export()
    for words in (("demo",), ("demo", "--reset")):
        one_sentence(rampart(*words), Exit.USAGE, str(season.home), "Fix:")
    assert season.export() == before


def test_a_demonstration_with_a_store_of_one_s_own(rampart: Rampart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_STORE", "s3://production")
    one_sentence(rampart("demo"), Exit.USAGE, "RAMPART_STORE")


def test_a_work_order_that_is_none(rampart: Rampart, tmp_path: Path) -> None:
    order = tmp_path / "order.jsonl"
    order.write_text('{"item": "a"}\n')
    one_sentence(rampart("work-order", "small", 1, order), Exit.REFUSED, "order.jsonl line 1", "Fix:")


def test_vendor_text_in_an_error_cannot_act_on_the_terminal(rampart: Rampart, tmp_path: Path) -> None:
    ended = rampart("run", tmp_path / "\x1b[31m[red]evil.yaml")
    assert "\x1b" not in ended.err
    assert "[red]evil.yaml" in ended.err


def test_the_installed_command_gives_the_shell_its_exit_code(shell: Rampart, tmp_path: Path) -> None:
    one_sentence(shell("run", tmp_path / "missing.yaml"), Exit.CONTRACT, "cannot be read")
    one_sentence(shell("decide", "x", 1, "accept", "--by", "A", "--reason", "b"), Exit.LEDGER, "x week 1")
    assert shell("status").code == int(Exit.OK)
    assert shell("status", "--nonsense").code == int(Exit.USAGE)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LEASE_S", "-5", "RAMPART_LEASE_S: Input should be greater than 0"),
        ("DATABASE_URL", "postgresql+psycopg://u:secret@h:port/x", "correct RAMPART_DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_is_a_sentence(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"RAMPART_{name}", value)
    ended = rampart("status")
    assert (ended.code != 0, said in ended.err, "secret" in ended.err) == (True, True, False)


def test_an_endpoint_without_its_scheme_is_a_sentence(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAMPART_S3_ENDPOINT_URL", "nonsense")
    monkeypatch.setenv("RAMPART_S3_REGION", "us-east-1")
    monkeypatch.setenv("RAMPART_STORE", "s3://bucket")
    ended = rampart("verify")
    assert (ended.code, "with https:// before it" in ended.err) == (Exit.FAILED, True)


@pytest.mark.parametrize(
    "words",
    [
        ("delete", "dc-north", "--weeks", f"1-{10**20}", "--by", "A", "--reason", "r"),
        ("decide", "dc-north", 10**20, "accept", "--by", "A", "--reason", "r"),
        ("dispute", "rule", "dc-north", 10**20, "5f2c", "uphold", "--by", "A", "--reason", "r"),
    ],
)
def test_a_week_that_no_contract_has_is_told_at_once(rampart: Rampart, words: tuple[object, ...]) -> None:
    assert rampart(*words).code == Exit.USAGE
