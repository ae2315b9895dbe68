"""Policy checkpoints as an operator registers them, and how far a model's data are from them."""

import json

import pytest

from flows.retrain import retrain
from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart

CHECKPOINT = ("--digest", "d1", "--lineage", "olmo", "--served-from", "2026-01-01")


def test_checkpoints_are_registered_once_and_listed(rampart: Rampart, season: Season) -> None:
    assert "No checkpoint of small" in rampart("policy", "list", "small").out
    assert "registered" in rampart("policy", "register", "small", "pol-1", *CHECKPOINT).out
    assert "known already" in rampart("policy", "register", "small", "pol-1", *CHECKPOINT).out
    strange = rampart("policy", "register", "smal", "pol-1", *CHECKPOINT).out
    assert "No contract in force is of programme smal; there are: " in " ".join(strange.split())
    listed = " ".join(rampart("policy", "list", "small").out.split())
    assert "pol-1 olmo 2026-01-01 d1" in listed
    (one,) = json.loads(rampart("policy", "list", "small", "--json").out)
    assert (one["checkpoint"], one["served_to"]) == ("pol-1", None)
    assert len(season.events("policy.registered")) == 2  # one a programme


def test_what_the_books_do_not_know_is_said_with_the_next_step(rampart: Rampart) -> None:
    missing = rampart("policy", "show", "small")
    assert (missing.code, "rampart policy register" in missing.err) == (Exit.LEDGER, True)
    rampart("policy", "register", "small", "pol-1", *CHECKPOINT)
    untrained = rampart("policy", "show", "small")
    assert (untrained.code, "no reward model yet" in untrained.err) == (Exit.LEDGER, True)


def test_a_wrong_checkpoint_is_refused_by_the_name_of_what_is_wrong(rampart: Rampart, season: Season) -> None:
    given = ("policy", "register", "small", "pol-1", "--digest", "d1", "--lineage", "olmo")
    late = rampart(*given, "--served-from", "2026-13-01")
    assert (late.code, late.err.startswith("error --served-from '2026-13-01' is not")) == (Exit.USAGE, True)
    over = rampart(*given, "--served-from", "2026-01-01", "--served-to", "soon")
    assert (over.code, over.err.startswith("error --served-to 'soon' is not")) == (Exit.USAGE, True)
    rampart("policy", "register", "small", "pol-1", *CHECKPOINT)
    other = rampart("policy", "register", "small", "pol-1", "--digest", "d2", *CHECKPOINT[2:])
    assert (other.code, "lineage olmo and no parent;" in other.err) == (Exit.LEDGER, True)
    assert len(season.events("policy.registered")) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("flows_can_run")
def test_a_models_batches_are_held_against_the_policy_that_is_served(
    rampart: Rampart, season: Season
) -> None:
    season.agree()
    with without_prefect():
        for week in (1, 2):  # their responses claim pol-1 and pol-2
            season.deliver(week)
            weekly(due(week))
        retrain(due(2))
    rampart("policy", "register", "small", "pol-1", *CHECKPOINT)
    second = ("--digest", "d2", "--lineage", "olmo", "--served-from", "2026-01-12", "--parent", "pol-1")
    rampart("policy", "register", "small", "pol-2", *second)
    shown = rampart("policy", "show", "small", "--as-of", due(2), "--rm-lineage", "qwen")
    assert "of lineage qwen, the policy pol-2 of olmo" in " ".join(shown.out.split())
    told = json.loads(rampart("policy", "show", "small", "--as-of", due(2), "--json").out)
    assert told["warning"] is None
    assert "no reward model 'none'" in rampart("policy", "show", "small", "--model", "none").err
    first, second_week = (one["distance"] for one in told["batches"])
    assert (first["on_policy"], first["behind"]) == (0, 1.0)
    assert second_week["on_policy"] == second_week["sides"] > 0
    manifest = json.loads((season.home / "store" / told["manifest_key"]).read_bytes())
    assert [2 * one["pairs_used"] for one in manifest["batches"]] == [first["sides"], second_week["sides"]]
