"""A fuzzed delivery walked through to the books, which must then be in order."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from contracts.model import Contract
from contracts.sheets.export import odcs_yaml
from flows.process_delivery import process_delivery
from rampart.ledger.verify_all import verify_all
from simulator.mangled_deliveries.case import Case
from simulator.mangled_deliveries.dropping import write_folder
from simulator.mangled_deliveries.making import WEEK
from simulator.mangled_deliveries.oracle import Tried
from simulator.season import START, Season, due
from simulator.without_prefect import without_prefect
from tasks.workspace import put_in_force, workspace

_JUDGED = {"accepted", "accepted_partial", "held", "rejected"}


def booked(case: Case, found: Tried, scratch: Path) -> list[str]:
    """All that is wrong after a walk of `case`, whose intake ended as `found`; empty when nothing is."""
    home = _home_with(case.contract, scratch)
    with TemporaryDirectory(dir=scratch) as root, _at_home(Path(root) / "home"):
        shutil.copytree(home, Path(root) / "home")
        write_folder(case, Path(root) / "drop")
        try:
            with without_prefect():
                outcome = process_delivery(
                    case.contract.contract_id, WEEK, due(WEEK), source=str(Path(root) / "drop")
                )
        except Exception as error:
            return [f"the walk ended with {type(error).__name__}: {error!s:.300}"]
        return [*_outcome(found, outcome.state, outcome.reason), *_books(found, Season(Path(root) / "home"))]


def _home_with(contract: Contract, scratch: Path) -> Path:
    """A home with `contract` on its books, made once and copied for each case."""
    home = scratch / "homes" / contract.contract_id
    if not home.exists():
        with _at_home(home), workspace() as place:
            put_in_force(odcs_yaml(contract).encode(), f"{contract.contract_id}.odcs.yaml", place, START)
    return home


@contextmanager
def _at_home(home: Path) -> Iterator[None]:
    before = {name: value for name, value in os.environ.items() if name.startswith("RAMPART_")}
    for name in before:
        del os.environ[name]
    os.environ["RAMPART_HOME"] = str(home)
    try:
        yield
    finally:
        del os.environ["RAMPART_HOME"]
        os.environ.update(before)


def _outcome(found: Tried, state: str, reason: str) -> Iterator[str]:
    wanted = _JUDGED if found.outcome == "taken in" else {found.outcome}
    if state not in wanted:
        yield f"the intake alone gave {found.outcome} ({found.said}), the walk {state} ({reason})"


def _books(found: Tried, season: Season) -> Iterator[str]:
    books = season.books()
    try:
        with workspace() as place:
            wrong = verify_all(books, place.store).violations
    finally:
        books.dispose()
    yield from (f"verify: invariant {one.invariant}, {one.subject}: {one.problem}" for one in wrong)
    lines = sum(file["lines"] for batch in season.export()["batches"] for file in batch["files"])
    if found.outcome == "taken in" and lines != found.rows:
        yield f"{found.rows} lines were taken in, {lines} are on the books"
