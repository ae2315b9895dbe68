"""Trains a reward model with OpenRLHF 0.11: ``openrlhf.py MANIFEST BASE``, or ``--failed WHY MANIFEST``.

OpenRLHF knows neither weights nor soft labels: ties are left out, and every other label counts in full, for
the side that is more likely better. Needs OpenRLHF, DeepSpeed and pyarrow; it fetches nothing.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

LAUNCHER = ["deepspeed", "--module", "openrlhf.cli.train_rm"]
EPOCHS, BATCH = 1, 128


def main(manifest: Path, base: str) -> None:
    """Train, then say so; where it fails, say that."""
    told = json.loads(manifest.read_text(encoding="utf-8"))
    pairs = chosen_and_rejected(told["data"])
    data = manifest.parent / "pairs.jsonl"
    data.write_text("".join(json.dumps(pair) + "\n" for pair in pairs), encoding="utf-8")
    ended = subprocess.run(
        [
            *LAUNCHER,
            *("--model.model_name_or_path", base),
            *("--data.dataset", str(data), "--data.prompt_key", "prompt", "--data.max_len", "1024"),
            *("--ckpt.output_dir", told["model"], "--ckpt.path", str(manifest.parent / "checkpoints")),
            *("--train.max_epochs", str(EPOCHS), "--train.batch_size", str(BATCH)),
            *("--model.margin_loss_enable", "--ds.value_head_prefix", "score"),
        ],
        check=False,
    )
    if ended.returncode:
        write(told, {"error": f"OpenRLHF ended with exit status {ended.returncode}"})
        sys.exit(ended.returncode)
    write(
        told,
        {
            "format": "rampart-result/1",
            "run_id": told["run_id"],
            "n_train": len(pairs),
            "iterations": EPOCHS * (len(pairs) // BATCH),
        },
    )


def chosen_and_rejected(path: str) -> list[dict[str, Any]]:
    """The pairs as OpenRLHF reads them."""
    pairs = []
    for row in pq.read_table(path).to_pylist():
        if row["target"] == 0.5:
            continue
        sides = (row["first"], row["second"]) if row["target"] > 0.5 else (row["second"], row["first"])
        prompt = f"{row['prompt']}\n\nassistant: "
        pairs.append({"prompt": prompt, "chosen": sides[0], "rejected": sides[1], "margin": row["margin"]})
    return pairs


def write(told: dict[str, Any], result: dict[str, Any]) -> None:
    """The result, whole or not at all."""
    fresh = Path(told["result"] + ".new")
    fresh.write_text(json.dumps(result), encoding="utf-8")
    fresh.rename(told["result"])


if __name__ == "__main__":
    if sys.argv[1] == "--failed":
        write(json.loads(Path(sys.argv[3]).read_text(encoding="utf-8")), {"error": sys.argv[2]})
    else:
        main(Path(sys.argv[1]), sys.argv[2])
