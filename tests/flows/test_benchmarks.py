"""A contract names public benchmarks, and every model trained under it is measured on them."""

import json
from pathlib import Path

import pytest

from flows.process_delivery import process_delivery
from flows.retrain import retrain
from rampart.delivery.errors import NotReadyError
from rampart.ledger.outbox import pending
from simulator.season import Season, due

pytestmark = pytest.mark.slow  # seconds each

NAMED = "      training: {benchmarks: [{name: rm_bench, path: b.json}]}\n"
STYLES = ["Yes.", "Yes, it is so.", "**Yes**, it is so."], ["No.", "No, it is not.", "**No**, it is not."]
ROW = {"id": "1", "prompt": "Is it so?", "chosen": STYLES[0], "rejected": STYLES[1], "domain": "chat"}


def asked(season: Season) -> None:
    """Week 1 accepted under a contract that names RM-Bench."""
    season.agree(amendment=NAMED)
    season.deliver(1)
    process_delivery("dc-north", 1, due(1))


def test_the_figures_are_booked_and_stored(
    season: Season, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = tmp_path / "sets"
    sets.mkdir()
    (sets / "b.json").write_text(json.dumps([ROW]))
    monkeypatch.setenv("RAMPART_EVALUATION_SETS", str(sets))
    asked(season)
    assert len(retrain(due(1))) == 1
    (model,) = season.export()["models"]
    booked = {metric["name"]: metric["value"] for metric in model["metrics"]}
    keys = {artefact["name"]: artefact["object_key"] for artefact in model["artefacts"]}
    key = next(key for name, key in keys.items() if name.startswith("evaluation-"))
    (told,) = json.loads((season.home / "store" / key).read_bytes())["benchmarks"]
    assert (told["benchmark"], told["path"], len(told["matrix"])) == ("rm_bench", "b.json", 3)
    assert booked["rm_bench_hard"] == pytest.approx(told["figures"]["hard"]["value"])


@pytest.mark.parametrize("row", [None, {**ROW, "chosen": "Yes."}])
def test_a_benchmark_that_is_missing_or_something_else_keeps_the_request_waiting(
    season: Season, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: dict[str, object] | None
) -> None:
    monkeypatch.setenv("RAMPART_EVALUATION_SETS", str(tmp_path))
    if row is not None:
        (tmp_path / "b.json").write_text(json.dumps([row]))
    asked(season)
    with pytest.raises(NotReadyError, match=r"the benchmark rm_bench, which training\.benchmarks names"):
        retrain(due(1))
    books = season.books()
    assert len(pending(books, "batch.accepted")) == 1
    books.dispose()
