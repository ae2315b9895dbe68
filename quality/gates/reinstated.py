"""Records whose discard was contested, and taken back by a person."""

import polars as pl
import pyarrow as pa

from contracts.model import Contract
from rampart.records.identity import record_keys


def kept_already(contested: pa.Table, kept: pl.DataFrame, contract: Contract) -> tuple[str, ...]:
    """Ids of contested records that would be paid for twice: by their id, or as the same judgement.

    Args:
        contested: canonical records (`RECORD`).
        kept: keys (`KEYS`) of all that the contract's other judgements keep.
        contract: says whether a record has an id of its own, and whether equal judgements are discarded.
    """
    keys = record_keys(pl.DataFrame(pl.from_arrow(contested)))
    twice = pl.Series([False] * keys.height, dtype=pl.Boolean)
    if contract.delivery.record.record_id is not None:
        twice |= _twice(keys["record_id"], kept["record_id"])
    if contract.gates.exact_duplicates == "discard":
        twice |= _twice(keys["exact_key"], kept["exact_key"])
    return tuple(keys.filter(twice)["record_id"])


def _twice(ours: pl.Series, kept: pl.Series) -> pl.Series:
    return ours.is_in(kept.implode()) | ours.is_duplicated()
