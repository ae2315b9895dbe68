from dataclasses import replace
from pathlib import Path

import pytest

from rampart.retrain.config import TrainConfig
from rampart.retrain.trainers_file import Trainers, TrainersFileError, trainers
from rampart.settings import Settings


def read(text: str, folder: Path) -> Trainers:
    file = folder / "trainers.toml"
    file.write_text(text, encoding="utf-8")
    return trainers(Settings(home=folder, trainers=file, trl_python=Path("/opt/trl/bin/python")))


def test_without_a_file_there_are_defaults_and_no_command(tmp_path: Path) -> None:
    found = trainers(Settings(home=tmp_path))
    assert (found.folder, found.command) == (tmp_path / "trainers", None)
    assert found.place.python == Path(".venv-trl/bin/python")


def test_choices_and_this_machine_s_side_are_kept_apart(tmp_path: Path) -> None:
    found = read(
        '[trl]\nepochs = 2\nbf16 = true\n[trl.machine]\nmodel = "base"\nprocesses = 2\n'
        '[command]\nargv = ["train", "{manifest}"]\ndetaches = true\n'
        '[command.machine]\nscore = ["score", "{model}", "{texts}", "{scores}"]\n',
        tmp_path,
    )
    assert (found.trl.epochs, found.trl.bf16) == (2.0, True)
    assert (found.place.model, found.place.processes) == (tmp_path / "base", 2)
    assert found.place.python == Path("/opt/trl/bin/python")
    assert found.command is not None and found.command.argv == ("train", "{manifest}")
    assert found.scoring.score[0] == "score"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[trl\n", "is no TOML file"),
        ("[other]\n", "there is no 'other'; use the tables trl and command"),
        ("[trl]\nepoch = 2\n", r"trl: there is no 'epoch'; known are epochs, learning_rate"),
        ("[trl]\nepochs = 'two'\n", r"trl\.epochs: .*valid number"),
        ("[trl]\nbatch = 0\n", r"trl: .*batch must be at least 1"),
        ("[trl]\nlabelling = 1\n", "there is no 'labelling'"),
        ("trl = 3\n", r"trl must be a table: write \[trl\]"),
        ("[command]\nargv = ['train']\n", r"command: .*add '\{manifest\}'"),
        ("[command]\nargv = []\n", "argv is empty; give a program"),
        (
            "[command]\nargv = ['t', '{manifest}', '{home}']\n",
            r"argv has \{home\} .*use \{manifest\}, \{data\}",
        ),
        ("[command]\nargv = ['t', '{manifest.__class__}']\n", r"argv has \{manifest.__class__\}"),
        ("[command]\nargv = ['t', '{manifest']\n", "cannot be read .*double every brace"),
        (
            "[command.machine]\nscore = ['s', '{manifest}']\n",
            r"score has \{manifest\} .*use \{model\}, \{texts\}",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_by_its_place(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(TrainersFileError, match=said):
        read(text, tmp_path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        TrainersFileError, match=r"gone.toml is not there; write it, or unset RAMPART_TRAINERS"
    ):
        trainers(Settings(home=tmp_path, trainers=tmp_path / "gone.toml"))


def test_a_run_s_identity_knows_its_own_backend_s_choices_and_no_other_s() -> None:
    linear, trl = TrainConfig("linear"), TrainConfig("trl")
    longer = replace(trl.trl, epochs=2.0)
    assert replace(linear, trl=longer).digest == linear.digest
    assert replace(trl, trl=longer).digest != trl.digest
