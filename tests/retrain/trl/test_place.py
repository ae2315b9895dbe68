import sys
from pathlib import Path

import pytest

from rampart.delivery.local_store import LocalStore
from rampart.retrain.backend import Dataset
from rampart.retrain.config import TrainConfig
from rampart.retrain.trl.backend import TrlBackend, shares
from rampart.retrain.trl.place import TrlPlace


def test_without_an_interpreter_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=r"no Python with TRL at .*make one with `make trl`, or set RAMPART_TRL"
    ):
        TrlPlace(tmp_path / "python").versions()


def test_an_interpreter_without_trl_is_told_of(tmp_path: Path) -> None:
    link = tmp_path / "python"
    link.symlink_to(sys.executable)
    with pytest.raises(ValueError, match=r"cannot train with TRL: .*No package metadata was found for trl"):
        TrlPlace(link).versions()


def test_without_a_base_model_the_error_says_where_it_is_named(tmp_path: Path) -> None:
    for place, found in (
        (TrlPlace(tmp_path), "none was given"),
        (TrlPlace(tmp_path, tmp_path), "there is none at"),
    ):
        with pytest.raises(ValueError, match=rf"{found}.*under \[trl.machine\]"):
            place.base()


def test_a_base_model_is_known_by_its_content(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
        (tmp_path / name / "model.safetensors").write_text("weights")
    one, other = (TrlPlace(tmp_path, tmp_path / name) for name in ("one", "other"))
    assert one.base_digest() == other.base_digest()
    (tmp_path / "other" / "model.safetensors").write_text("other weights")
    assert one.base_digest() != other.base_digest()


def test_a_submission_without_a_base_model_starts_nothing(tmp_path: Path) -> None:
    backend = TrlBackend(LocalStore(tmp_path / "store"), tmp_path / "work", TrlPlace(Path(sys.executable)))
    with pytest.raises(ValueError, match="needs a base model"):
        backend.submit(Dataset("d", "k"), TrainConfig("trl"), "models/r")
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize(
    ("batch", "processes", "micro_batch", "shared"),
    [(32, 1, 4, (4, 8)), (32, 2, 4, (4, 4)), (32, 4, 16, (8, 1)), (2, 1, 4, (2, 1))],
)
def test_a_batch_is_shared_by_the_processes(
    batch: int, processes: int, micro_batch: int, shared: tuple[int, int]
) -> None:
    assert shares(batch, TrlPlace(Path("p"), None, processes, micro_batch)) == shared


def test_a_batch_that_cannot_be_shared_evenly_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a batch of 32 .* by 3 processes .*choose a multiple of 12"):
        shares(32, TrlPlace(Path("p"), None, 3, 4))


def test_the_worker_fetches_nothing_and_its_waiting_threads_sleep() -> None:
    environment = TrlPlace(Path("p"), threads=2).environment()
    assert environment["HF_HUB_OFFLINE"] == environment["TRANSFORMERS_OFFLINE"] == "1"
    assert (environment["OMP_WAIT_POLICY"], environment["OMP_NUM_THREADS"]) == ("PASSIVE", "2")
