"""TRL's preference type with the prompt inside both conversations.

`RewardTrainer` reads it as it stands (trl 1.16, trl/trainer/reward_trainer.py, `tokenize_fn`);
`maybe_extract_prompt` (trl/data_utils.py) takes the common beginning for the prompt, which is the prompt
again unless both answers begin alike: they are one message each, so they never do.
"""

import polars as pl

from rampart.retrain.exports.format import Format, conversation, with_margin
from rampart.retrain.exports.preferences import Preferences


def columns(made: Preferences) -> pl.DataFrame:
    """`chosen`, `rejected`: whole conversations; `margin`."""
    return with_margin(made, *(conversation(side).alias(side) for side in ("chosen", "rejected")))


TRL_IMPLICIT = Format(
    name="trl-implicit",
    about="TRL, preference with the prompt inside (RewardTrainer)",
    columns=columns,
    command="trl reward --model_name_or_path BASE --dataset_name FOLDER --output_dir OUT",
)
