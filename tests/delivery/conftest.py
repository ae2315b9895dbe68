"""A real S3 server for the slow tests, and the stores every store test runs on."""

import os
import secrets
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rampart.delivery.local_store import LocalStore
from rampart.delivery.store import ObjectStore, S3Options, open_store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_HIGHEST = 55_000  # SeaweedFS puts each gRPC port 10,000 above its HTTP port
_START_S = 30.0
_KEYS = {"AWS_ACCESS_KEY_ID": "testkey", "AWS_SECRET_ACCESS_KEY": "testsecret1234"}


def _free_ports(count: int) -> list[int]:
    while True:
        sockets = [socket.socket() for _ in range(count)]
        try:
            for each in sockets:
                each.bind(("127.0.0.1", 0))
            ports = [each.getsockname()[1] for each in sockets]
        finally:
            for each in sockets:
                each.close()
        if max(ports) < _HIGHEST:
            return ports


@pytest.fixture(scope="session")
def s3_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a SeaweedFS server that lives as long as the test session."""
    folder = tmp_path_factory.mktemp("seaweedfs")
    ports = _free_ports(4)
    named = zip(("s3", "master", "volume", "filer"), ports, strict=True)
    command = [
        str(Path(sysconfig.get_path("scripts")) / "weed"),
        "mini",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-dir={folder}",
        "-admin.ui=false",
        "-webdav=false",
        "-s3.port.iceberg=0",  # ports of fixed number: two servers on one machine would meet there
        "-s3.port.lance=0",
        *(f"-{name}.port={port}" for name, port in named),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, env={**os.environ, **_KEYS}, cwd=folder, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield f"http://127.0.0.1:{ports[0]}"
        finally:
            server.kill()
            server.wait()


@pytest.fixture
def s3_options(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> S3Options:
    for name, value in _KEYS.items():
        monkeypatch.setenv(name, value)
    return S3Options(endpoint_url=s3_url, region="us-east-1", path_style=True)


@pytest.fixture
def s3_client(s3_url: str, s3_options: S3Options) -> "S3Client":
    """A plain client, for looking at the server past our own store."""
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=2)
    return boto3.client("s3", endpoint_url=s3_url, region_name=s3_options.region, config=config)


@pytest.fixture
def s3_bucket(s3_client: "S3Client") -> str:
    """A new bucket, once the server answers."""
    bucket = f"test-{secrets.token_hex(8)}"
    deadline = time.monotonic() + _START_S
    while True:
        try:
            s3_client.create_bucket(Bucket=bucket)
        except (ClientError, BotoCoreError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return bucket


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """An empty store; the test runs once for each kind."""
    if request.param == "local":
        return LocalStore(tmp_path / "store")
    bucket: str = request.getfixturevalue("s3_bucket")
    options: S3Options = request.getfixturevalue("s3_options")
    return open_store(f"s3://{bucket}/some/prefix", options)
