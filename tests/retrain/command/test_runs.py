import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from rampart.retrain.backend import result_key
from rampart.retrain.command.attempts import RunFolder
from rampart.retrain.command.publishing import fetched, stored_result
from rampart.retrain.waiting import StillTrainingError, awaited
from tests.retrain.command.placed import SNAPSHOT, Placed, placed


def until_it_speaks(run: RunFolder) -> None:
    """Wait for the newest attempt's program to have begun."""
    until = time.monotonic() + 60
    while (attempt := run.last()) is None or "training" not in attempt.last_lines():
        assert time.monotonic() < until
        time.sleep(0.01)


def kill(run: RunFolder) -> None:
    """End the program and its keeper at once, as a power cut does."""
    attempt = run.last()
    assert attempt is not None
    os.killpg(int((attempt.path / "pid").read_text()), signal.SIGKILL)
    while run.alive():
        time.sleep(0.01)


def lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def test_a_program_trains_on_the_training_side_and_its_model_is_published(tmp_path: Path) -> None:
    here = placed(tmp_path)
    job = here.submit()
    assert here.ended(job) == "done"
    result = here.backend.collect(job)
    train = SNAPSHOT.manifest.train_pairs
    assert (result.n_train, result.iterations, result.final_loss) == (train, 3, 0.5)
    assert (result.data_digest, result.config_digest) == (SNAPSHOT.digest, here.config.digest)
    folder = tmp_path / "model"
    folder.mkdir()
    assert (fetched(here.out, here.store, folder) / "model.safetensors").read_text().endswith(job.run_id)


def test_submitting_again_after_it_is_done_or_collected_trains_nothing(tmp_path: Path) -> None:
    here = placed(tmp_path, "--count", str(tmp_path / "count"))
    job = here.submit()
    here.ended(job)
    assert here.submit() == job
    first = here.backend.collect(job)
    assert here.submit() == job
    assert here.backend.collect(job) == first
    assert lines(tmp_path / "count") == 1


def test_an_orchestrator_that_restarts_finds_the_program_running(tmp_path: Path) -> None:
    here = placed(tmp_path, "--count", str(tmp_path / "count"), "--wait", str(tmp_path / "go"))
    job = here.submit()
    again = Placed(tmp_path, here.config)
    assert again.submit() == job
    assert again.backend.poll(job) == "running"
    (tmp_path / "go").touch()
    assert again.ended(job) == "done"
    assert lines(tmp_path / "count") == 1


def test_many_that_submit_at_once_start_it_once(tmp_path: Path) -> None:
    here = placed(tmp_path, "--count", str(tmp_path / "count"), "--wait", str(tmp_path / "go"))
    here.store.put_once("datasets/one.parquet", SNAPSHOT.to_parquet())
    callers = [threading.Thread(target=here.submit) for _ in range(6)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    (tmp_path / "go").touch()
    assert here.ended(here.submit()) == "done"
    assert lines(tmp_path / "count") == 1
    assert [path.name for path in here.run.path.glob("*-*")] == ["attempt-1"]


def test_one_that_was_killed_half_way_is_trained_anew_and_ends_in_one_version(tmp_path: Path) -> None:
    here = placed(tmp_path, "--count", str(tmp_path / "count"), "--wait", str(tmp_path / "go"))
    job = here.submit()
    until_it_speaks(here.run)
    kill(here.run)
    assert here.backend.poll(job) == "failed"
    with pytest.raises(ValueError, match=r"was killed. Mend it and run again(?s:.*)training \d+ pairs"):
        here.backend.collect(job)
    (tmp_path / "go").touch()
    assert here.ended(here.submit()) == "done"
    here.backend.collect(job)
    assert lines(tmp_path / "count") == 2
    assert [info.key for info in here.store.list(f"{here.out}/result")] == [result_key(here.out)]


def test_a_program_whose_keeper_alone_was_killed_still_counts_as_running(tmp_path: Path) -> None:
    here = placed(tmp_path, "--wait", str(tmp_path / "go"))
    job = here.submit()
    until_it_speaks(here.run)
    attempt = here.run.last()
    assert attempt is not None
    os.kill(int((attempt.path / "pid").read_text()), signal.SIGKILL)
    assert here.backend.poll(job) == "running"
    (tmp_path / "go").touch()
    assert here.ended(job) == "done"  # nobody wrote the exit status down; the result says it all


def test_a_collector_killed_half_way_into_the_store_is_followed_by_one_that_finishes(tmp_path: Path) -> None:
    here = placed(tmp_path)
    job = here.submit()
    here.ended(job)
    result = here.backend.collect(job)
    here.store.delete(result_key(here.out))  # the files were published, the result was not
    assert here.ended(here.submit()) == "done"
    assert here.backend.collect(job) == result


def test_the_first_result_published_stays_the_run_s(tmp_path: Path) -> None:
    here, other = placed(tmp_path / "a"), placed(tmp_path / "b")
    job = here.submit()
    here.ended(job)
    other.submit()
    other.ended(job)
    attempt = other.run.last()
    assert attempt is not None
    (attempt.model / "model.safetensors").write_text("other weights, from a card that rounds otherwise")
    first = here.backend.collect(job)
    rival = Placed(tmp_path / "a", here.config)
    (tmp_path / "a" / "work").rename(tmp_path / "a" / "gone")
    (tmp_path / "b" / "work").rename(tmp_path / "a" / "work")
    rival_runs = rival.backend._runs()
    assert attempt.path.parent.name == job.run_id
    moved = RunFolder(tmp_path / "a" / "work" / job.run_id).last()
    assert moved is not None
    assert rival_runs._published(job, moved) == first
    assert stored_result(here.out, here.store) == first


def test_a_crash_is_told_with_the_end_of_the_log_and_nothing_a_terminal_would_act_on(tmp_path: Path) -> None:
    here = placed(tmp_path, "--crash")
    job = here.submit()
    assert here.ended(job) == "failed"
    with pytest.raises(ValueError, match=r"ended with exit status 7(?s:.*)out of memory \\x1b\[31mred"):
        here.backend.collect(job)


def test_a_program_may_say_itself_what_went_wrong(tmp_path: Path) -> None:
    here = placed(tmp_path, "--fail", "no card was free")
    job = here.submit()
    assert here.ended(job) == "failed"
    with pytest.raises(ValueError, match="failed: no card was free"):
        here.backend.collect(job)


def test_a_program_that_ends_well_and_leaves_nothing_has_failed_unless_it_only_hands_over(
    tmp_path: Path,
) -> None:
    quiet = ("-c", "pass", "{manifest}")
    for detaches, state in ((False, "failed"), (True, "running")):
        here = placed(tmp_path / str(detaches), detaches=detaches)
        python = here.config.command.argv[0] if here.config.command else ""
        config = type(here.config)(
            "command",
            command=type(here.config.command)((python, *quiet), detaches),  # type: ignore[misc]
        )
        here = Placed(here.folder, config)
        job = here.submit()
        while here.run.alive():
            time.sleep(0.01)
        assert here.backend.poll(job) == state


def test_a_run_handed_over_is_done_when_its_result_appears(tmp_path: Path) -> None:
    """What sbatch and kubectl do: the command ends, and somebody else writes the result later."""
    here = placed(tmp_path, detaches=True)
    elsewhere = "import subprocess, sys; subprocess.Popen(sys.argv[1:], start_new_session=True)"
    assert here.config.command
    argv = (here.config.command.argv[0], "-c", elsewhere, *here.config.command.argv)
    config = type(here.config)("command", command=type(here.config.command)(argv, True))
    here = Placed(tmp_path, config)
    job = here.submit()
    assert here.ended(job) == "done"
    assert here.backend.collect(job).iterations == 3


def test_waiting_ends_at_the_time_allowed_and_leaves_the_program_alone(tmp_path: Path) -> None:
    here = placed(tmp_path, "--wait", str(tmp_path / "go"))
    job = here.submit()
    with pytest.raises(StillTrainingError, match=r"still trains after 0.2 s; run again"):
        awaited(here.backend, job, 0.2)
    (tmp_path / "go").touch()
    assert awaited(here.backend, job, 60).iterations == 3


def test_a_pause_between_two_looks_grows_to_half_a_minute() -> None:
    class Slow:
        looks = 0

        def poll(self, _job: object) -> str:
            self.looks += 1
            return "running" if self.looks < 30 else "done"

        def collect(self, _job: object) -> str:
            return "result"

    pauses: list[float] = []
    assert awaited(Slow(), None, 1e6, pauses.append) == "result"  # type: ignore[arg-type, comparison-overlap]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.1, 30.0)


def test_a_trainer_sees_none_of_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAMPART_PSEUDONYM_KEY", "a key of some length")
    here = placed(tmp_path)
    code = "import os; print('ours:', [name for name in os.environ if name.startswith('RAMPART')])"
    assert here.config.command
    argv = (here.config.command.argv[0], "-c", code, "{manifest}")
    here = Placed(tmp_path, type(here.config)("command", command=type(here.config.command)(argv)))
    here.ended(here.submit())
    attempt = here.run.last()
    assert attempt is not None and attempt.last_lines() == "ours: []"


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    here = placed(tmp_path)
    assert here.config.command
    argv = ("/nowhere/train", "{manifest}")
    here = Placed(tmp_path, type(here.config)("command", command=type(here.config.command)(argv)))
    job = here.submit()
    assert here.ended(job) == "failed"
    with pytest.raises(ValueError, match=r"could not be started: .*/nowhere/train"):
        here.backend.collect(job)


def test_the_manifest_says_what_to_train_on_and_where_to_leave_what(tmp_path: Path) -> None:
    here = placed(tmp_path, "--wait", str(tmp_path / "go"))
    job = here.submit()
    attempt = here.run.last()
    assert attempt is not None
    told = json.loads(attempt.manifest.read_bytes())
    assert told["format"] == "rampart-training/1"
    assert (told["run_id"], told["data"]) == (job.run_id, str(here.run.data))
    assert (told["model"], told["result"]) == (str(attempt.model), str(attempt.result))
    (tmp_path / "go").touch()
    here.ended(job)


@pytest.mark.parametrize("name", ["result.json", "evaluation-1.json", "worth-1.json"])
def test_a_model_s_file_is_not_taken_for_one_of_ours(tmp_path: Path, name: str) -> None:
    here = placed(tmp_path, "--leave", name)
    job = here.submit()
    here.ended(job)
    with pytest.raises(ValueError, match=f"{name} in .* is not published: a file of the run's own"):
        here.backend.collect(job)
