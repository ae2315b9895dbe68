"""Two real steps of TRL's GRPOTrainer, in TRL's environment: ``two_grpo_steps.py BASE REWARD``.

`REWARD` is the folder of a promoted transformer, given as the model it is; or of a linear model's two files,
given as a callable. Prints the rewards of each step and how far the policy's weights moved.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import GRPOConfig, GRPOTrainer


def reward_of(folder: Path) -> Any:
    if (folder / "config.json").exists():
        return str(folder)
    from rampart.retrain.linear.reward import LinearReward  # noqa: PLC0415 (not where a transformer rewards)

    return LinearReward.from_folder(folder)


def main(base: str, reward: Path) -> None:
    policy = AutoModelForCausalLM.from_pretrained(base)
    before = torch.cat([weights.detach().flatten() for weights in policy.parameters()]).clone()
    prompts = [f"user: Question {number}?\n\nassistant: " for number in range(8)]
    with tempfile.TemporaryDirectory() as folder:
        trainer = GRPOTrainer(
            model=policy,
            reward_funcs=reward_of(reward),
            processing_class=AutoTokenizer.from_pretrained(base),
            train_dataset=Dataset.from_dict({"prompt": prompts}),
            args=GRPOConfig(
                output_dir=folder,
                max_steps=2,
                per_device_train_batch_size=4,
                num_generations=4,
                max_completion_length=8,
                learning_rate=1e-3,
                logging_steps=1,
                save_strategy="no",
                report_to="none",
                use_cpu=True,
                bf16=False,
            ),
        )
        trainer.train()
    after = torch.cat([weights.detach().flatten() for weights in policy.parameters()])
    rewards = [entry["reward"] for entry in trainer.state.log_history if "reward" in entry]
    print(json.dumps({"rewards": rewards, "moved": float((after - before).abs().max())}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
