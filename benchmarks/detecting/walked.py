"""A world walked through the product: what books and store say of each contract week, without the truth."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from contracts.model import Contract
from flows.weekly import weekly
from quality.verdict import Verdict
from rampart.ledger.outcome import MoneyLine
from rampart.ledger.read import RampRow, batch_detail, ramp_rows, rm_rows
from rampart.ledger.states import State
from simulator import DEMO_CONTRACTS, World, write_week
from simulator.without_prefect import without_prefect
from simulator.world import PROGRAM, week_start
from tasks.stored_records import readable
from tasks.workspace import Workspace, put_in_force, terms_of, workspace

# Nobody is behind these pseudonyms; a fixed key makes a world's walk repeatable.
KEY = "the benchmark of what is found"


@dataclass(frozen=True)
class WalkedWeek:
    """A judged contract week.

    `records` has a row a readable record, in the delivery's order: `record_id`, `annotator_id` (a pseudonym),
    `duration_s` and `reasons`. `sanctioned` are the annotators in the report's tier that bears a consequence.
    `promoted` says whether the reward model trained on the batch was taken; None where none was trained.
    """

    vendor: str
    week: int
    contract: Contract
    state: State
    verdicts: tuple[Verdict, ...]
    money: tuple[MoneyLine, ...]
    records: pl.DataFrame
    sanctioned: frozenset[str]
    promoted: bool | None

    @property
    def name(self) -> str:
        """Vendor and week, in one word to look it up by."""
        return f"{self.vendor} {self.week}"


def walk(world: World, weeks: int, vendors: tuple[str, ...]) -> tuple[WalkedWeek, ...]:
    """Have every vendor deliver weeks 1 to `weeks`, and judge what is under a contract: that of `vendors`.

    Contracts come into force, deliveries land and are judged, reward models are trained: the whole weekly
    round in a home of its own, called without Prefect.
    """
    with TemporaryDirectory(prefix="rampart-detection-") as home:
        os.environ["RAMPART_HOME"] = home
        (Path(home) / "pseudonym.key").write_text(KEY)
        with without_prefect():
            contract = _agree(vendors)[0]
            for week in range(1, weeks + 1):
                write_week(world, week, Path(home) / "drop", Path(home) / "store" / "work-orders")
                weekly(contract.term.due(week))
        with workspace() as place:
            rows = [row for row in ramp_rows(place.books) if row.week <= weeks]
            return tuple(_read(place, row) for row in rows)


def _agree(vendors: tuple[str, ...]) -> list[Contract]:
    files = [path for path in DEMO_CONTRACTS if path.name.split(".")[0] in vendors]
    with workspace() as place:
        return [put_in_force(path.read_bytes(), str(path), place, week_start(1)) for path in files]


def _read(place: Workspace, row: RampRow) -> WalkedWeek:
    detail = batch_detail(place.books, row.contract_id, row.week)
    records = readable(place, detail.batch, ("record_id", "annotator_id", "duration_s"))
    people = json.loads(place.store.get(detail.artefacts["audit"]))["people"]["evidence"]
    trained = {model.trigger[:2]: model.promoted for model in rm_rows(place.books, PROGRAM)}
    contract = terms_of(detail.batch.contract_digest, place)
    return WalkedWeek(
        vendor=contract.vendor.id,
        week=row.week,
        contract=contract,
        state=row.state,
        verdicts=detail.verdicts,
        money=detail.money,
        records=pl.DataFrame(records.drop_columns("flag_mask")),
        sanctioned=frozenset(one["annotator_id"] for one in people if one["sanction"]),
        promoted=trained.get((row.contract_id, row.week)),
    )
