"""A deletion reaches the pairs that a training left on the machine where it ran."""

from pathlib import Path

from rampart.retrain.command.copies import remove_copies
from tests.retrain.command.placed import placed

OF_IT, OF_OTHERS = {("acme", 1)}, {("acme", 2), ("birch", 1)}


def test_a_failed_run_of_a_deleted_week_leaves_nothing_and_others_stay(tmp_path: Path) -> None:
    here = placed(tmp_path, "--crash")
    assert here.ended(here.submit()) == "failed"
    assert here.run.data.exists()
    assert remove_copies(tmp_path / "work", OF_OTHERS) == ()
    assert here.run.data.exists()
    assert remove_copies(tmp_path / "work", OF_IT) == (here.run.path,)
    assert not here.run.path.exists()
    assert remove_copies(tmp_path / "work", OF_IT) == ()


def test_a_living_run_loses_its_pairs_and_goes_when_it_has_ended(tmp_path: Path) -> None:
    go = tmp_path / "go"
    here = placed(tmp_path, "--wait", str(go))
    job = here.submit()
    assert remove_copies(tmp_path / "work", OF_IT) == (here.run.path,)
    assert here.run.alive()
    assert not here.run.data.exists()
    go.touch()
    assert here.ended(job) == "done"


def test_half_a_file_cannot_say_whose_it_is_and_goes(tmp_path: Path) -> None:
    half = tmp_path / "work" / "ab" / "data-x1"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"PAR1 half of i")
    assert remove_copies(tmp_path / "work", ()) == ()
    assert remove_copies(tmp_path / "work", OF_IT) == (half.parent,)
    assert not half.parent.exists()


def test_without_a_work_folder_there_is_nothing_to_remove(tmp_path: Path) -> None:
    assert remove_copies(tmp_path / "none", OF_IT) == ()
