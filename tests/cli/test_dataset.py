"""A dataset exported as an engineer does who trains elsewhere."""

import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any, get_args

import pyarrow.parquet as pq
import pytest

from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.cli import main
from rampart.cli.dataset import To
from rampart.cli.exits import Exit
from rampart.ledger.verify import verify_books
from rampart.retrain.exports.formats import FORMATS
from simulator.season import Season, amending, due, week_rows
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart
from tests.ledger.books import promotion


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks of which each promoted a model, as if forty judgements were enough to decide on."""
    folder = tmp_path_factory.mktemp("season") / "home"
    with pytest.MonkeyPatch.context() as patched, without_prefect():
        patched.setenv("RAMPART_HOME", str(folder))
        patched.setattr("tasks.retrain._decision", lambda it: promotion(True, it.compared_with))
        season = Season(folder)
        season.agree()
        for week in (1, 2):
            season.deliver(week)
            process_delivery("dc-north", week, due(week))
            retrain(due(week))
    return folder


@pytest.fixture
def trained(season: Season, home: Path) -> Season:
    """That season, to do with as a test likes."""
    shutil.copytree(home, season.home)
    return season


@pytest.mark.usefixtures("trained")
def test_the_champions_dataset_is_exported_with_an_account_of_every_pair(
    rampart: Rampart, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    told = json.loads(rampart("dataset", "export", "small", "--to", "trl", "--out", out, "--json").out)
    listed = {one["row"]["version"]: one for one in json.loads(rampart("rm", "list", "small", "--json").out)}
    assert told["dataset"] == listed[2]["data_digest"]
    assert told["reward_models"] == [2]
    assert told["pairs"] == sum(batch["pairs"] for batch in told["batches"]) > 0
    assert told["pairs"] == told["pairs_exported"] + sum(told["left_out"].values())
    assert told["left_out"]["other_split"] > 0
    assert json.loads((out / "manifest.json").read_text()) == told
    rows = pq.read_table(out / "train.parquet").to_pylist()
    assert len(rows) == told["rows"] == told["pairs_exported"]
    assert all(row["prompt"][-1]["role"] == "user" for row in rows)
    assert all(len(row["chosen"][0]["content"]) > len(row["rejected"][0]["content"]) for row in rows)
    for name, file in told["files"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == file["sha256"]


@pytest.mark.usefixtures("trained")
def test_again_it_is_refused_and_forced_it_is_the_same_bytes(rampart: Rampart, tmp_path: Path) -> None:
    line = ("dataset", "export", "small", "1", "--to", "hf", "--split", "all", "--out", tmp_path / "out")
    first = rampart(*line)
    assert (first.code, "Held-out pairs are in it" in first.out) == (Exit.OK, True)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    again = rampart(*line)
    assert (again.code, "--force" in again.err) == (Exit.USAGE, True)
    assert rampart(*line, "--force").code == Exit.OK
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert pq.read_table(tmp_path / "out" / "test.parquet").num_rows > 0


@pytest.mark.usefixtures("trained")
def test_force_never_replaces_a_folder_that_is_no_export(rampart: Rampart, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("mine")
    line = ("dataset", "export", "small", "--to", "trl", "--out", tmp_path / "thesis", "--force")
    assert rampart(*line).code == Exit.USAGE
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "mine"


@pytest.mark.usefixtures("trained")
def test_a_dataset_is_named_by_the_beginning_of_its_digest(rampart: Rampart, tmp_path: Path) -> None:
    one = json.loads(rampart("rm", "show", "small", "1", "--json").out)["data_digest"]
    line = ("dataset", "export", "small", "--to", "axolotl", "--out", tmp_path / "out", "--json")
    told = json.loads(rampart(*line, "--dataset", one[:10]).out)
    assert (told["dataset"], told["reward_models"]) == (one, [1])
    other = rampart("dataset", "export", "small", "--to", "trl", "--out", tmp_path / "no", "--dataset", "zz")
    assert other.code == Exit.LEDGER
    assert one[:12] in other.err, "it names those there are"
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("right", "side"), [("train", "train"), ("evaluate", "holdout"), ("evaluate", "all")]
)
def test_a_right_that_was_taken_away_stops_the_side_it_is_of(
    rampart: Rampart, trained: Season, tmp_path: Path, right: str, side: str
) -> None:
    changed = amending(f"rights.{right}", effective="2026-01-26")
    trained.agree("north", due(2), version="1.1.0", amendment=f"      rights: {{{right}: false}}\n{changed}")
    line = ("dataset", "export", "small", "2", "--to", "trl", "--split", side, "--out", tmp_path / side)
    refused = rampart(*line, "--as-of", "2026-01-26T00:00Z")
    assert refused.code == Exit.LEDGER
    assert f"dc-north@1.1.0 rights.{right} (week 1)" in refused.err
    assert not (tmp_path / side).exists()
    assert rampart(*line, "--as-of", "2026-01-25T00:00Z").code == Exit.OK, "until then it was allowed"


@pytest.mark.usefixtures("trained")
def test_publishing_is_asked_of_the_rights_and_refused_with_the_clause(
    rampart: Rampart, tmp_path: Path
) -> None:
    line = ("dataset", "export", "small", "--to", "hf", "--out", tmp_path / "out")
    refused = rampart(*line, "--release")
    assert refused.code == Exit.LEDGER
    assert "dc-north@1.0.0 rights.release_data (week 1)" in refused.err
    assert not (tmp_path / "out").exists()
    assert rampart(*line).code == Exit.OK
    assert "may not be published" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.usefixtures("trained")
def test_deleted_data_do_not_leave_and_the_refusal_names_the_certificate(
    rampart: Rampart, tmp_path: Path
) -> None:
    order = ("delete", "dc-north", "--weeks", "1", "--by", "A. Lead", "--reason", "asked to", "--yes")
    assert rampart(*order).code == Exit.OK
    refused = rampart("dataset", "export", "small", "2", "--to", "trl", "--out", tmp_path / "out")
    assert refused.code == Exit.LEDGER
    assert "deleted: dc-north week 1 revision 1" in refused.err
    assert not (tmp_path / "out").exists()


def test_a_week_that_was_judged_anew_since_does_not_leave_as_it_was(
    rampart: Rampart, trained: Season, tmp_path: Path
) -> None:
    first = next(one["delivery_id"] for one in trained.export()["batches"] if one["week"] == 1)
    trained.deliver(1, week_rows("north", 1, hasty=0), replaces=first)
    with without_prefect():
        process_delivery("dc-north", 1, due(2))
    refused = rampart("dataset", "export", "small", "2", "--to", "trl", "--out", tmp_path / "out")
    assert refused.code == Exit.LEDGER
    assert "batch.superseded (week 1)" in refused.err
    assert not (tmp_path / "out").exists()


def test_a_dataset_that_is_not_what_its_digest_says_does_not_leave(
    rampart: Rampart, trained: Season, tmp_path: Path
) -> None:
    shown = {v: json.loads(rampart("rm", "show", "small", v, "--json").out) for v in (1, 2)}
    store = trained.home / "store"
    target = store / shown[2]["dataset_key"]
    target.chmod(0o644)
    target.write_bytes((store / shown[1]["dataset_key"]).read_bytes())
    refused = rampart("dataset", "export", "small", "--to", "trl", "--out", tmp_path / "out")
    assert refused.code == Exit.LEDGER
    assert "not what its digest says" in refused.err


def test_an_export_is_booked_and_marked_once_its_data_are_deleted(
    rampart: Rampart, trained: Season, tmp_path: Path
) -> None:
    line = ("dataset", "export", "small", "2", "--to", "trl", "--out", tmp_path / "out")
    assert rampart(*line).code == rampart(*line, "--force").code == Exit.OK
    (booked,) = json.loads(rampart("dataset", "list", "small", "--json").out)
    told = (tmp_path / "out" / "manifest.json").read_bytes()
    assert booked["manifest"] == hashlib.sha256(told).hexdigest()
    assert (booked["folder"], booked["deleted"]) == (str(tmp_path / "out"), [])
    assert booked["batches"] == [["dc-north", 1, 1], ["dc-north", 2, 1]]
    order = ("delete", "dc-north", "--weeks", "2", "--by", "A. Lead", "--reason", "asked to", "--yes")
    assert rampart(*order).code == Exit.OK
    (booked,) = json.loads(rampart("dataset", "list", "small", "--json").out)
    assert booked["deleted"] == ["dc-north week 2 revision 1"]
    assert "dc-north week 2 revision 1" in " ".join(rampart("dataset", "list", "small").out.split())
    books = trained.books()
    assert verify_books(books) == ()
    books.dispose()


def test_a_deletion_that_begins_meanwhile_stops_the_export(
    rampart: Rampart, trained: Season, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks import dataset_export  # noqa: PLC0415 (patched where it is named)

    read = dataset_export.export_dataset

    def slowly(*given: Any) -> Any:
        made = read(*given)
        order = ("delete", "dc-north", "--weeks", "1", "--by", "A. Lead", "--reason", "asked to", "--yes")
        with pytest.raises(SystemExit):
            sys.argv = ["rampart", *order]
            main()
        return made

    monkeypatch.setattr(dataset_export, "export_dataset", slowly)
    refused = rampart("dataset", "export", "small", "2", "--to", "trl", "--out", tmp_path / "out")
    assert refused.code == Exit.LEDGER
    assert "dc-north week 1 revision 1 were deleted meanwhile" in refused.err
    assert not (tmp_path / "out").exists()
    assert json.loads(rampart("dataset", "list", "small", "--json").out) == []
    assert trained.events("dataset.exported") == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--margin", "inf"), "no number of log-odds"),
        (("--dataset", "ab", "4"), "give one of them"),
        (("four",), "'four' is no version"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_read(
    rampart: Rampart, tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    told = rampart("dataset", "export", "small", *words, "--to", "trl", "--out", tmp_path / "out")
    assert (told.code, says in told.err) == (Exit.USAGE, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("trained")
def test_a_programme_the_books_do_not_know_is_told_from_one_without_exports(rampart: Rampart) -> None:
    assert rampart("dataset", "list", "small").out == "Nothing of small was exported.\n"
    ended = rampart("dataset", "list", "smal")
    assert (ended.code, "no programme 'smal' on the books; there are: small" in ended.err) == (
        Exit.LEDGER,
        True,
    )


@pytest.mark.usefixtures("trained")
@pytest.mark.parametrize("to", ["openrlhf", "axolotl"])
def test_a_command_of_several_lines_is_shown_as_it_is_to_be_copied(
    rampart: Rampart, tmp_path: Path, to: str
) -> None:
    out = tmp_path / "out"
    told = rampart("dataset", "export", "small", "--to", to, "--out", out).out
    assert FORMATS[to].command.replace("FOLDER", str(out)) in told
    assert "\\n" not in told


def test_the_command_line_offers_every_format() -> None:
    assert get_args(To) == tuple(FORMATS)
