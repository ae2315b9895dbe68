"""What TRL makes of exported folders: ``in_trl.py FOLDERS BASE``, in TRL's environment.

`FOLDERS` holds a folder for each format by its name; the answer is a JSON object, the last line printed.
"""

import json
import sys
from pathlib import Path
from typing import Any

from datasets import load_dataset
from transformers import AutoTokenizer
from trl.data_utils import is_conversational, maybe_extract_prompt, maybe_unpair_preference_dataset
from trl.scripts import kto, reward

TEMPLATE = (
    "{% for m in messages %}<s>{{ m['role'] }}: {{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant: {% endif %}"
)


def main(folders: Path, base: str) -> None:
    tokenizer = AutoTokenizer.from_pretrained(base)
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(base)
    found = {folder.name: load_dataset(str(folder)) for folder in sorted(folders.iterdir())}
    preference, implicit = found["trl"]["train"], found["trl-implicit"]["train"]
    columns = ("prompt", "chosen", "rejected")
    answer: dict[str, Any] = {
        "rows": {name: {split: list(rows) for split, rows in whole.items()} for name, whole in found.items()},
        "conversational": {name: is_conversational(whole["train"][0]) for name, whole in found.items()},
        "extracted": [maybe_extract_prompt(row) for row in implicit],
        "split": [{name: row[name] for name in columns} for row in preference],
        "unpaired": list(maybe_unpair_preference_dataset(preference.select_columns(columns))),
    }
    for name, script in (("trl", reward), ("trl-implicit", reward), ("trl-unpaired", kto), ("hf", reward)):
        answer.setdefault("losses", {})[name] = trained(script, str(folders / name), base)
    print(json.dumps(answer))


def trained(script: Any, folder: str, base: str) -> list[float]:
    """The losses of two steps of TRL's own command on a folder."""
    losses: list[float] = []
    line = ["--model_name_or_path", base, "--dataset_name", folder, "--output_dir", f"{base}-out"]
    line += ["--max_steps", "2", "--per_device_train_batch_size", "4", "--logging_steps", "1"]
    line += ["--report_to", "none", "--save_strategy", "no", "--use_cpu", "--bf16", "false"]
    told = script.make_parser().parse_args_and_config(line)
    trainer = __import__("transformers").Trainer
    log = trainer.log

    def heard(self: Any, logs: dict[str, float], *rest: Any) -> None:
        losses.extend([logs["loss"]] if "loss" in logs else [])
        log(self, logs, *rest)

    trainer.log = heard
    try:
        script.main(*told)
    finally:
        trainer.log = log
    return losses


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
