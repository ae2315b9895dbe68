"""Trains one reward model: ``python -m rampart.retrain.trl.worker.train MANIFEST``, or under torchrun.

Weights are saved as safetensors and nothing else is saved: TRL's own checkpoints hold pickles.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoTokenizer
from trl import RewardConfig

from rampart.retrain.trl.worker.objective import JudgementCollator, JudgementTrainer, as_rows
from rampart.retrain.trl.worker.preferences import Read, read
from rampart.retrain.trl.worker.texts import ids_of

MODEL_FORMAT = "rampart-trl/1"


def main(manifest: Path) -> None:
    """Do what the manifest says; the result is written last."""
    told = json.loads(manifest.read_text(encoding="utf-8"))
    choices = told["choices"]
    torch.set_num_threads(choices["threads"])
    if not torch.cuda.is_available():
        torch.use_deterministic_algorithms(True)
    tokenizer = AutoTokenizer.from_pretrained(choices["base"], local_files_only=True)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    data = read(
        told["data"], lambda prompt, response: ids_of(tokenizer, prompt, response), choices["max_length"]
    )
    if _rank() == 0:
        print(
            f"{data.pairs} pairs of {len(data.judgements)} judgements; "
            f"{data.overlong} pairs left out: a text has more than {choices['max_length']} tokens"
        )
    trainer = trainer_of(data, tokenizer, choices, str(manifest.parent / "checkpoints"))
    ended = trainer.train()
    if _rank() == 0:
        _save(trainer, tokenizer, choices, Path(told["model"]))
        result = {
            "format": "rampart-result/1",
            "run_id": told["run_id"],
            "n_train": data.pairs,
            "final_loss": float(ended.training_loss),
            "iterations": int(ended.global_step),
            "converged": True,  # the epochs asked for were trained
            "dropped_overlong": data.overlong,
        }
        _write(Path(told["result"]), result)
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def trainer_of(data: Read, tokenizer: Any, choices: dict[str, Any], scratch: str) -> JudgementTrainer:
    """The trainer, ready to run."""
    arguments = RewardConfig(
        output_dir=scratch,
        num_train_epochs=choices["epochs"],
        learning_rate=choices["learning_rate"],
        warmup_steps=choices["warmup_share"],  # below 1 it is a share of all steps
        lr_scheduler_type="linear",
        per_device_train_batch_size=choices["micro_batch"],
        gradient_accumulation_steps=choices["accumulate"],
        max_length=None,
        center_rewards_coefficient=choices["centre"] or None,
        bf16=choices["bf16"],
        activation_checkpointing=choices["gradient_checkpointing"],
        seed=choices["seed"],
        data_seed=choices["seed"],
        remove_unused_columns=False,
        save_strategy="no",
        report_to="none",
        logging_steps=10,
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
        model_init_kwargs={"local_files_only": True, **({"device_map": None} if _world() > 1 else {})},
    )
    return JudgementTrainer(
        mean_weight=data.mean_weight,
        model=choices["base"],
        args=arguments,
        processing_class=tokenizer,
        data_collator=JudgementCollator(tokenizer.pad_token_id),
        train_dataset=Dataset.from_list(as_rows(data.judgements)),
    )


def _save(trainer: JudgementTrainer, tokenizer: Any, choices: dict[str, Any], folder: Path) -> None:
    trainer.accelerator.unwrap_model(trainer.model).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    _write(folder / "rampart.json", {"format": MODEL_FORMAT, "max_length": choices["max_length"]})


def _write(path: Path, value: dict[str, Any]) -> None:
    """Whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(value), encoding="utf-8")
    fresh.replace(path)


def _rank() -> int:
    return int(os.environ.get("RANK", "0"))


def _world() -> int:
    return int(os.environ.get("WORLD_SIZE", "1"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
