"""PostgreSQL from the system's packages, started as an unprivileged user on a free port, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from simulator.servers.ports import free_ports


@dataclass(frozen=True)
class PostgreSql:
    """A running server. `folder` holds its data and its log."""

    folder: Path
    port: int
    programs: Path

    @property
    def address(self) -> str:
        """SQLAlchemy URL of the server, without a database."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}"

    def new_database(self, template: str | None = None) -> str:
        """The URL of a new database: an empty one, or a copy of the database named `template`."""
        name = f"books_{uuid.uuid4().hex}"
        with psycopg.connect(
            f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres", autocommit=True
        ) as server:
            server.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        return f"{self.address}/{name}"

    def restart(self) -> None:
        """Break every connection and start again, as an administrator in a hurry would."""
        self._control("-w", "-m", "immediate", "stop")
        self.start()

    def start(self) -> None:
        """Start the server; returns once it accepts connections."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._control("-w", "-l", f"{self.folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """Stop the server at once; work that was not committed is lost."""
        self._control("-w", "-m", "immediate", "stop")

    def _control(self, *words: str) -> None:
        run_as_postgres(self.programs / "pg_ctl", self.folder, *words)


def postgresql_programs() -> Path | None:
    """Where PostgreSQL's server programs are: where Debian puts them, or on the path; None without them."""
    places = [*Path("/usr/lib/postgresql").glob("*/bin"), *map(Path, os.get_exec_path())]
    return next((place for place in places if (place / "initdb").exists()), None)


@contextmanager
def postgresql() -> Iterator[PostgreSql]:
    """A server without durability (``fsync=off``) that lives as long as the block.

    Raises `RuntimeError` when PostgreSQL's programs are not installed.
    """
    programs = postgresql_programs()
    if programs is None:
        raise RuntimeError(
            "PostgreSQL's server programs (initdb, pg_ctl) are missing: apt-get install postgresql"
        )
    folder = Path(tempfile.mkdtemp(prefix="rampart-postgresql-"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    # A language's collation orders text otherwise than Python does: the books must not depend on it.
    wanted = ("-U", "postgres", "-A", "trust", "--no-sync", "--locale=C.UTF-8", "-E", "UTF8")
    run_as_postgres(programs / "initdb", folder, *wanted)
    server = PostgreSql(folder, free_ports(1)[0], programs)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run_as_postgres(program: Path, folder: Path, *words: str) -> None:
    """Run one of the server's programs on the data in `folder`; as root, as the user Debian made for it."""
    as_whom: dict[str, Any] = {}
    if os.getuid() == 0:  # the server refuses to run as root
        as_whom = {"user": "postgres", "group": "postgres", "extra_groups": []}
    subprocess.run(  # noqa: S603 (our own command line)
        [str(program), "-D", f"{folder}/data", *words],
        check=True,
        cwd="/",
        stdout=subprocess.DEVNULL,
        **as_whom,
    )
