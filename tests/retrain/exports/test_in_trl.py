"""Exported folders as the real libraries read them: `datasets` and TRL, which trains from them unedited."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from rampart.retrain.exports.export import Exported
from rampart.retrain.exports.folder import write_folder
from rampart.retrain.exports.formats import FORMATS
from rampart.retrain.trl.place import TrlPlace
from tests.retrain.exports.made import made, rows_of
from tests.retrain.planted import batch, record
from tests.retrain.trl.tiny import HERE, PYTHON, judgements, tiny_model, with_trl

pytestmark = pytest.mark.slow

# Read from JSON lines, texts that look like moments become moments, and the next file's do not fit.
DATE = "2024-01-01 00:00:00"
TALK = [("system", "Be\n\nuser: brief."), ("user", DATE), ("assistant", ""), ("user", "Why?\u2028\x00")]


@pytest.fixture(scope="module")
def exports() -> Mapping[str, Exported]:
    rows = [row | {"strength": 0.5} for row in judgements(40, seed=4)]
    rows += [record(f"date{i}", [("user", DATE + " " * i)], [DATE, f"{i}"], [1, 2]) for i in range(20)]
    rows += [record("talk", TALK, ["a", "b", "c"], [1, 2, 2]), record("tie", "t", ["a", "b"], [1, 1])]
    return {name: made(name, batch(rows)) for name in FORMATS}


@pytest.fixture(scope="module")
def found(exports: Mapping[str, Exported], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with_trl()
    folders = tmp_path_factory.mktemp("exports")
    for name, export in exports.items():
        write_folder(folders / name, export.files)
    base = tiny_model(tmp_path_factory.mktemp("base"))
    place = TrlPlace(PYTHON)
    done = subprocess.run(
        [place.interpreter(), str(HERE.parent / "exports" / "in_trl.py"), str(folders), str(base)],
        env=place.environment() | {"HF_HOME": str(tmp_path_factory.mktemp("cache"))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_datasets_reads_every_folder_with_its_splits_and_every_text_as_it_is(
    found: dict[str, Any], exports: Mapping[str, Exported]
) -> None:
    for name, export in exports.items():
        read = found["rows"][name]
        assert read["train"] + read["test"] == rows_of(export), name


def test_trl_takes_what_has_messages_for_a_conversation(found: dict[str, Any]) -> None:
    assert {name for name, is_one in found["conversational"].items() if not is_one} == {"axolotl"}


def test_trl_finds_the_same_prompt_inside_as_stands_by_itself(found: dict[str, Any]) -> None:
    assert found["extracted"] == found["split"]


def test_what_trl_unpairs_is_what_is_exported_unpaired(found: dict[str, Any]) -> None:
    def key(row: Any) -> str:
        return json.dumps(row, sort_keys=True)

    assert sorted(found["unpaired"], key=key) == sorted(found["rows"]["trl-unpaired"]["train"], key=key)


def test_trl_trains_from_the_folders_without_an_edit(found: dict[str, Any]) -> None:
    assert set(found["losses"]) == {"trl", "trl-implicit", "trl-unpaired", "hf"}
    assert all(len(losses) == 2 for losses in found["losses"].values())
    assert found["losses"]["trl"] == found["losses"]["trl-implicit"] == found["losses"]["hf"]
    without_margin = 0.693
    assert found["losses"]["trl"][0] > without_margin, "half of the rows ask for a margin"
