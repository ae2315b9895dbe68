"""Prints losses of judgements, in TRL's environment: ours, and TRL's own of the same pairs.

``losses.py BASE`` reads a list of ``{"judgements": …, "mean_weight": …, "centre": …}`` from standard input
and prints for each the scores of all texts in order, our loss, and TRL's of the pairs whose first side won.
"""

import json
import sys
import tempfile
from typing import Any

import torch
from datasets import Dataset
from trl import RewardConfig, RewardTrainer
from trl.trainer.reward_trainer import DataCollatorForPreference

from rampart.retrain.trl.worker.objective import JudgementCollator, JudgementTrainer

PAD = 3


def config(folder: str, centre: float) -> RewardConfig:
    return RewardConfig(
        output_dir=folder, use_cpu=True, bf16=False, report_to="none", remove_unused_columns=False,
        center_rewards_coefficient=centre or None, max_length=None,
    )  # fmt: skip


def losses(base: str, asked: dict[str, Any]) -> dict[str, Any]:
    judgements = asked["judgements"]
    with tempfile.TemporaryDirectory() as folder:
        arguments = {"model": base, "args": config(folder, asked["centre"])}
        ours = JudgementTrainer(
            mean_weight=asked["mean_weight"],
            data_collator=JudgementCollator(PAD),
            train_dataset=Dataset.from_list(judgements),
            **arguments,
        )
        pairs = [
            {"chosen_ids": one["texts"][i], "rejected_ids": one["texts"][j], "margin": margin}
            for one in judgements
            for i, j, margin in zip(one["first"], one["second"], one["margin"], strict=True)
        ]
        theirs = RewardTrainer(train_dataset=Dataset.from_list(pairs), **arguments)
        batch = JudgementCollator(PAD)(judgements)
        with torch.no_grad():
            scores = ours.model(
                input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]
            ).logits.squeeze(-1)
            loss = ours.compute_loss(ours.model, batch)
            reference = theirs.compute_loss(theirs.model, DataCollatorForPreference(pad_token_id=PAD)(pairs))
    return {"scores": scores.tolist(), "ours": loss.item(), "trl": reference.item()}


if __name__ == "__main__":
    print(json.dumps([losses(sys.argv[1], asked) for asked in json.load(sys.stdin)]))
