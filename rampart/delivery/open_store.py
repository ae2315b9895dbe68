"""Which store an address names."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from rampart.delivery.errors import DeliveryError
from rampart.delivery.local_store import LocalStore
from rampart.delivery.store import ObjectStore, S3Options


def open_store(uri: str, s3: S3Options | None = None) -> ObjectStore:
    """The store at `uri`: a path, ``file:///path`` or ``s3://bucket/prefix``.

    Nothing is created or contacted before the first use.
    """
    parts = urlsplit(uri) if "://" in uri else None
    if parts is None:
        return LocalStore(Path(uri))
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return LocalStore(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        from rampart.delivery.s3_store import S3Store  # noqa: PLC0415 (boto3 takes 0.3 s to import)

        return S3Store(parts.netloc, uri.removeprefix(f"s3://{parts.netloc}").strip("/"), s3 or S3Options())
    raise DeliveryError(
        "this is not the address of a store",
        file=uri,
        fix="use a path, file:///path or s3://bucket/prefix",
    )
