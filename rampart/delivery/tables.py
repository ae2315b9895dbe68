"""Arrow tables as published objects: named by what they hold, so a rerun writes nothing new."""

import hashlib
import io

import pyarrow as pa
import pyarrow.parquet as pq

from rampart.delivery.store import ObjectStore


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


def fetch_table(store: ObjectStore, key: str) -> pa.Table:
    """The table published under `key`; `MissingObjectError` when there is none."""
    return pq.read_table(io.BytesIO(store.get(key)))
