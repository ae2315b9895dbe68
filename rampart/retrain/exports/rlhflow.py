"""RLHFlow's "standard format": two conversations of user and assistant by turns, alike but for the last.

bradley-terry-rm/llama3_rm.py (github.com/RLHFlow/RLHF-Reward-Modeling, commit 69bd2d7) runs `chosen` and
`rejected` through the chat template; pair-pm/process_pair_data.py (commit 5cd3fb5, `filter_example`) drops
without a word what does not go user, assistant, user, … or has an empty message. Those are left out and
counted here, so that both train on the same rows; `trl-implicit` has the same columns and keeps them.
"""

import polars as pl

from rampart.retrain.exports.format import Format, conversation, with_margin
from rampart.retrain.exports.preferences import Preferences

_ROLES = pl.col("prompt").list.eval(pl.element().struct.field("role"))
_EMPTY = pl.col("prompt").list.eval(pl.element().struct.field("content") == "").list.any()


def columns(made: Preferences) -> pl.DataFrame:
    """`chosen`, `rejected`: whole conversations; `margin`."""
    return with_margin(made, *(conversation(side).alias(side) for side in ("chosen", "rejected")))


RLHFLOW = Format(
    name="rlhflow",
    about="RLHFlow (bradley-terry-rm, pair-pm)",
    columns=columns,
    command="accelerate launch bradley-terry-rm/llama3_rm.py --model_name BASE \\\n"
    "  --train_set_path FOLDER --output_path OUT",
    refused={
        "not_by_turns": ~_ROLES.list.join(" ").str.contains("^user( assistant user)*$"),
        "empty_message": _EMPTY | (pl.col("chosen") == "") | (pl.col("rejected") == ""),
    },
)
