"""A vendor that looks for gold questions: it sees its own rows without golds, and packs, and compares.

It may have discards reinstated, and deliver a week again with one answer turned round. From every pack it
takes whatever may be a signal: lists, reasons, sums, tables, sentences, sizes. Its guess is the best single
signal, and its success is held against what the same search finds when golds are dealt out at random.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from contracts.model import Contract
from quality.decision import decide
from quality.gates.batch.gold import gold
from rampart.delivery.judged_rows import JudgedRows
from rampart.ledger.outcome import FileCount, Settlement
from rampart.ledger.pricing import price_batch
from tests.ledger.feedback.packs import judged, pack
from tests.quality.gates.delivered import record

PEOPLE, RECORDS, WEEKS = 3, 30, 4
SHARE_OF_GOLDS, WRONG, HASTY = 0.25, 0.5, 0.25
SHUFFLES = 400
Row = dict[str, Any]
Signals = Mapping[str, float]


@dataclass(frozen=True)
class World:
    """What is delivered in each week, golds included."""

    weeks: tuple[tuple[Row, ...], ...]

    @property
    def golds(self) -> npt.NDArray[np.bool_]:
        """Which records are gold questions, in the order of their weeks."""
        return np.array([row["gold"] is not None for week in self.weeks for row in week])


def world(seed: int) -> World:
    """Weeks of work in which golds, wrong answers and haste are dealt out independently."""
    random = np.random.default_rng(seed)

    def row(number: int) -> Row:
        answer = '"b"' if random.random() < WRONG else '"a"'
        return record(
            number,
            annotator_id=f"p{number % PEOPLE}",
            gold='"a"' if random.random() < SHARE_OF_GOLDS else None,
            raw_label=answer,
            ranking=[1, 2] if answer == '"a"' else [2, 1],
            duration_s=5.0 if random.random() < HASTY else 60.0,
        )

    return World(tuple(tuple(row(number) for number in range(RECORDS)) for _ in range(WEEKS)))


def given(contract: Contract, rows: tuple[Row, ...], back: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """The pack a vendor is given about `rows`, of which a person reinstated `back`."""
    found = judged(*(row for row in rows if row["record_id"] not in back), contract=contract)
    kept = [row for row in rows if row["record_id"] in back]
    accepted = found.accepted()
    lost = len(rows) - len(kept) - accepted.num_rows
    told = judged(*_passing(found, kept, rows), contract=contract).accepted() if kept else accepted
    verdicts = gold(told, contract)
    decision = decide(verdicts, len(rows) - lost)
    count = FileCount("rows.jsonl", "rows", "f" * 64, 9, len(rows), len(rows), len(rows) - lost, lost, 0)
    money = price_batch(contract, 1, count.accepted, count.discarded)
    settlement = Settlement(decision.outcome, decision.reason, (count,), (), verdicts, money, {})
    return pack(found, settlement=settlement, contract=contract)


def _passing(found: JudgedRows, kept: list[Row], rows: tuple[Row, ...]) -> list[Row]:
    """What is accepted once `kept` are reinstated: they pass, so their haste is forgotten."""
    there = set(found.accepted(["record_id"])["record_id"].to_pylist())
    return [row for row in rows if row["record_id"] in there] + [{**row, "duration_s": 60.0} for row in kept]


def signals(made: Mapping[str, bytes], row: Row) -> Signals:
    """All that a pack may say about one record, by name."""
    figures = json.loads(made["figures.json"])
    listed = [json.loads(line) for line in made["discarded.jsonl"].splitlines()]
    mine = [one["reasons"] for one in listed if one["record_id"] == row["record_id"]]
    people = [one for one in figures["annotators"] if one["pseudonym"] == row["annotator_id"]]
    return {
        "listed": len(mine),
        **{f"for {code}": 1 for reasons in mine for code in reasons},
        "discards of its annotator": sum(one["discarded"] or 0 for one in people),
        **{f"sum {name}": value for name, value in figures["counts"].items() if isinstance(value, int)},
        "paid": float(figures["total"]),
        "state": float(sum(figures["counts"]["state"].encode())),
        **{f"word {n}": float(word) for n, word in enumerate(re.findall(r"\d+", figures["verdict"]))},
        "numbers in the sentence": float(sum(map(int, re.findall(r"\d+", figures["verdict"])))),
        **{f"size of {name}": len(data) for name, data in made.items() if not name.endswith("parquet")},
    }


def watched(contract: Contract, seen: World, *, turned: bool) -> npt.NDArray[np.float64]:
    """A line of signals a record: of its week's pack, of the pack after it was reinstated, and, if `turned`,
    of the pack after its answer was turned round; each as it stands, and less the first.
    """
    lines: list[Signals] = []
    for rows in seen.weeks:
        first = given(contract, rows)
        for place, row in enumerate(rows):
            before = signals(first, row)
            later = {}
            if before["listed"]:
                later["reinstated"] = given(contract, rows, frozenset([row["record_id"]]))
            if turned:
                other = {**row, "raw_label": '"a"' if row["raw_label"] == '"b"' else '"b"'}
                other["ranking"] = row["ranking"][::-1]
                later["turned"] = given(contract, (*rows[:place], other, *rows[place + 1 :]))
            moved = {
                f"{how}: {name}": after - before.get(name, 0.0)
                for how, made in later.items()
                for name, after in signals(made, row).items()
            }
            lines.append({**before, **moved, **{f"{name}, moved": abs(by) for name, by in moved.items()}})
    names = sorted({name for line in lines for name in line})
    return np.array([[line.get(name, 0.0) for name in names] for line in lines])


def chance(found: npt.NDArray[np.float64], golds: npt.NDArray[np.bool_]) -> float:
    """How likely the best signal separates golds dealt out at random as well as it does the true ones."""
    ranks = np.apply_along_axis(rankdata, 0, found)

    def best(which: npt.NDArray[np.bool_]) -> float:
        n = which.sum()
        area = (ranks[which].sum(axis=0) - n * (n + 1) / 2) / (n * (len(which) - n))
        return float(np.abs(area - 0.5).max())

    random, true = np.random.default_rng(7), best(golds)
    dealt = [best(random.permutation(golds)) for _ in range(SHUFFLES)]
    return (1 + sum(one >= true - 1e-12 for one in dealt)) / (1 + SHUFFLES)
