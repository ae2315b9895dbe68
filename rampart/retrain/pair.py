"""One row of a dataset: two responses to a prompt, which is better, and who says so."""

import polars as pl
import pyarrow as pa

PAIR = pa.schema(
    [
        pa.field("prompt_key", pa.large_string(), nullable=False),  # SHA-256 of the normalised prompt
        pa.field("prompt", pa.large_string(), nullable=False),  # the conversation, see `rendered`
        pa.field("first", pa.large_string(), nullable=False),
        pa.field("second", pa.large_string(), nullable=False),
        pa.field("target", pa.float64(), nullable=False),  # P(first is better): 1, 0, or 0.5 for a tie
        pa.field("weight", pa.float64(), nullable=False),  # a judgement's sum to 1, but for the scope
        pa.field("contract_id", pa.large_string(), nullable=False),
        pa.field("week", pa.int32(), nullable=False),
        pa.field("split", pa.large_string(), nullable=False),  # train or holdout
        pa.field("group", pa.large_string(), nullable=False),  # the judgement, unique in its week
        pa.field("vendor", pa.large_string(), nullable=False),
        pa.field("domain", pa.large_string()),
        pa.field("language", pa.large_string()),
        pa.field("strength", pa.float64()),  # 0..1, of the preference; null where the scheme has none
        pa.field("group_size", pa.int32(), nullable=False),  # K, the responses of the judgement
        pa.field("annotators", pa.int32(), nullable=False),  # judgements of this pair in the batch
        pa.field("agreement", pa.float64()),  # share of them with the most frequent answer; null with one
        pa.field("on_policy", pa.bool_()),  # both from checkpoints of the week; null where none are named
        pa.field("anchor", pa.bool_(), nullable=False),  # held out, and in the fixed anchor set
    ]
)


def rendered(messages: pl.Expr) -> pl.Expr:
    """A list of {role, content} messages as one text: ``role: content``, with a blank line between turns."""
    role = pl.element().struct.field("role").fill_null("")
    content = pl.element().struct.field("content").fill_null("")
    return messages.list.eval(pl.concat_str(role, content, separator=": ")).list.join("\n\n")
