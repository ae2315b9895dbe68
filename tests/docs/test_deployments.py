import importlib
import inspect
import io
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.cli.deploy._models import PrefectYamlModel
from rich.console import Console
from ruamel.yaml import YAML

from tests.docs.pages import ROOT, code, table

FILE = ROOT / "prefect.yaml"
# What whoever starts a run gives; all else has a default.
ASKED_FOR = {
    "weekly": set[str](),
    "process-delivery": {"contract_id", "week"},
    "retrain": set[str](),
    "backfill": {"contract_id", "first_week", "last_week"},
}


def as_prefect_reads_it() -> list[dict[str, Any]]:
    said = io.StringIO()
    found, _ = _load_deploy_configs_and_actions(FILE, console=Console(file=said))
    assert said.getvalue() == ""  # where it says what it skipped
    return found


DEPLOYMENTS = {str(found["name"]): found for found in as_prefect_reads_it()}


def flow_of(deployment: dict[str, Any]) -> Flow[..., Any]:
    file, _, name = str(deployment["entrypoint"]).partition(":")
    assert (ROOT / file).is_file()
    found = getattr(importlib.import_module(".".join(Path(file).with_suffix("").parts)), name)
    assert isinstance(found, Flow)
    return found


def test_prefect_s_parser_takes_every_deployment_to_the_one_process_pool() -> None:
    assert set(DEPLOYMENTS) == set(ASKED_FOR)
    assert {found["work_pool"]["name"] for found in DEPLOYMENTS.values()} == {"rampart"}


def test_prefect_s_parser_knows_every_key_of_the_file() -> None:
    """It drops keys it does not know in silence, so a misspelt one would do nothing."""
    raw = YAML(typ="safe").load(FILE)
    known = {"prefect-version", "definitions"} | set(PrefectYamlModel.model_fields)
    assert set(raw) <= known
    for written, read in zip(raw["deployments"], as_prefect_reads_it(), strict=True):
        assert set(written) == set(read)


@pytest.mark.parametrize("name", ASKED_FOR)
def test_a_deployment_starts_a_flow_with_nothing_but_what_its_description_asks_for(name: str) -> None:
    given = set(DEPLOYMENTS[name].get("parameters", {}))
    parameters = inspect.signature(flow_of(DEPLOYMENTS[name]).fn).parameters.values()
    needed = {each.name for each in parameters if each.default is inspect.Parameter.empty}
    assert needed - given == ASKED_FOR[name]
    assert all(parameter in DEPLOYMENTS[name]["description"] for parameter in ASKED_FOR[name])


def test_the_weekly_round_is_due_when_deliveries_are() -> None:
    crons = {found["slug"]: found["cron"] for found in DEPLOYMENTS["weekly"]["schedules"]}
    assert crons == {"monday": "0 9 * * 1", "daily": "0 10 * * *"}
    assert all(found["timezone"] == "UTC" for found in DEPLOYMENTS["weekly"]["schedules"])


def test_the_operating_page_lists_the_deployments() -> None:
    shown = {
        code(row[0]) for row in table(ROOT / "docs" / "operating.md", "deployment", "started by", "does")
    }
    assert shown == {f"{flow_of(found).name}/{name}" for name, found in DEPLOYMENTS.items()}
