"""axolotl's `bradley_terry.chat_template`: one question, perhaps under a system message.

`BTChatTemplateStrategy` (github.com/axolotl-ai-cloud/axolotl,
src/axolotl/prompt_strategies/bradley_terry/chat_template.py, commit eb8cb38) reads ``prompt["system"]``
whether it is there or not, so the column is always written, empty where there is none;
docs/reward_modelling.qmd (commit 1855055) calls it optional. Longer conversations have no form here and are
left out; margins are not read.

An empty text is no message there, and yet axolotl 0.19 renders an empty system message for it: the strategy
it is built on looks for the column again (`get_conversation_thread` of prompt_strategies/chat_template.py).
``drop_system_message`` takes it away, and any other with it, so it is set where no row has one.
"""

import polars as pl

from rampart.retrain.exports.format import Format
from rampart.retrain.exports.preferences import Preferences

_ROLES = pl.col("prompt").list.eval(pl.element().struct.field("role")).list.join(" ")
_FIRST = pl.col("prompt").list.first().struct
_LAST = pl.col("prompt").list.last().struct


def _dropping(rows: pl.DataFrame) -> str:
    has_system = rows.select((_FIRST.field("role") == "system").any()).item()
    return "" if has_system else "\n    drop_system_message: true"


def columns(made: Preferences) -> pl.DataFrame:
    """`system`, `input`, `chosen`, `rejected`: texts."""
    under = pl.when(_FIRST.field("role") == "system").then(_FIRST.field("content")).otherwise(pl.lit(""))
    return made.rows.select("chosen", "rejected", system=under, input=_LAST.field("content")).select(
        "system", "input", "chosen", "rejected"
    )


AXOLOTL = Format(
    name="axolotl",
    about="axolotl (bradley_terry.chat_template)",
    columns=columns,
    margins=False,
    command="base_model: BASE\n"
    "model_type: AutoModelForSequenceClassification\n"
    "num_labels: 1\n"
    "reward_model: true\n"
    "chat_template: tokenizer_default\n"
    "output_dir: OUT\n"
    "datasets:\n"
    "  - path: FOLDER/train.parquet\n"
    "    ds_type: parquet\n"
    "    split: train\n"
    "    type: bradley_terry.chat_template",
    closing=_dropping,
    language="yaml",
    # An empty system message would be read as none, which is another conversation.
    refused={
        "not_single_turn": ~_ROLES.is_in(["user", "system user"]),
        "empty_system": (_ROLES == "system user") & (_FIRST.field("content") == ""),
    },
)
