"""A real S3 server for the slow tests, and the stores every store test runs on."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config

from rampart.delivery.local_store import LocalStore
from rampart.delivery.open_store import open_store
from rampart.delivery.store import ObjectStore, S3Options
from simulator.servers.seaweedfs import CREDENTIALS, SeaweedFs, seaweedfs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFs]:
    """A SeaweedFS server that lives as long as the test session."""
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="session")
def s3_url(s3_server: SeaweedFs) -> str:
    """The server's endpoint."""
    return s3_server.endpoint_url


@pytest.fixture
def s3_options(s3_url: str, monkeypatch: pytest.MonkeyPatch) -> S3Options:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return S3Options(endpoint_url=s3_url, region="us-east-1", path_style=True)


@pytest.fixture
def s3_client(s3_url: str, s3_options: S3Options) -> "S3Client":
    """A plain client, for looking at the server past our own store."""
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, connect_timeout=2)
    return boto3.client("s3", endpoint_url=s3_url, region_name=s3_options.region, config=config)


@pytest.fixture
def s3_bucket(s3_server: SeaweedFs) -> str:
    """A new bucket, once the server answers."""
    return s3_server.new_bucket()


@pytest.fixture(params=["local", pytest.param("s3", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """An empty store; the test runs once for each kind."""
    if request.param == "local":
        return LocalStore(tmp_path / "store")
    bucket: str = request.getfixturevalue("s3_bucket")
    options: S3Options = request.getfixturevalue("s3_options")
    return open_store(f"s3://{bucket}/some/prefix", options)
