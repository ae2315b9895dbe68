"""A version of our registry shown in an MLflow server: one run, one model version, the champion's alias.

The books stay the registry; nothing is read back from the server. MLflow is an optional extra
(`mlflow-skinny`, the client alone) and is imported when it is asked for.
"""

import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rampart.ledger.read.standing_models import Standing

RUN_TAG = "rampart.run_id"
VERSION_TAG = "rampart.version"
ALIAS = "champion"


class NoMlflowError(ImportError):
    """The extra is not installed."""


@dataclass(frozen=True)
class Exported:
    """Where it lies on the server. `made` is False where it was there already."""

    experiment: str
    run_id: str
    name: str
    version: str
    made: bool
    champion: bool


def export(uri: str, standing: Standing, card: str, files: Mapping[str, bytes]) -> Exported:
    """Show one version; done again, it finds what it made by its tags and makes no second one.

    Args:
        uri: of the MLflow tracking server.
        standing: the version.
        card: its model card, Markdown.
        files: the run's files, name → bytes.

    Raises:
        NoMlflowError: the client is not installed.
    """
    client = _client(uri)
    name = f"rampart-{standing.row.program}"
    run_id, made = _run(client, name, standing, card, files)
    version = _version(client, name, standing, run_id)
    champion = standing.state == ALIAS
    if champion:
        client.set_registered_model_alias(name, ALIAS, version)
    return Exported(name, run_id, name, version, made, champion)


def _client(uri: str) -> Any:
    try:
        from mlflow.tracking import MlflowClient  # noqa: PLC0415 (an extra, and a second to import)
    except ImportError as error:
        raise NoMlflowError(
            "the MLflow client is not installed; install it beside Rampart with `pip install mlflow-skinny`"
        ) from error
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _run(
    client: Any, name: str, standing: Standing, card: str, files: Mapping[str, bytes]
) -> tuple[str, bool]:
    """The run that shows the version, finished; begun anew where an earlier export was broken off."""
    found = client.get_experiment_by_name(name)
    experiment = found.experiment_id if found else client.create_experiment(name)
    wanted = f"tags.`{VERSION_TAG}` = '{standing.row.version}'"
    for run in client.search_runs([experiment], wanted):
        if run.info.status == "FINISHED":
            return str(run.info.run_id), False
        client.delete_run(run.info.run_id)
    row = standing.row
    tags = {RUN_TAG: row.run_id, VERSION_TAG: str(row.version), "mlflow.note.content": row.reason}
    run_id = str(client.create_run(experiment, tags=tags, run_name=f"v{row.version}").info.run_id)
    for key, value in _params(standing).items():
        client.log_param(run_id, key, value)
    for key, number in {"accuracy": row.accuracy, **row.metrics}.items():
        client.log_metric(run_id, key, number)
    with TemporaryDirectory(prefix="rampart-mlflow-") as folder:
        for file, data in {**files, "card.md": card.encode()}.items():
            (Path(folder) / file).write_bytes(data)
        client.log_artifacts(run_id, folder, "rampart")
    with redirect_stdout(sys.stderr):  # it greets there, where a command's JSON goes
        client.set_terminated(run_id)
    return run_id, True


def _version(client: Any, name: str, standing: Standing, run_id: str) -> str:
    """The model version of the run, registered once."""
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    for found in client.search_model_versions(f"name = '{name}'"):
        if found.run_id == run_id:
            return str(found.version)
    source = f"{client.get_run(run_id).info.artifact_uri}/rampart"
    tags = {RUN_TAG: standing.row.run_id, VERSION_TAG: str(standing.row.version)}
    return str(client.create_model_version(name, source, run_id, tags=tags).version)


def _params(standing: Standing) -> dict[str, str]:
    contract_id, week, revision = standing.row.trigger
    return {
        "backend": standing.row.backend,
        "data_digest": standing.data_digest,
        "config_digest": standing.config_digest,
        "code_digest": standing.code_digest,
        "manifest": standing.manifest_key,
        "asked_by": f"{standing.asked_by} {contract_id} week {week} revision {revision}",
        "n_train": str(standing.row.n_train),
        "n_holdout": str(standing.row.n_holdout),
        "state": standing.state,
    }
