"""What became of each readable record: a table beside the records, row for row."""

import pyarrow as pa
import pyarrow.compute as pc

from rampart.records.reasons import reasons_of

PLACE = ("source_file", "source_line", "source_item")

FATES = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),
        pa.field("source_item", pa.int32(), nullable=False),
        pa.field("reason_mask", pa.uint64(), nullable=False),  # why it is discarded; 0: it is accepted
        pa.field("flag_mask", pa.uint64(), nullable=False),  # what it is flagged for, accepted or not
        pa.field("reasons", pa.list_(pa.string()), nullable=False),  # codes of the reasons, in their order
        pa.field("exact_key", pa.string(), nullable=False),
        pa.field("work_key", pa.string(), nullable=False),
    ]
)


def codes_of(masks: pa.Array) -> pa.Array:
    """The codes of each mask's reasons, in waterfall order."""
    told = pc.dictionary_encode(masks)
    codes = [[reason.code for reason in reasons_of(mask)] for mask in told.dictionary.to_pylist()]
    return pa.array(codes, pa.list_(pa.string())).take(told.indices)
