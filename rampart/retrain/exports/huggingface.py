"""A folder for Hugging Face `datasets`: TRL's columns first, then where each pair is from.

`datasets.load_dataset(FOLDER)` finds the files by the front matter of README.md
(huggingface.co/docs/hub/datasets-manual-configuration). Weights are those of the dataset: decay, mix and the
share of a ranking are in them; no trainer reads them by itself.
"""

import polars as pl

from rampart.retrain.exports.format import Format, answer
from rampart.retrain.exports.preferences import Preferences

ABOUT = (
    *("weight", "strength", "group", "group_size", "annotators", "agreement", "domain", "language"),
    *("on_policy", "anchor", "prompt_key", "contract_id", "week", "vendor"),
)


def columns(made: Preferences) -> pl.DataFrame:
    """`prompt`, `chosen`, `rejected`: lists of messages; `margin`; and `ABOUT`, columns of the dataset."""
    sides = (answer(side).alias(side) for side in ("chosen", "rejected"))
    return made.rows.select("prompt", *sides, *(["margin"] if made.has_margin else []), *ABOUT)


HF = Format(
    name="hf",
    about="Hugging Face datasets, with where each pair is from",
    columns=columns,
    command='from datasets import load_dataset\n\ndataset = load_dataset("FOLDER", split="train")',
    language="python",
)
