"""Two real steps of TRL's GRPOTrainer, in TRL's environment: ``two_grpo_steps.py BASE REWARD …``.

Each `REWARD` is the folder of a promoted transformer, given as the model it is; or of a linear model's two
files, given as a callable. Prints for each the rewards of every step and how far the policy's weights moved.
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
    from rampart.retrain.linear.reward import load_reward  # noqa: PLC0415 (not where a transformer rewards)

    return load_reward(folder)


def two_steps(base: str, reward: Path) -> dict[str, Any]:
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
    return {"rewards": rewards, "moved": float((after - before).abs().max())}


if __name__ == "__main__":
    print(json.dumps([two_steps(sys.argv[1], Path(reward)) for reward in sys.argv[2:]]))
