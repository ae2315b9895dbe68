"""open-instruct (Ai2): whole conversations that differ in the last message alone.

`preference_tokenize_v1` (github.com/allenai/open-instruct, open_instruct/dataset_transformation.py) takes
all but the last message of `chosen` for the prompt; open_instruct/reward_modeling.py (commit 0197aae) trains
on the two, without margins. A local file is read by its ending, and only as the split `train`. Longer texts
than ``--max_token_length`` are dropped without a word by `preference_filter_v1`, and its default is 512.
"""

import polars as pl

from rampart.retrain.exports.format import Format, conversation
from rampart.retrain.exports.preferences import Preferences


def columns(made: Preferences) -> pl.DataFrame:
    """`chosen`, `rejected`: whole conversations."""
    return made.rows.select(conversation(side).alias(side) for side in ("chosen", "rejected"))


OPEN_INSTRUCT = Format(
    name="open-instruct",
    about="open-instruct (open_instruct/reward_modeling.py)",
    columns=columns,
    margins=False,
    command="accelerate launch open_instruct/reward_modeling.py --model_name_or_path BASE \\\n"
    "  --dataset_mixer_list FOLDER/train.parquet 1.0 --dataset_mixer_list_splits train \\\n"
    "  --max_token_length 4096 --max_prompt_token_length 2048 --push_to_hub False --output_dir OUT",
)
