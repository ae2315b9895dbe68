"""OpenRLHF: whole conversations, which its reward dataset runs through the chat template.

`preprocess_data` (github.com/OpenRLHF/OpenRLHF, openrlhf/datasets/reward_dataset.py, commit 0008ea1) with
``--apply_chat_template`` and without ``--prompt_key`` renders `chosen` and `rejected` whole. With a prompt
key it cuts the rendered prompt off by its length, which is wrong for a template that renders a prompt
differently once an answer follows. `margin` is read where it is there, and used with ``--margin_loss``.
"""

import polars as pl

from rampart.retrain.exports.format import Format, conversation, with_margin
from rampart.retrain.exports.preferences import Preferences


def columns(made: Preferences) -> pl.DataFrame:
    """`chosen`, `rejected`: whole conversations; `margin`."""
    return with_margin(made, *(conversation(side).alias(side) for side in ("chosen", "rejected")))


OPENRLHF = Format(
    name="openrlhf",
    about="OpenRLHF (openrlhf.cli.train_rm)",
    columns=columns,
    command="deepspeed --module openrlhf.cli.train_rm --pretrain BASE --save_path OUT \\\n"
    "  --dataset FOLDER/train.parquet --dataset_split train \\\n"
    "  --apply_chat_template --chosen_key chosen --rejected_key rejected --margin_loss",
)
