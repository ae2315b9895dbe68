"""The conversations behind a dataset's prompts, message by message, from the records the pairs came from.

A dataset holds a prompt as one text (`rampart.retrain.pair.rendered`), which is for reading and scoring: a
message that holds a blank line and ``user: `` reads like two. So the text is never taken apart. Each pair is
led back to its judgement, whose record has the messages as they were delivered.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl
import pyarrow as pa

from rampart.records.prompt_key import prompt_keys
from rampart.retrain.pair import rendered

PLACE = ("contract_id", "week", "group", "prompt_key", "prompt")
MESSAGES = pl.List(pl.Struct({"role": pl.String, "content": pl.String}))


@dataclass(frozen=True, eq=False)
class BatchRecords:
    """The accepted records of one batch: `record_id`, `item_id` and `prompt` of `RECORD` are looked at."""

    contract_id: str
    week: int
    aggregation: Literal["judgement", "majority"]
    records: pa.Table


def conversations(batches: list[BatchRecords]) -> pl.DataFrame:
    """`PLACE`, `messages`, and `spoken`: how many different conversations stand behind that place.

    More than one is rare and possible: judgements of an item may differ in a way that no text shows.
    """
    found = [_of_batch(batch) for batch in batches]
    texts: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(PLACE, pl.String)
    schema = texts | {"week": pl.Int32, "messages": MESSAGES, "spoken": pl.UInt32}
    return pl.concat([pl.DataFrame(schema=schema), *found])


def spoken(pairs: pl.DataFrame, batches: list[BatchRecords]) -> pl.DataFrame:
    """`pairs` (`snapshot.PAIR`) with their `messages` and `spoken`, see `conversations`.

    Raises:
        ValueError: a pair has no record among `batches`: they are not those it was made of.
    """
    found = pairs.join(conversations(batches), on=list(PLACE), how="left", maintain_order="left")
    lost = found.filter(pl.col("spoken").is_null())
    if len(lost):
        first = lost.row(0, named=True)
        raise ValueError(
            f"{len(lost):,} of {len(pairs):,} pairs have no record behind them, the first is "
            f"{first['group']!r} of {first['contract_id']} week {first['week']}; "
            "`rampart verify` says what is damaged"
        )
    return found


def _of_batch(batch: BatchRecords) -> pl.DataFrame:
    frame = pl.DataFrame(pl.from_arrow(batch.records.select(["record_id", "item_id", "prompt"])))
    told = frame.select(
        contract_id=pl.lit(batch.contract_id),
        week=pl.lit(batch.week, dtype=pl.Int32),
        group="record_id" if batch.aggregation == "judgement" else "item_id",
        prompt_key=prompt_keys(frame["prompt"]),
        prompt=rendered(pl.col("prompt")),
        messages=pl.col("prompt").cast(MESSAGES),
        exactly=_exactly(pl.col("prompt")),
    )
    # The first, as `comparisons` takes the first judgement's prompt for an item.
    return told.group_by(PLACE, maintain_order=True).agg(
        pl.col("messages").first(), spoken=pl.col("exactly").n_unique()
    )


def _exactly(messages: pl.Expr) -> pl.Expr:
    """A text that is equal for equal conversations only: every part comes after its length."""
    parts = (pl.element().struct.field(name) for name in ("role", "content"))
    spelled = (pl.concat_str(part.str.len_bytes(), pl.lit(":"), part).fill_null("-") for part in parts)
    return messages.list.eval(pl.concat_str(*spelled)).list.join("")
