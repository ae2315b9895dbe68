"""Prefect without a server of one's own: one beside this process, its home inside ours, quiet, gone with us.

A user who has a Prefect server or Cloud sets `PREFECT_API_URL`; then nothing here applies.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# The process an embedded server was prepared for: a child that inherits its address wants one of its own.
OWNER = "RAMPART_PREFECT_OWNER"
START_TIMEOUT_S = 180.0  # a new database takes 15 to 18 seconds to set up on two idle cores
STOP_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Beside:
    """Where the server of this process will listen, and where its log goes."""

    port: int
    log: Path

    @property
    def url(self) -> str:
        """Address of its API."""
        return f"http://127.0.0.1:{self.port}/api"


_ours: list[Beside] = []  # at most one: Prefect reads its environment once a process


def prepare(home: Path) -> None:
    """Set the environment that Prefect reads when it is first imported; what the user set stays."""
    inherited = os.environ.get(OWNER, str(os.getpid())) != str(os.getpid())
    if "PREFECT_API_URL" in os.environ and not inherited:
        return
    (home / "prefect").mkdir(parents=True, exist_ok=True)
    beside = Beside(_free_port(), home / "prefect" / "server.log")
    _ours.append(beside)
    wanted = {
        OWNER: str(os.getpid()),
        "DO_NOT_TRACK": "1",
        "PREFECT_API_URL": beside.url,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_PROFILES_PATH": str(home / "prefect" / "profiles.toml"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
    }
    os.environ.update(wanted if inherited else {n: v for n, v in wanted.items() if n not in os.environ})


@contextmanager
def in_process() -> Iterator[Callable[[], None]]:
    """Run flows at their real cost: heartbeats, which nobody reads here, take a second a run.

    The server starts while the caller does other work; the caller waits for it with the function it is given,
    before its first flow. That raises `RuntimeError` with the end of the server's log if it did not start.
    """
    server = _start(_ours[-1]) if _ours else None
    try:
        from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings  # noqa: PLC0415

        with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield lambda: _wait(server, _ours[-1]) if server else None
    finally:
        if server:
            _stop(server)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(beside: Beside) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "flows.prefect_server", str(beside.port), str(os.getpid())]
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    with beside.log.open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment)  # noqa: S603


def _wait(server: "subprocess.Popen[bytes]", beside: Beside) -> None:
    import httpx  # noqa: PLC0415

    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{beside.url}/health", timeout=5.0).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    end = beside.log.read_text(errors="replace").strip()[-400:]
    raise RuntimeError(f"its server did not answer; the end of {beside.log}: {end or '(empty)'}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.terminate()
    try:
        server.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
