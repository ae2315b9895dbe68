"""What a question cannot do without and nothing in a batch tells."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from quality.audits.every import Batch, Beside


def first_lacking(batch: Batch, needs: Sequence[str]) -> str | None:
    """The first of `needs` that neither a record nor a table beside the records tells; None if all are told.

    Args:
        batch: the records and what stands beside them.
        needs: fields of the canonical record or names of `Beside`, as in `quality.audits.every.Audit`.
    """
    return next((name for name in needs if not _is_told(batch, name)), None)


def _is_told(batch: Batch, name: str) -> bool:
    if name in Beside.__dataclass_fields__:
        table = getattr(batch.beside, name)
        return table is not None and not table.is_empty()
    return name in batch.records.schema.names and _has_values(batch.records[name])


def _has_values(values: pa.ChunkedArray) -> bool:
    if pa.types.is_list(values.type):
        values = pc.list_flatten(values)
        if pa.types.is_struct(values.type) and values.type.get_field_index("content") >= 0:
            values = pc.struct_field(values, "content")
    return bool(values.null_count < len(values))
