"""Every command shows what it is for, with an example."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from rampart.cli.app import app

GROUP = get_command(app)
GROUPS = ("contract", "dataset", "dispute", "invoice", "ledger", "notify", "policy", "review", "rm")
COMMANDS = sorted(
    [(name,) for name in getattr(GROUP, "commands", {}) if name not in GROUPS]
    + [("contract", "check"), ("dataset", "export"), ("dataset", "list")]
    + [("policy", "list"), ("policy", "register"), ("policy", "show")]
    + [("dispute", "open"), ("dispute", "rule"), ("dispute", "list"), ("dispute", "show")]
    + [("invoice", "check"), ("invoice", "book"), ("invoice", "list"), ("invoice", "show")]
    + [("review", "draw"), ("review", "read"), ("review", "show"), ("review", "list")]
    + [("notify", "test"), ("notify", "routes")]
    + [
        ("rm", "list"),
        ("rm", "show"),
        ("rm", "card"),
        ("rm", "promote"),
        ("rm", "rollback"),
        ("rm", "export-mlflow"),
    ]
    + [("ledger", "version"), ("ledger", "upgrade"), ("ledger", "downgrade")]
)


def test_every_command_is_known_to_this_test() -> None:
    assert [" ".join(command) for command in COMMANDS] == [
        "audit",
        "backfill",
        "backup",
        "breaches",
        "contract check",
        "dataset export",
        "dataset list",
        "decide",
        "delete",
        "demo",
        "dispute list",
        "dispute open",
        "dispute rule",
        "dispute show",
        "evidence",
        "hint",
        "invoice book",
        "invoice check",
        "invoice list",
        "invoice show",
        "ledger downgrade",
        "ledger upgrade",
        "ledger version",
        "mitigate",
        "money",
        "notify routes",
        "notify test",
        "policy list",
        "policy register",
        "policy show",
        "ramp",
        "reconcile",
        "restore",
        "retention",
        "retrain",
        "review draw",
        "review list",
        "review read",
        "review show",
        "rights",
        "rm card",
        "rm export-mlflow",
        "rm list",
        "rm promote",
        "rm rollback",
        "rm show",
        "run",
        "scorecard",
        "serve",
        "status",
        "verify",
        "why",
        "work-order",
    ]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_s_help_shows_an_example_of_it(command: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*command, "--help"], terminal_width=200)
    assert shown.exit_code == 0
    assert f"Example: rampart {' '.join(command)}" in shown.output


def test_without_a_command_the_commands_are_listed() -> None:
    shown = CliRunner().invoke(app, [])
    listed = {line.strip("│ ").split(" ")[0] for line in shown.output.splitlines()}
    assert {command[0] for command in COMMANDS} <= listed
