"""TRL's preference type with the prompt by itself, for `RewardTrainer` and `DPOTrainer`.

`RewardTrainer` puts prompt and answer together and runs the chat template over both
(trl 1.16, trl/trainer/reward_trainer.py, `tokenize_fn`); it subtracts `margin` from the difference of scores
where the column is there (`compute_loss`), and takes no other column. The type is described in TRL's
"Dataset formats and types" (huggingface.co/docs/trl/dataset_formats).
"""

import polars as pl

from rampart.retrain.exports.format import Format, answer, with_margin
from rampart.retrain.exports.preferences import Preferences


def columns(made: Preferences) -> pl.DataFrame:
    """`prompt`, `chosen`, `rejected`: lists of messages; `margin`."""
    return with_margin(
        made, pl.col("prompt"), answer("chosen").alias("chosen"), answer("rejected").alias("rejected")
    )


TRL = Format(
    name="trl",
    about="TRL, preference with the prompt by itself (RewardTrainer, DPOTrainer)",
    columns=columns,
    command="trl reward --model_name_or_path BASE --dataset_name FOLDER --output_dir OUT",
)
