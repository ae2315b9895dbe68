"""One life of a child: the commands of its job, watched, and a look at what they made of its home."""

import os
import tempfile
import time
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from quality.gates.expectations import SuiteResult
from simulator.crashes.effects import Watch
from simulator.crashes.files import watch_files
from simulator.crashes.history import HISTORY, take_up
from simulator.crashes.job import Job
from simulator.crashes.looking import state_now
from simulator.crashes.mutants import MUTANTS
from simulator.crashes.statements import watch_statements
from simulator.crashes.uploads import watch_uploads
from simulator.season import Season
from simulator.without_prefect import without_prefect

# It decides nothing, touches nothing outside, and would take a third of a life.
NO_SECOND_OPINION = SuiteResult(True, (), {})


class Say(Protocol):
    """How a child reports: each word reaches the nursery at once, whatever becomes of the child."""

    def __call__(self, **words: object) -> None: ...  # noqa: D102


def live(job: Job, say: Say) -> None:
    """Do `job` in this process, which is changed for good: call it in a child."""
    os.environ.update(job.environment)
    tempfile.tempdir = None  # it was looked up before
    warnings.simplefilter("ignore")
    season = Season(Path(os.environ["RAMPART_HOME"]))
    watch = Watch(job.kill_at, lambda effect: say(last=asdict(effect)), on=False)
    if job.mutant:
        MUTANTS[job.mutant]()
    watch_files(watch, season.home)
    watch_statements(watch)
    watch_uploads(watch, os.environ["RAMPART_STORE"].removeprefix("s3:/") + "/")
    with without_prefect(), patch("tasks.audit.run_suite", return_value=NO_SECOND_OPINION):
        _walk(job, season, watch, say)
        if job.look:
            say(state=asdict(state_now()))


def _walk(job: Job, season: Season, watch: Watch, say: Say) -> None:
    wanted = [command for command in HISTORY if command.name in job.commands]
    for number, command in enumerate(wanted):
        if number == 0 and job.reconcile and command.trains:
            take_up(command.at)
        command.delivered(season)
        began, watch.on = time.monotonic(), True
        command.run(season, command.at)
        watch.on = False
        say(done=[command.name], seconds=time.monotonic() - began)
    say(effects=[asdict(effect) for effect in watch.seen])
