"""S3 clients that give up early and are made quickly: a lasting fault costs a test seconds, not minutes.

What is tried again, and after which answers, stays botocore's and the store's own; only the waiting is cut.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast
from unittest.mock import patch

import boto3
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.retries.standard import ExponentialBackoff

_loader = cache(create_loader)


@contextmanager
def impatience(read_timeout_s: float = 1.0, retries: int = 3, pause_s: float = 0.01) -> Iterator[None]:
    """New S3 clients of the block wait `read_timeout_s` for bytes and try a request again `retries` times.

    `pause_s` is the time between two tries. The descriptions of S3's interface, most of the cost of a new
    client, are read once.
    """
    patient: Any = boto3.Session.client

    def client(session: boto3.Session, *args: Any, **options: Any) -> Any:
        own: Any = options.pop("config", None) or Config()
        hurried: Any = Config(
            read_timeout=read_timeout_s,
            connect_timeout=read_timeout_s,
            retries=cast("Any", {**(own.retries or {"mode": "standard"}), "max_attempts": retries}),
        )
        return patient(session, *args, config=own.merge(hurried), **options)

    with (
        patch.object(boto3.Session, "client", client),
        patch("botocore.session.create_loader", _loader),
        patch.object(ExponentialBackoff, "delay_amount", lambda *_: pause_s),
        patch("rampart.delivery.s3_reading._BACKOFF_S", (pause_s,)),
    ):
        yield
