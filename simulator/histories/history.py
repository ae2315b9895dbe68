"""One contract's history, step by step.

Great Expectations' second opinion takes no part in any verdict and is stood in for: it costs more than
everything else together.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, text

from flows.backfill import backfill
from flows.process_delivery import process_delivery
from flows.rejudge import rejudge
from flows.retrain import retrain
from flows.weekly import weekly
from quality.gates.expectations import SuiteResult
from rampart.delivery.dispute_file import read_dispute
from rampart.delivery.errors import DeliveryError
from rampart.delivery.judged_rows import stored_rows
from rampart.delivery.store import UNFINISHED
from rampart.ledger.batch_rows import current_batch
from rampart.ledger.decisions import decide
from rampart.ledger.disputes import Dispute, Ruling, disputes
from rampart.ledger.engine import open_ledger
from rampart.ledger.errors import LedgerError
from rampart.ledger.verify import verify_books
from rampart.ledger.verify_store import verify_store
from rampart.settings import Settings
from simulator.histories.interruption import interrupted
from simulator.histories.promises import Model, check_pack, promise
from simulator.season import Row, Season, amending, contract_text, due, row
from simulator.without_prefect import without_prefect
from tasks.dispute import rule, take_dispute
from tasks.workspace import Workspace, put_in_force, workspace

CONTRACT = "dc-north"
WEEKS = (1, 2, 3)
UNITS = 8
_ANSWER = "the-known-answer-of-a-gold-question"
_HOSTILE = "=HYPERLINK(0)<script>\x1b[31m"
_FAST = Path("/dev/shm")  # noqa: S108 (memory, where the system has it: a history syncs hundreds of times)

_engines: dict[str, Engine] = {}


class History:
    """What happens to one home, which starts as a copy of `beginning`. One at a time in a process."""

    def __init__(self, beginning: Path) -> None:
        # One folder for all histories: SQLAlchemy then compiles each statement once, not once a history.
        self.season, self._twin = Season(beginning.with_name("home")), beginning.with_name("twin")
        shutil.rmtree(self.season.home, ignore_errors=True)
        shutil.copytree(beginning, self.season.home)
        self.model = Model(price=Decimal("0.35"))
        self.steps, self.amended = 0, False

    def deliver(
        self, week: int, work: int, *, hasty: int = 0, broken: int = 0, replaces: bool = False
    ) -> None:
        """The vendor puts files and manifest into its folder, in place of what lies there.

        `work` tells deliveries apart; of its rows `hasty` were clicked through and `broken` are no JSON. With
        `replaces` the manifest names the delivery on the books.
        """
        rows = [json.dumps(one) for one in _rows(week, work, hasty)]
        rows[len(rows) - broken :] = [f'{{"id": {_HOSTILE!r}'] * broken
        data = "".join(f"{line}\n" for line in rows).encode()
        named = self._on_the_books(week) if replaces else None
        self.model.bytes[self.season.deliver(week, data, replaces=named)] = data

    def send_again(self, week: int) -> None:
        """The vendor sends what is on the books once more, with a new manifest: nothing may change."""
        known = self._on_the_books(week)
        if known is None or self._state(week) == "superseded":
            return
        self.season.deliver(week, self.model.bytes[known])
        self.judge(week)  # terms may have been amended since they were judged
        before = self._everything()
        self.season.deliver(week, self.model.bytes[known])
        self.judge(week)
        promise(self._everything() == before, f"week {week} was delivered twice, and that changed something")

    def judge(self, week: int, kill_at: int | None = None) -> None:
        """Somebody runs one week."""
        at = self._now()
        self._do(lambda: process_delivery(CONTRACT, week, at), kill_at)

    def judge_round(self, kill_at: int | None = None) -> None:
        """The weekly round comes by."""
        at = self._now()
        self._do(lambda: weekly(at), kill_at)

    def decide(self, week: int, accept: bool, kill_at: int | None = None) -> None:
        """A person overrides the rules about a held week; any other week refuses."""
        at = self._now()

        def decided() -> None:
            with workspace() as place:
                decide(place.books, CONTRACT, week, accept, "A. Lead", "seen", at, lifted_by=lambda _: ())

        self._do(decided, kill_at)

    def contest(self, week: int, ruling: Ruling, kill_at: int | None = None) -> None:
        """The vendor contests a discard of the week, a person rules, and what was reinstated is judged."""
        at = self._now()
        with _at_home(self.season.home), workspace() as place:
            record_id = _first_discard(place, week)
        if record_id is None:
            return
        claim = json.dumps({"record_id": record_id, "claim": _HOSTILE}).encode()

        def contested() -> None:
            with workspace() as place:
                dispute = take_dispute(place, CONTRACT, week, claim, "dispute.jsonl", at)
                rule(place, CONTRACT, week, dispute.dispute_id, ruling, "A. Lead", "seen", at)
            rejudge()

        self._do(contested, kill_at)
        with _at_home(self.season.home), workspace() as place:
            for dispute in disputes(place.books, CONTRACT, week):
                self._check_ruling(place, dispute)

    def amend(self) -> None:
        """Both sides sign that quick judgements count; once."""
        changes = {"version": "1.1.0", "min_duration_s": 0}
        agreed = _terms(**changes, amendment=amending("gates.min_duration_s", effective="2026-01-19"))
        with _at_home(self.season.home), workspace() as place:
            put_in_force(agreed, "north.odcs.yaml", place, self._now())
        self.amended = True

    def backfill(self, newer: bool, dry_run: bool = False, kill_at: int | None = None) -> None:
        """All weeks again, under the versions in force, or all under the `newer` one if there is one."""
        at, under = self._now(), "1.1.0" if newer and self.amended else None
        self._do(lambda: backfill(CONTRACT, 1, 3, at, under=under, dry_run=dry_run), kill_at)

    def retrain(self, kill_at: int | None = None) -> None:
        """Open requests are answered."""
        at = self._now()
        self._do(lambda: retrain(at), kill_at)

    def check(self) -> None:
        """`BrokenPromiseError` naming the first promise that does not hold."""
        with _at_home(self.season.home), workspace() as place:
            broken = (*verify_books(place.books), *verify_store(place.books, place.store))
        promise(not broken, f"rampart verify says {broken}")
        export, objects = self._everything()
        self.model.check_books(export)
        self.model.check_objects(objects)
        for key in objects:
            if key.startswith("packs/"):
                check_pack(self.season.home / "store" / key, _ANSWER)

    def _do(self, work: Callable[[], object], kill_at: int | None) -> None:
        """Do `work`; with `kill_at`, die at that effect, do it again, and compare with a twin left alone."""
        if kill_at is not None:
            shutil.rmtree(self._twin, ignore_errors=True)
            shutil.copytree(self.season.home, self._twin)
            with _at_home(self._twin):
                _told(work)
                calm = _everything(self._twin)
            with _at_home(self.season.home):
                with interrupted(kill_at):
                    _told(work)
                _leases_run_out()
        with _at_home(self.season.home):
            _told(work)
        if kill_at is not None:
            books, objects = self._everything()
            promise(books == calm[0], f"killed at effect {kill_at}, the books differ from the twin's")
            promise(objects == calm[1], f"killed at effect {kill_at}, the store differs from the twin's")

    def _check_ruling(self, place: Workspace, dispute: Dispute) -> None:
        """What was reinstated is kept by the judgement on the books, and every ruling stands."""
        batch = current_batch(place.books, CONTRACT, dispute.week)
        if batch is None or batch.delivery_id != dispute.delivery_id or not batch.settled:
            return
        promise(dispute.ruling is not None, f"{dispute} was ruled on, and is open")
        contested = read_dispute(place.store.get(dispute.object_key), dispute.object_key).record_ids
        kept = stored_rows(place.store, batch.artefacts).accepted(["record_id"])["record_id"].to_pylist()
        if dispute.ruling == "reinstated":
            promise(set(contested) <= set(kept), f"{batch.key} does not keep what {dispute} reinstated")

    def _on_the_books(self, week: int) -> str | None:
        found = self._batches(week)
        return str(found[-1]["delivery_id"]) if found else None

    def _state(self, week: int) -> str:
        return str(self._batches(week)[-1]["state"])

    def _batches(self, week: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._everything()[0]["batches"]
        return [batch for batch in found if batch["week"] == week and batch["delivery_id"]]

    def _everything(self) -> tuple[dict[str, Any], dict[str, str]]:
        with _at_home(self.season.home):
            return _everything(self.season.home)

    def _now(self) -> datetime:
        self.steps += 1
        return due(3) + timedelta(hours=self.steps)


@contextlib.contextmanager
def beginnings() -> Iterator[Path]:
    """A home with the contract agreed on, to start histories from; all are gone after the block."""
    with tempfile.TemporaryDirectory(prefix="rampart-", dir=_FAST if _FAST.is_dir() else None) as folder:
        home = Path(folder) / "beginning"
        with _at_home(home), workspace() as place:
            put_in_force(_terms(), "north.odcs.yaml", place, due(1) - timedelta(days=7))
        yield home


@contextlib.contextmanager
def _at_home(home: Path) -> Iterator[None]:
    settings = {"RAMPART_HOME": str(home), "RAMPART_PSEUDONYM_KEY": "the same key for every home"}
    opinion = SuiteResult(success=True, failed=(), result={"stands in for": "Great Expectations"})
    with patch.dict(os.environ, settings):
        chosen = _settings(home)
    with (
        patch.dict(os.environ, settings),
        patch("tasks.workspace.Settings", lambda: chosen),
        patch("tasks.notify.Settings", lambda: chosen),
        patch("simulator.season.Settings", lambda: chosen),
        patch("tasks.audit.run_suite", lambda *_: opinion),
        patch("tasks.workspace.open_ledger", _opened),
        patch("simulator.season.open_ledger", _opened),
        without_prefect(),
    ):
        yield


def _opened(url: str) -> Engine:
    """The books at `url`, opened once a process: the file behind it changes, its schema does not."""
    if url not in _engines:
        _engines[url] = open_ledger(url)
    return _engines[url]


@cache
def _settings(_home: Path) -> Settings:
    """The settings in force at a home, read once: each look at the environment takes 5 ms."""
    return Settings()


def _told(work: Callable[[], object]) -> None:
    """Do it; what the books or the store refuse with a sentence is an answer."""
    with contextlib.suppress(LedgerError, DeliveryError):
        work()


def _first_discard(place: Workspace, week: int) -> str | None:
    """The id of a discard of the judgement on the books that no other discard has; None without one."""
    batch = current_batch(place.books, CONTRACT, week)
    if batch is None or "fates" not in batch.artefacts:
        return None
    lost = Counter(stored_rows(place.store, batch.artefacts).discarded()["record_id"].to_pylist())
    return next((record_id for record_id, times in lost.items() if times == 1), None)


def _leases_run_out() -> None:
    with workspace() as place, place.books.begin() as connection:
        for table in ("batch", "outbox"):
            connection.execute(
                text(f"UPDATE {table} SET lease_until = '2000-01-01' WHERE owner IS NOT NULL")  # noqa: S608
            )


def _everything(home: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The exported books, and every object with its SHA-256."""
    season = Season(home)
    objects = {key: digest for key, digest in season.stored().items() if not key.startswith(UNFINISHED)}
    return season.export(), objects


def _terms(**changes: Any) -> bytes:
    """Eight judgements a week, gold questions among them; a breach of the ceiling holds the batch."""
    agreed = contract_text(**{"on_breach": "hold", **changes}).replace("units: 40", f"units: {UNITS}")
    annotator = "          annotator_id: who\n"
    return agreed.replace(annotator, f"{annotator}          gold: gold\n").encode()


def _rows(week: int, work: int, hasty: int) -> list[Row]:
    rows = [row("north", week, number, gold=None) for number in range(UNITS)]
    rows[1]["id"], rows[3]["gold"] = f"{_HOSTILE}{week}", _ANSWER
    for number, one in enumerate(rows):
        one["id"], one["prompt"] = f"{one['id']}-{work}", f"{one['prompt']} ({work})"
        if number < hasty:
            one["closed"] = one["opened"]
    return rows
