"""Fills in job.yaml and creates the job: ``kubernetes.py MANIFEST``; with ``--show`` it only prints it."""

import json
import subprocess
import sys
from pathlib import Path


def job(manifest: Path) -> str:
    """The job of `manifest`, as YAML."""
    run = json.loads(manifest.read_text(encoding="utf-8"))["run_id"]
    # A label holds 63 characters; the folder that is shared holds the run's folder, and that the attempt's.
    places = {"run": run[:63], "manifest": str(manifest), "folder": str(manifest.parents[2])}
    text = Path(__file__).with_name("job.yaml").read_text(encoding="utf-8")
    for name, value in places.items():
        text = text.replace(f"@{name}@", value)
    return text


if __name__ == "__main__":
    if sys.argv[1] == "--show":
        print(job(Path(sys.argv[2])))
    else:
        create = ["kubectl", "create", "-f", "-"]
        subprocess.run(create, input=job(Path(sys.argv[1])), text=True, check=True)
