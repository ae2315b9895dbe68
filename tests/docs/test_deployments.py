import importlib
import inspect
import io
import pkgutil
from pathlib import Path
from typing import Any

import pytest
from prefect import Flow
from prefect.cli.deploy._config import _load_deploy_configs_and_actions
from prefect.cli.deploy._models import PrefectYamlModel
from prefect.cli.deploy._triggers import _initialize_deployment_triggers
from prefect.events.schemas.automations import Posture
from prefect.events.schemas.deployment_triggers import DeploymentEventTrigger
from prefect.events.schemas.events import Resource, ResourceSpecification
from rich.console import Console
from ruamel.yaml import YAML

import flows
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.outbox import TRAINING, Topic
from tasks.announce import PREFIX, resource_id
from tasks.runs import FLOWS
from tests.docs.pages import ROOT, code, table

FILE = ROOT / "prefect.yaml"
# What whoever starts a run gives; all else has a default.
ASKED_FOR = {
    "weekly": set[str](),
    "process-delivery": {"contract_id", "week"},
    "retrain": set[str](),
    "notify": set[str](),
    "reconcile": set[str](),
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


def test_the_reconciliation_knows_every_flow_there_is() -> None:
    modules = [
        importlib.import_module(f"flows.{found.name}") for found in pkgutil.iter_modules(flows.__path__)
    ]
    there = {value.name for module in modules for value in vars(module).values() if isinstance(value, Flow)}
    assert set(FLOWS) == there >= {flow_of(found).name for found in DEPLOYMENTS.values()}


def test_the_reconciliation_comes_every_ten_minutes() -> None:
    (schedule,) = DEPLOYMENTS["reconcile"]["schedules"]
    assert (schedule["cron"], schedule["timezone"]) == ("*/10 * * * *", "UTC")


@pytest.mark.parametrize(("name", "topics"), [("retrain", TRAINING), ("notify", ("batch.judged",))])
def test_an_event_of_a_settlement_starts_what_it_asks_for(name: str, topics: tuple[Topic, ...]) -> None:
    (trigger,) = _initialize_deployment_triggers(name, DEPLOYMENTS[name]["triggers"])
    assert isinstance(trigger, DeploymentEventTrigger)
    assert trigger.expect == {f"{PREFIX}.{one}" for one in topics}
    batch = Resource({"prefect.resource.id": resource_id(BatchKey("dc-north", 1, 1))})
    assert isinstance(trigger.match, ResourceSpecification)
    assert trigger.match.matches(batch)
    assert trigger.posture == Posture.Reactive


def test_the_operating_page_lists_the_deployments() -> None:
    shown = {
        code(row[0]) for row in table(ROOT / "docs" / "operating.md", "deployment", "started by", "does")
    }
    assert shown == {f"{flow_of(found).name}/{name}" for name, found in DEPLOYMENTS.items()}
