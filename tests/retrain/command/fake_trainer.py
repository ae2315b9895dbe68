"""A program that trains nothing: it reads the manifest and leaves a model, as it is told by its own options.

``python fake_trainer.py MANIFEST [--wait FILE] [--fail WORDS] [--crash] [--leave NAME] [--count FILE]``
"""

import argparse
import json
import sys
import time
from pathlib import Path


def main() -> int:
    told = argparse.ArgumentParser()
    told.add_argument("manifest", type=Path)
    told.add_argument("--wait", type=Path, help="go on when this file is there")
    told.add_argument("--fail", help="write these words as the error")
    told.add_argument("--crash", action="store_true", help="say so and end with 7")
    told.add_argument("--leave", default="model.safetensors", help="name of the model's file")
    told.add_argument("--count", type=Path, help="add a line here for each run")
    told.add_argument("--result", default="{}", help="fields of the result that differ")
    asked = told.parse_args()
    manifest = json.loads(asked.manifest.read_text())
    if asked.count:
        with asked.count.open("a") as file:
            file.write(f"{manifest['run_id']}\n")
    print("training", manifest["pairs"], "pairs", flush=True)
    while asked.wait and not asked.wait.exists():
        time.sleep(0.01)
    if asked.crash:
        print("out of memory \x1b[31mred", file=sys.stderr)
        return 7
    result = {"format": "rampart-result/1", "run_id": manifest["run_id"], "n_train": manifest["pairs"]}
    result |= {"final_loss": 0.5, "iterations": 3, **json.loads(asked.result)}
    if asked.fail:
        result = {"error": asked.fail}
    Path(manifest["model"], asked.leave).write_text(f"weights of {manifest['run_id']}")
    fresh = Path(manifest["result"] + ".new")
    fresh.write_text(json.dumps(result))
    fresh.rename(manifest["result"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
