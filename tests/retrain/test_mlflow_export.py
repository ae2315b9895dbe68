"""A version of our registry in a real MLflow server, in an environment of its own."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.cli.exits import Exit
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart, rampart, season
from tests.ledger.books import promotion

__all__ = ["rampart", "season"]  # fixtures
PINNED = "mlflow==3.17.2"
START_TIMEOUT_S = 180.0


@pytest.fixture
def trained(season: Season, monkeypatch: pytest.MonkeyPatch) -> Season:
    """One week, whose model is champion."""
    monkeypatch.setattr("tasks.retrain._decision", lambda it: promotion(True, it.compared_with))
    season.agree()
    season.deliver(1)
    with without_prefect():
        process_delivery("dc-north", 1, due(1))
        retrain(due(1))
    return season


@pytest.mark.usefixtures("trained")
def test_without_the_client_the_command_names_what_to_install(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)
    ended = rampart("rm", "export-mlflow", "small", "1", "--uri", "http://127.0.0.1:1")
    assert (ended.code, "pip install mlflow-skinny" in ended.err) == (Exit.USAGE, True)


@pytest.fixture(scope="session")
def mlflow_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment of its own, with MLflow and its server."""
    folder = tmp_path_factory.mktemp("mlflow") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    line = [str(python), "-m", "pip", "install", "-q", PINNED]
    got = subprocess.run(line, check=False, capture_output=True)
    if got.returncode:
        pytest.skip(f"{PINNED} cannot be installed here: {got.stderr.decode()[-200:]}")
    return python


@pytest.fixture
def server(mlflow_python: Path, tmp_path: Path) -> Iterator[str]:
    """A real MLflow server on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(mlflow_python), "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{tmp_path}/mlflow.db", "--workers", "1"]
    command += ["--artifacts-destination", str(tmp_path / "artifacts")]
    with (tmp_path / "server.log").open("wb") as log:
        run = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path, start_new_session=True)
    uri = f"http://127.0.0.1:{port}"
    try:
        _wait(uri, run, tmp_path / "server.log")
        yield uri
    finally:
        os.killpg(run.pid, 15)
        run.wait()


def _wait(uri: str, run: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        assert run.poll() is None, log.read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"{uri}/health", timeout=5) as answer:  # noqa: S310 (loopback)
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(log.read_text()[-2000:])


SEEN = """
import json, sys
from mlflow.tracking import MlflowClient
client = MlflowClient(sys.argv[1], sys.argv[1])
champion = client.get_model_version_by_alias("rampart-small", "champion")
run = client.get_run(champion.run_id)
files = [one.path for one in client.list_artifacts(champion.run_id, "rampart")]
versions = client.search_model_versions("name = 'rampart-small'")
runs = client.search_runs([run.info.experiment_id])
print(json.dumps([run.data.params, run.data.metrics, files, len(versions), len(runs), champion.tags]))
"""


@pytest.mark.slow
@pytest.mark.exhaustive  # installing MLflow takes minutes
def test_a_version_is_shown_once_in_a_real_server_with_its_lineage_and_the_champion_s_alias(
    server: str, mlflow_python: Path, trained: Season
) -> None:
    """The command runs in MLflow's environment, ours on its path: as with the extra installed."""
    first, again = (_exported(server, mlflow_python) for _ in range(2))
    assert (first["made"], again["made"], first["champion"]) == (True, False, True)
    assert again["run_id"] == first["run_id"]
    seen = subprocess.run(
        [str(mlflow_python), "-c", SEEN, server], check=True, capture_output=True, text=True
    )
    params, metrics, files, versions, runs, tags = json.loads(seen.stdout.splitlines()[-1])
    (model,) = trained.export()["models"]
    assert params["data_digest"] == model["data_digest"]
    assert params["asked_by"] == "batch.accepted dc-north week 1 revision 1"
    assert metrics["accuracy"] == pytest.approx(model["accuracy"])
    assert "rampart/card.md" in files
    assert not any(file.endswith(".parquet") for file in files), "the vendors' texts stay here"
    assert (versions, runs) == (1, 1)
    assert tags["rampart.run_id"] == model["run_id"]


def _exported(uri: str, python: Path) -> dict[str, object]:
    """What the command says, the client being found beside our own packages."""
    client = next((python.parent.parent / "lib").glob("python*/site-packages"))
    ours = [path for path in sys.path if path]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*ours, str(client)])}
    words = ["rm", "export-mlflow", "small", "1", "--uri", uri, "--json"]
    code = "from rampart.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads(done.stdout)
    return found
