"""Runs one attempt away from whoever asked for it, and writes down how it ended. Standard library only.

``python keeper.py LOCK PREPARED ATTEMPT``: take the lock of the run, turn the prepared folder into the
attempt's, leave the caller's session, run what its `launch.json` says. The lock is held for as long as the
program or this process lives, so whether a run is alive needs no guess about process ids. The caller gets

    0  the program was started;
    3  somebody else has the run, or has made this attempt already.
"""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

STARTED, TAKEN = 0, 3
NOT_STARTED = 127  # what a shell says of a program that is not there


def main(lock: Path, prepared: Path, attempt: Path) -> int:
    """Start the attempt, and return in the caller's process at once."""
    held = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A folder that is there keeps its place: it is not empty, and an attempt is made once.
        prepared.rename(attempt)
    except OSError:
        return TAKEN
    if os.fork():
        os._exit(STARTED)  # nothing to tidy: the child has everything
    os.setsid()
    _written(attempt / "pid", str(os.getpid()))
    _written(attempt / "exit", str(_run(attempt, held)))
    return STARTED


def without_ours() -> dict[str, str]:
    """The environment for programs of others: they have no business with our database, store or keys."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAMPART_")}


def _run(attempt: Path, held: int) -> int:
    launch = json.loads((attempt / "launch.json").read_text(encoding="utf-8"))
    log = os.open(attempt / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(stream, target)
    try:
        return subprocess.run(  # noqa: S603 (the command line of whoever runs Rampart)
            launch["argv"], env={**without_ours(), **launch["env"]}, pass_fds=(held,), check=False
        ).returncode
    except OSError as error:
        os.write(log, f"the program could not be started: {error}\n".encode())
        return NOT_STARTED


def _written(path: Path, text: str) -> None:
    """Whole or not at all: somebody may be reading."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


if __name__ == "__main__":
    sys.exit(main(*(Path(argument) for argument in sys.argv[1:4])))
