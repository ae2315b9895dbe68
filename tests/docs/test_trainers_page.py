"""The page of the trainers: its tables are held to the code, its examples go through what reads them."""

import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest
from ruamel.yaml import YAML

from rampart.retrain.command.config import CommandConfig
from rampart.retrain.command.manifest import Told
from rampart.retrain.command.publishing import ALLOWED
from rampart.retrain.command.result import Reported, reported
from rampart.retrain.command.template import PLACES, filled
from rampart.retrain.trainers_file import trainers
from rampart.retrain.trl.config import TrlConfig
from rampart.settings import Settings
from tests.docs.pages import ROOT, Block, blocks, code, table

PAGE = ROOT / "docs" / "trainers.md"
HERE = ROOT / "docs" / "trainers"
TOML = [block for block in blocks(PAGE) if block.language == "toml"]
COMMANDS = [block for block in TOML if "argv" in tomllib.loads(block.text).get("command", {})]


def test_the_page_lists_every_choice_of_trl_with_its_default() -> None:
    shown = [(code(name), code(default)) for name, default, _ in table(PAGE, "choice", "default", "meaning")]
    assert shown == [(one.name, str(one.default)) for one in fields(TrlConfig) if one.name != "labelling"]


def test_the_page_lists_every_place_of_a_command_line() -> None:
    assert {(code(name).strip("{}"), means) for name, means in table(PAGE, "place", "becomes")} == set(
        PLACES.items()
    )


def test_the_page_lists_every_field_of_the_manifest() -> None:
    shown = {code(row[0]) for row in table(PAGE, "field", "is")}
    assert shown == {one.name for one in fields(Told)}


def test_the_page_lists_every_field_of_the_result_and_which_are_needed() -> None:
    shown = [(code(name), needed, is_) for name, needed, is_ in table(PAGE, "field", "needed", "is")]
    assert shown[0] == ("format", "yes", "`rampart-result/1`")
    assert shown[1:] == [
        (name, "yes" if field.is_required() else "no", field.description)
        for name, field in Reported.model_fields.items()
        if name != "format"
    ]


def test_the_page_lists_the_kinds_of_files_that_are_published() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert ", ".join(f"`{kind}`" for kind in ALLOWED[:-1]) + f" and `{ALLOWED[-1]}` files" in text


@pytest.mark.parametrize("block", TOML, ids=[block.place for block in TOML])
def test_every_trainers_file_the_page_shows_can_be_read(block: Block, tmp_path: Path) -> None:
    (tmp_path / "trainers.toml").write_text(block.text)
    trainers(Settings(home=tmp_path, trainers=tmp_path / "trainers.toml"))


@pytest.mark.parametrize("block", COMMANDS, ids=[block.place for block in COMMANDS])
def test_every_command_line_passes_on_the_manifest_and_names_files_that_exist(block: Block) -> None:
    table = tomllib.loads(block.text)["command"]
    config = CommandConfig(tuple(table["argv"]), table.get("detaches", False), tuple(table["sources"]))
    argv = filled(config.argv, {name: f"/srv/a b/{name}" for name in PLACES})
    assert any("/srv/a b/manifest" in item for item in argv)
    named = [
        item.removeprefix("/srv/rampart/") for item in (*argv, *config.sources) if "docs/trainers/" in item
    ]
    assert named and all((ROOT / name).is_file() for name in named)


def manifest(folder: Path, **other: object) -> Path:
    """A manifest at a place such as Rampart uses, with three pairs beside it."""
    attempt = folder / "trainers" / ("r" * 64) / "attempt-1"
    (attempt / "model").mkdir(parents=True)
    pairs = [
        {"prompt": "user: q", "first": "a", "second": "b", "target": target, "margin": 0.5, "group": "g"}
        for target in (1.0, 0.1, 0.5)
    ]
    pl.DataFrame(pairs).write_parquet(attempt.parent / "data.parquet")
    told = {"run_id": "r" * 64, "data": str(attempt.parent / "data.parquet"), **other}
    told |= {"model": str(attempt / "model"), "result": str(attempt / "result.json")}
    (attempt / "manifest.json").write_text(json.dumps(told))
    return attempt / "manifest.json"


def openrlhf(folder: Path, launcher: str, *words: str) -> subprocess.CompletedProcess[str]:
    """The example with a `deepspeed` of our own in front of the path."""
    (folder / "deepspeed").write_text(f"#!{sys.executable}\n{launcher}")
    (folder / "deepspeed").chmod(0o700)
    command = [sys.executable, str(HERE / "openrlhf.py"), *words]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


def test_the_openrlhf_example_hands_pairs_over_and_writes_a_result_that_is_accepted(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    seen = tmp_path / "argv.json"
    launcher = f"import json, sys; json.dump(sys.argv[1:], open({str(seen)!r}, 'w'))"
    assert openrlhf(tmp_path, launcher, str(path), "/models/base").returncode == 0
    found = reported(path.with_name("result.json"), "r" * 64)
    assert (found.n_train, found.final_loss) == (2, None)
    pairs = [json.loads(line) for line in path.with_name("pairs.jsonl").read_text().splitlines()]
    assert [(pair["chosen"], pair["rejected"]) for pair in pairs] == [("a", "b"), ("b", "a")]
    argv = json.loads(seen.read_text())
    assert argv[argv.index("--ckpt.output_dir") + 1] == str(path.parent / "model")


def test_the_openrlhf_example_says_when_it_failed(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    assert openrlhf(tmp_path, "raise SystemExit(3)", str(path), "/models/base").returncode == 3
    assert "exit status 3" in json.loads(path.with_name("result.json").read_text())["error"]
    openrlhf(tmp_path, "", "--failed", "time was up", str(path))
    assert json.loads(path.with_name("result.json").read_text()) == {"error": "time was up"}


def test_the_slurm_script_is_one_that_bash_can_read() -> None:
    subprocess.run(["bash", "-n", str(HERE / "train.sbatch")], check=True)
    text = (HERE / "train.sbatch").read_text()
    assert text.startswith("#!") and "#SBATCH --time=" in text
    if shutil.which("sbatch"):
        subprocess.run(["sbatch", "--test-only", str(HERE / "train.sbatch"), "m", "b"], check=True)


def test_the_kubernetes_job_is_filled_in_and_has_what_a_job_needs(tmp_path: Path) -> None:
    path = manifest(tmp_path)
    shown = subprocess.run(
        [sys.executable, str(HERE / "kubernetes.py"), "--show", str(path)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    job = YAML(typ="safe").load(shown)
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    assert job["metadata"]["generateName"] and len(job["metadata"]["labels"]["rampart.run"]) == 63
    pod = job["spec"]["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    [container] = pod["containers"]
    assert container["command"][2] == str(path)
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert path.is_relative_to(mounts["trainers"])
    assert set(mounts) == {volume["name"] for volume in pod["volumes"]}
    assert "@" not in shown.replace("@…@", "")


def test_the_skypilot_task_reads_the_manifest_from_its_environment() -> None:
    task = YAML(typ="safe").load((HERE / "sky.yaml").read_text())
    assert {"name", "resources", "envs", "setup", "run"} <= set(task)
    assert task["envs"] == {"MANIFEST": ""} and '"$MANIFEST"' in task["run"]
