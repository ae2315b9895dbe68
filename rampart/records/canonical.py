"""The canonical record: one annotator's judgement of one prompt's responses, as an Arrow row.

On disk it is Parquet, zstd-compressed. Nested columns are Arrow lists; text is UTF-8; moments are UTC.
"""

import pyarrow as pa

MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
RESPONSE = pa.struct(
    [
        ("response_id", pa.string()),
        ("content", pa.string()),
        ("checkpoint_id", pa.string()),
        ("sha256", pa.string()),  # of the content's UTF-8 bytes
    ]
)
ASPECT = pa.struct([("axis", pa.string()), ("scores", pa.list_(pa.float64()))])  # one, or one a response
SPAN = pa.struct(
    [
        ("response", pa.int16()),  # which response, from 0
        ("start", pa.int32()),  # characters from the text's beginning
        ("end", pa.int32()),  # first character no longer in it
        ("label", pa.string()),
    ]
)
MOMENT = pa.timestamp("us", tz="UTC")

RECORD = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),  # from 1; the row number in json and parquet
        pa.field("source_item", pa.int32(), nullable=False),  # which judgement of the line, from 0
        pa.field("item_id", pa.string(), nullable=False),  # what several annotators judged together
        pa.field("prompt", pa.list_(MESSAGE), nullable=False),
        pa.field("conversation_id", pa.string()),
        pa.field("turn", pa.int32()),
        pa.field("responses", pa.list_(RESPONSE), nullable=False),  # in the order shown
        pa.field("scheme", pa.string(), nullable=False),
        pa.field("raw_label", pa.string()),  # JSON text of the label as delivered
        pa.field("ranking", pa.list_(pa.int16())),  # dense, 1 is best; null: not comparative
        pa.field("strength", pa.float64()),  # 0..1; null where the scheme has none
        pa.field("both_bad", pa.bool_()),
        pa.field("ratings", pa.list_(pa.float64())),
        pa.field("category", pa.string()),  # of a label-only task
        pa.field("aspects", pa.list_(ASPECT)),
        pa.field("spans", pa.list_(SPAN)),
        pa.field("verifier", pa.string()),  # JSON text of what a grader said
        pa.field("gold", pa.string()),  # JSON text of the known answer; null for ordinary work
        pa.field("annotator_id", pa.string()),  # keyed hash, never the vendor's own id
        pa.field("prompt_author_id", pa.string()),
        pa.field("started_at", MOMENT),
        pa.field("submitted_at", MOMENT),
        pa.field("duration_s", pa.float64()),
        pa.field("domain", pa.string()),
        pa.field("language", pa.string()),
        pa.field("difficulty", pa.string()),
        pa.field("unit_kind", pa.string()),
        pa.field("guideline_version", pa.string()),
        pa.field("work_order_item", pa.string()),
        pa.field("rationale", pa.string()),
    ]
)

QUARANTINE = pa.schema(
    [
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("source_line", pa.int64(), nullable=False),
        pa.field("source_item", pa.int32(), nullable=False),  # -1: the whole line
        pa.field("source_byte", pa.int64()),  # where the line begins in the (unpacked) file; JSON lines only
        pa.field("code", pa.string(), nullable=False),
        pa.field("problem", pa.string(), nullable=False),  # one sentence: what, where, what was expected
        pa.field("excerpt", pa.string(), nullable=False),  # first 200 characters of what could not be read
    ]
)
