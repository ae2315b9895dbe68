"""A process that has everything imported and forks a child for every life.

Importing Rampart whole takes 5 s, a life less than one. A job (`Job`) is a line of JSON on standard input,
its answer a line on standard output. The nursery itself opens no store, no file of books and no pool of
threads: a child would inherit their locks, held by nobody.
"""

import gc
import json
import os
import select
import signal
import sys
import traceback
from functools import lru_cache
from typing import Any, TextIO

import boto3
from botocore.loaders import JSONFileLoader
from sqlalchemy.orm import configure_mappers

import rampart.retrain.linear.train
from contracts.load import parse_contract
from rampart.delivery import s3_store
from rampart.delivery.s3_client import s3_client
from rampart.ledger.engine import open_ledger
from simulator.crashes.history import HISTORY
from simulator.crashes.job import Job
from simulator.crashes.life import live
from simulator.season import contract_text

LIMIT_S = 120.0  # for one life; the whole history takes some two seconds
PRELOADED = (rampart.retrain.linear.train,)  # scikit-learn, which is otherwise imported by the first training


def main() -> None:
    """Answer jobs until standard input ends."""
    _warm_up()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a child prints is no answer
    print(json.dumps([command.name for command in HISTORY]), file=answers, flush=True)  # it is ready
    for line in sys.stdin:
        print(json.dumps(_answer(Job(**json.loads(line)))), file=answers, flush=True)


def _warm_up() -> None:
    """Do once what every life would begin with, as far as it starts no thread."""
    open_ledger("sqlite://").dispose()  # loads Alembic
    configure_mappers()
    parse_contract(contract_text().encode(), "warm.odcs.yaml")
    # The description of S3 is 2 MB of JSON, and each client reads it anew; one client will do for a life.
    load: Any = lru_cache(JSONFileLoader()._load_file)  # type: ignore[attr-defined]
    JSONFileLoader._load_file = lambda _, path, opened: load(path, opened)  # type: ignore[attr-defined]
    setattr(s3_store, "s3_client", lru_cache(s3_client))  # noqa: B010 (it is imported there, not exported)
    boto3.client("s3", region_name="nowhere", aws_access_key_id="none", aws_secret_access_key="none")  # noqa: S106
    gc.freeze()  # what the collector touches, a child would have to copy


def _answer(job: Job) -> dict[str, Any]:
    """Let a child live; what it said, and how it ended."""
    said = os.memfd_create("said")  # outlives a SIGKILL, and unlike a pipe is never full
    child = os.fork()
    if child == 0:
        _be_the_child(job, os.fdopen(said, "w"))
    status = _wait(child, LIMIT_S if job.kill_after_s is None else job.kill_after_s)
    answer: dict[str, Any] = {"killed": os.WIFSIGNALED(status), "done": [], "seconds": 0.0}
    os.lseek(said, 0, os.SEEK_SET)
    with os.fdopen(said) as words:
        for line in words:
            if line.endswith("\n"):  # otherwise the kill came in the middle of it
                word = json.loads(line)
                answer["done"] += word.pop("done", [])
                answer["seconds"] += word.pop("seconds", 0.0)
                answer |= word
    return answer


def _wait(child: int, wait_s: float) -> int:
    """The status of `child`, which is killed after `wait_s` seconds."""
    dead = os.pidfd_open(child)
    try:
        if not select.select([dead], [], [], wait_s)[0]:
            os.kill(child, signal.SIGKILL)
        return os.waitpid(child, 0)[1]
    finally:
        os.close(dead)


def _be_the_child(job: Job, said: TextIO) -> None:
    def say(**words: object) -> None:
        print(json.dumps(words), file=said, flush=True)

    try:
        live(job, say)
    except BaseException:
        say(error=traceback.format_exc())
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
