"""TRL's unpaired preference type: each answer by itself, good or bad; what `KTOTrainer` reads.

Of each pair the better answer is good and the worse one bad, as TRL's own `unpair_preference_dataset`
(trl 1.16, trl/data_utils.py) has it; here the two stay side by side. An answer of a ranking may be good in
one pair and bad in the next.
"""

import polars as pl

from rampart.retrain.exports.format import Format, answer
from rampart.retrain.exports.preferences import Preferences


def columns(made: Preferences) -> pl.DataFrame:
    """`prompt`, `completion`: lists of messages; `label`: is it the better one?"""
    sides = (
        made.rows.with_row_index("pair").select(
            "pair",
            "prompt",
            completion=answer(side),
            label=pl.lit(side == "chosen"),
        )
        for side in ("chosen", "rejected")
    )
    return pl.concat(sides).sort("pair", maintain_order=True).drop("pair")


TRL_UNPAIRED = Format(
    name="trl-unpaired",
    about="TRL, unpaired preference (KTOTrainer)",
    columns=columns,
    margins=False,
    command="trl kto --model_name_or_path BASE --dataset_name FOLDER --output_dir OUT",
)
