"""Our contracts as another project's tool reads them: `datacontract lint`, in an environment of its own."""

import subprocess
from pathlib import Path

import pytest

from tests.contracts.files import SPECS

ROOT = SPECS.parents[1]
TOOL = ROOT / ".venv-datacontract" / "bin" / "datacontract"


def _lint(spec: Path) -> subprocess.CompletedProcess[str]:
    assert TOOL.exists(), f"{TOOL} is missing: `make slow` installs it"
    return subprocess.run([TOOL, "lint", spec], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "spec", sorted(SPECS.rglob("*.odcs.yaml")), ids=lambda spec: str(spec.relative_to(SPECS))
)
def test_datacontract_cli_accepts_every_spec(spec: Path) -> None:
    told = _lint(spec)
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Data contract is valid" in told.stdout


@pytest.mark.slow
def test_datacontract_cli_would_refuse_what_is_no_contract(tmp_path: Path) -> None:
    spec = tmp_path / "broken.odcs.yaml"
    good = (SPECS / "demo" / "alder.odcs.yaml").read_text(encoding="utf-8")
    spec.write_text(good.replace("kind: DataContract", "kind: DataContrakt"), encoding="utf-8")
    assert _lint(spec).returncode != 0
