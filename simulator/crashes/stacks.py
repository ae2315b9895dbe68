"""The two things Rampart runs on: a folder with SQLite, and an S3 server with PostgreSQL.

A stack gives out *sites* (a home with its settings), can keep what is in one, and can give out copies of what
was kept: a kill late in the history need not live through all that was before.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

import psycopg

from simulator.servers.postgresql import PostgreSql, postgresql
from simulator.servers.seaweedfs import SeaweedFs, seaweedfs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# One key for all sites, or no two stores could hold the same bytes.
KEY = "the same pseudonym key for every home"
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it); a sync costs nothing there


@dataclass(frozen=True)
class Site:
    """One place to run in; `environment` are the settings of a process there."""

    folder: Path
    environment: Mapping[str, str]

    @property
    def home(self) -> Path:
        """Its home folder."""
        return self.folder / "home"


class Stack(Protocol):
    """See the module's first words."""

    @property
    def name(self) -> str:
        """What it is made of."""

    def site(self, kept: str | None = None) -> Site:
        """A new site: empty, or with what was kept under a name."""

    def keep(self, site: Site, name: str) -> None:
        """Keep a copy of what is in `site` under `name`; nothing may be running there."""

    def remove(self, site: Site) -> None:
        """Take a site down."""


@dataclass
class FolderStack:
    """Homes in a folder, each with its store and its SQLite file."""

    root: Path
    name: str = "folder+sqlite"
    _made: int = 0

    def site(self, kept: str | None = None) -> Site:
        """See `Stack.site`."""
        self._made += 1
        folder = self.root / f"site-{self._made}"
        (folder / "tmp").mkdir(parents=True)
        if kept is not None:
            shutil.copytree(self.root / "kept" / kept, folder / "home")
        home = folder / "home"
        return Site(
            folder,
            {
                "RAMPART_HOME": str(home),
                "RAMPART_STORE": str(home / "store"),
                "RAMPART_PSEUDONYM_KEY": KEY,
                "TMPDIR": str(folder / "tmp"),
            },
        )

    def keep(self, site: Site, name: str) -> None:
        """See `Stack.keep`."""
        shutil.copytree(site.home, self.root / "kept" / name)

    def remove(self, site: Site) -> None:
        """See `Stack.remove`."""
        shutil.rmtree(site.folder)


@dataclass
class ServerStack:
    """Prefixes in one bucket and databases on one server; the drop stays a folder, which is the vendors'."""

    folders: FolderStack
    s3: SeaweedFs
    postgres: PostgreSql
    bucket: str
    client: "S3Client"
    name: str = "s3+postgresql"
    _databases: dict[str, str] = field(default_factory=dict)

    def site(self, kept: str | None = None) -> Site:
        """See `Stack.site`."""
        plain = self.folders.site(kept)
        if kept is not None:
            self._copy(f"kept/{kept}", plain.folder.name)
        settings = {
            "RAMPART_DATABASE_URL": self.postgres.new_database(self._databases.get(kept or "")),
            "RAMPART_STORE": f"s3://{self.bucket}/{plain.folder.name}",
        }
        return Site(plain.folder, {**plain.environment, **self.s3.environment, **settings})

    def keep(self, site: Site, name: str) -> None:
        """See `Stack.keep`."""
        self.folders.keep(site, name)
        self._copy(site.folder.name, f"kept/{name}")
        copy = self.postgres.new_database(_database(site))
        self._databases[name] = copy.rsplit("/", 1)[1]

    def remove(self, site: Site) -> None:
        """See `Stack.remove`; the bucket goes with its server."""
        address = self.postgres.address.replace("+psycopg", "")
        with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
            server.execute(f"DROP DATABASE {_database(site)} WITH (FORCE)")
        self.folders.remove(site)

    def _copy(self, source: str, target: str) -> None:
        listing = self.client.get_paginator("list_objects_v2")
        for page in listing.paginate(Bucket=self.bucket, Prefix=f"{source}/"):
            for key in (item["Key"] for item in page.get("Contents", [])):
                self.client.copy_object(
                    Bucket=self.bucket,
                    Key=f"{target}/{key.removeprefix(f'{source}/')}",
                    CopySource={"Bucket": self.bucket, "Key": key},
                )


@contextmanager
def folder_stack() -> Iterator[Stack]:
    """Folders in memory where the machine has such, gone after the block."""
    where = MEMORY if MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="rampart-crashes-", dir=where) as folder:
        yield FolderStack(Path(folder))


@contextmanager
def server_stack() -> Iterator[Stack]:
    """Servers of its own, gone after the block; `RuntimeError` when one of them is not installed."""
    with TemporaryDirectory(prefix="rampart-crashes-") as folder:
        root = Path(folder)
        (root / "s3").mkdir()
        with seaweedfs(root / "s3") as s3, postgresql() as postgres:
            yield ServerStack(FolderStack(root / "sites"), s3, postgres, s3.new_bucket(), s3.client())


STACKS = {"folder+sqlite": folder_stack, "s3+postgresql": server_stack}


def _database(site: Site) -> str:
    return site.environment["RAMPART_DATABASE_URL"].rsplit("/", 1)[1]
