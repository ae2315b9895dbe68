import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from rampart.retrain.digests import canonical_json
from rampart.retrain.evaluation.amplification import amplification
from rampart.retrain.exports.export import exported
from rampart.retrain.exports.folder import is_export, write_folder
from rampart.retrain.exports.formats import FORMATS
from rampart.retrain.snapshot import build_snapshot
from tests.retrain.exports.made import made, rows_of, source_of
from tests.retrain.planted import batch, pandalm_batch, planted_rows, record

ROWS = planted_rows(80, seed=3)


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_dataset_gives_the_same_bytes_in_whatever_order_it_is_read(to: str) -> None:
    assert made(to, batch(ROWS)).files == made(to, batch(ROWS[::-1])).files


def test_the_manifest_names_the_bytes_of_every_file() -> None:
    export = made("trl", batch(ROWS))
    told = json.loads(export.files["manifest.json"])
    assert set(told["files"]) == set(export.files) - {"manifest.json"}
    for name, file in told["files"].items():
        assert (hashlib.sha256(export.files[name]).hexdigest(), len(export.files[name])) == (
            file["sha256"],
            file["size"],
        )
    one = told["batches"][0]
    assert (one["contract_id"], one["week"], one["revision"], one["contract_digest"]) == (
        "acme",
        1,
        1,
        "c" * 64,
    )
    assert told["dataset_manifest"] == f"datasets/{told['dataset']}.json"


def test_files_hold_plain_strings_and_lists_for_any_reader() -> None:
    schema = pq.read_schema(io.BytesIO(made("trl", batch(ROWS)).files["train.parquet"]))
    assert str(schema.field("chosen").type) == "list<element: struct<role: string, content: string>>"


def test_the_card_begins_with_front_matter_that_tells_files_from_splits() -> None:
    card = made("hf", batch(ROWS)).files["README.md"].decode()
    front = YAML(typ="safe").load(card.split("---\n")[1])
    assert front["configs"][0]["data_files"] == [
        {"split": "train", "path": "train.parquet"},
        {"split": "test", "path": "test.parquet"},
    ]
    assert (front["license"], front["size_categories"]) == ("other", ["n<1K"])
    assert "80 |" in card.split("## Sources")[1].split("##")[0]


def test_the_card_says_that_nothing_may_be_published_unless_it_may() -> None:
    card = made("hf", batch(ROWS)).files["README.md"].decode()
    assert "may not be published" not in card, "these rights allow it"


def test_the_card_tells_what_the_training_pairs_lean_on() -> None:
    source = source_of(batch(planted_rows(600, seed=5)))
    split, strict = pc.field("split"), pc.field("target") != 0.5
    train, held = (source.pairs.filter(strict & (split == side)) for side in ("train", "holdout"))
    measured = amplification(train, held, np.linspace(-1, 1, held.num_rows), "0" * 64)
    evaluation = json.loads(canonical_json({"amplification": measured}))
    card = exported(replace(source, evaluation=evaluation), FORMATS["hf"]).files["README.md"].decode()
    told = [one for one in measured if one.data is not None]
    leans = card.split("## Known leans")[1].split("## ")[0]
    assert told
    for one in told:
        assert one.data is not None
        assert f"{one.data.share.value:.1%} (" in leans


def test_names_in_a_card_are_text() -> None:
    card = made("hf", batch(ROWS, vendor="<script>x</script>|[a](b)")).files["README.md"].decode()
    assert "<script>" not in card
    assert "[a](b)" not in card


def test_a_folder_is_there_whole_and_only_an_export_is_replaced(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "export"
    files = made("trl", batch(ROWS)).files
    write_folder(out, files)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
    assert is_export(out)
    other = made("trl", batch([record("r", "p", ["a", "b"], [1, 2])])).files
    write_folder(out, other)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == other
    assert [path.name for path in out.parent.iterdir()] == ["export"], "nothing is left lying about"
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "manifest.json").write_text("[]")
    with pytest.raises(FileExistsError):
        write_folder(mine, files)
    assert [path.name for path in mine.iterdir()] == ["manifest.json"]


@pytest.mark.parametrize("to", FORMATS)
def test_nothing_tells_a_gold_question_from_another(to: str) -> None:
    marked = [row | ({"gold": '"first"'} if place % 7 == 0 else {}) for place, row in enumerate(ROWS)]
    assert made(to, batch(marked)).files == made(to, batch(ROWS)).files


def test_a_new_folder_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "export"
    files = made("trl", batch(ROWS)).files
    write_folder(out, files)
    rename = Path.rename

    def refused(path: Path, target: Path) -> Path:
        if path.name == "made":
            raise OSError(5, "Input/output error", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(OSError, match="Input/output"):
        write_folder(out, made("hf", batch(ROWS)).files)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "export"
    files = made("trl", batch(ROWS)).files
    write_folder(out, files)

    def full(path: Path, _: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_folder(out, made("hf", batch(ROWS)).files)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
    assert [path.name for path in tmp_path.iterdir()] == ["export"]


def test_a_public_set_leaves_whole_by_judgement_and_by_majority() -> None:
    each = pandalm_batch()
    for week, pairs in ((each, 3 * 999), (replace(each, aggregation="majority"), 999)):
        (dropped,) = build_snapshot([week]).manifest.batches
        export = made("trl", week)
        assert dropped.pairs == pairs
        assert (
            export.manifest.pairs == pairs - dropped.dropped_identical_texts - dropped.dropped_beyond_holdout
        )
        assert export.manifest.left_out == {"tie": dropped.ties_used}
        asked = {row["prompt"][0]["content"] for row in rows_of(export)}
        assert asked <= {prompt[0]["content"] for prompt in week.records["prompt"].to_pylist()}
