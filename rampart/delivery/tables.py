"""Arrow tables as published objects: named by what they hold, so a rerun writes nothing new."""

import hashlib
import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from rampart.delivery.errors import UnreadableFileError
from rampart.delivery.store import ObjectStore


def batch_prefix(contract_id: str, week: int) -> str:
    """Where what is published about a contract week lies in the store."""
    return f"batches/{contract_id}/week-{week:02d}"


def pack_prefix(contract_id: str, week: int) -> str:
    """Where the feedback packs of a contract week lie: by contract, as a vendor may have several."""
    return f"packs/{contract_id}/week-{week:02d}"


def scorecard_prefix(program: str) -> str:
    """Where a programme's scorecards go."""
    return f"scorecards/{program}"


def invoice_prefix(contract_id: str) -> str:
    """Where the invoices of a contract lie, each beside its comparison with the books."""
    return f"invoices/{contract_id}"


def publish_table(store: ObjectStore, prefix: str, name: str, table: pa.Table) -> str:
    """Store `table` as Parquet (zstd) and give its key, ``<prefix>/<name>-<digest>.parquet``."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd")
    return publish_bytes(store, prefix, name, "parquet", sink.getvalue())


def publish_bytes(store: ObjectStore, prefix: str, name: str, suffix: str, data: bytes) -> str:
    """Store `data` under a key that carries its digest, and give the key."""
    key = f"{prefix}/{name}-{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
    store.put_once(key, data)
    return key


def fetch_table(store: ObjectStore, key: str, columns: Sequence[str] | None = None) -> pa.Table:
    """The table published under `key`, or some `columns` of it.

    `MissingObjectError` when there is none, `UnreadableFileError` when its bytes are damaged.
    """
    try:
        return pq.ParquetFile(io.BytesIO(store.get(key))).read(columns and list(columns))
    except (pa.ArrowException, OSError) as error:
        fix = "restore it from a backup, or judge the week again from its landed files"
        raise UnreadableFileError(f"not a whole Parquet file: {error}", file=key, fix=fix) from error
