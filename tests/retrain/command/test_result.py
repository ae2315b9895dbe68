import json
from pathlib import Path

import pytest

from rampart.retrain.command.publishing import model_files
from rampart.retrain.command.result import reported

GOOD = {"format": "rampart-result/1", "run_id": "r", "n_train": 10, "iterations": 7}


def written(path: Path, value: object) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_a_result_needs_four_fields(tmp_path: Path) -> None:
    found = reported(written(tmp_path / "result.json", GOOD), "r")
    assert (found.n_train, found.converged, found.dropped_overlong) == (10, True, 0)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "the file: Invalid JSON"),
        ("[]", "the file: Input should be an object"),
        ({**GOOD, "format": "other/1"}, "format: Input should be 'rampart-result/1'"),
        ({name: value for name, value in GOOD.items() if name != "n_train"}, "n_train: Field required"),
        ({**GOOD, "n_train": "10"}, "n_train: Input should be a valid integer"),
        ({**GOOD, "n_train": 0}, "n_train: Input should be greater than or equal to 1"),
        ('{"final_loss": NaN}', "final_loss"),
        ({**GOOD, "extra": 1}, "extra: Extra inputs are not permitted"),
        ({**GOOD, "run_id": "q"}, "the result of run 'q', expected r; copy the manifest's run_id"),
    ],
)
def test_a_result_that_is_none_is_refused_by_its_field(value: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        reported(written(tmp_path / "result.json", value), "r")


@pytest.mark.parametrize(
    "name", ["training_args.bin", "optimizer.pt", "rng_state.pth", "model.pkl", "modeling.py", "weights"]
)
def test_what_may_run_code_when_it_is_read_is_not_published(name: str, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    (tmp_path / name).touch()
    with pytest.raises(ValueError, match=rf"{name} in .* is not published: only \.safetensors"):
        model_files(tmp_path)


def test_links_and_folders_are_not_published(tmp_path: Path) -> None:
    (tmp_path / "config.json").symlink_to("/etc/hostname")
    with pytest.raises(ValueError, match=r"config.json in .* is no plain file"):
        model_files(tmp_path)


def test_a_trainer_that_left_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the trainer left no file in"):
        model_files(tmp_path)
