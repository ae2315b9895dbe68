"""What mitigations do on worlds whose truth is known, by how far people take to the longer response.

``python -m benchmarks.mitigation`` (some minutes; ``--quick``: under one). Each world has 3,000 judgements of
2,300 pairs. Held-out accuracy is told on three answers: the labels as delivered, the same balanced by
propensity weights, and the truth, which only a simulated world has. The last line is one JSON object:
figures, bars and `ok`.
"""

import argparse
import json
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from contracts.load import load_contract
from quality.audits.every import Batch
from quality.audits.features.length import LENGTH
from quality.mitigation.every import offers
from quality.mitigation.offer import Training
from rampart.retrain.mitigation.held_out import compared, effects, margins
from simulator import DEMO_CONTRACTS
from simulator.tilted import tilted

TILTS = (0.0, 1.0, 2.0)
ITEMS, JUDGEMENTS = 2_300, 3_000
WORLDS, QUICK_WORLDS = 12, 2
# Of propensity weights: in how many worlds the interval comes to hold 1/2, what they gain on the truth where
# the tilt is largest, and what they may cost where there is none.
BAR = {"over_half": 0.9, "truth_gained": 0.05, "truth_kept": -0.01}

HEADER = (
    "| tilt | offer | longer wins, before → after | over 1/2 | effective n | delivered | balanced | truth |\n"
    "|---|---|---|---|---|---|---|---|"
)

Row = dict[str, Any]


def measured(seed: int, tilt: float) -> dict[str, Row]:
    """Offer's name → its figures in one world."""
    world = tilted(seed, ITEMS, JUDGEMENTS, tilt)
    batch = Batch(world.records, load_contract(Path(DEMO_CONTRACTS[1])))
    frame, truth = batch.frame, (world.gap > 0).astype(float)
    made = [offer for offer in offers(batch, LENGTH) if offer.training is not None]
    found = effects(frame, made)
    plain = margins(frame, Training(np.ones(frame.height), frame["outcome"].to_numpy()))
    rows: dict[str, Row] = {}
    for offer in made:
        if offer.training is None or offer.after is None or (low := offer.after.low) is None:
            raise AssertionError(f"world {seed} gives {offer.name} no audit afterwards, which none should")
        told, balanced = found[offer.name].delivered, found[offer.name].balanced
        true = compared(frame, plain, margins(frame, offer.training), truth)
        rows[offer.name] = {
            "win_rate_before": offer.before.win_rate,
            "win_rate_after": offer.after.win_rate,
            "over_half": low <= 0.5 <= (offer.after.high or 0.0),
            "effective_share": offer.effective_n / offer.comparisons,
            "delivered": told.difference.value,
            "balanced": balanced.difference.value if balanced else None,
            "truth_before": true.before.value,
            "truth": true.difference.value,
            "truth_told_apart": true.distinguishable,
        }
    return rows


def averaged(rows: list[Row]) -> Row:
    """The mean of each figure over the worlds."""
    return {name: mean(float(row[name]) for row in rows) for name in rows[0]}


def main() -> int:
    """Print a table, and the figures as JSON; 0 when every bar is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two worlds a tilt")
    worlds = QUICK_WORLDS if parser.parse_args().quick else WORLDS
    figures = {}
    print(HEADER)
    for tilt in TILTS:
        each = [measured(seed, tilt) for seed in range(worlds)]
        for name in each[0]:
            row = figures[f"{name} at {tilt:g}"] = averaged([one[name] for one in each])
            print(
                f"| {tilt:g} | {name.replace('_', ' ')} | {row['win_rate_before']:.1%} → "
                f"{row['win_rate_after']:.1%} | {row['over_half']:.0%} | {row['effective_share']:.0%} | "
                f"{100 * row['delivered']:+.1f} | {100 * row['balanced']:+.1f} | {100 * row['truth']:+.1f} |"
            )
    ok = _ok(figures)
    print(json.dumps({"worlds": worlds, "figures": figures, "bar": BAR, "ok": ok}))
    return 0 if ok else 1


def _ok(figures: dict[str, Row]) -> bool:
    weights = [figures[f"propensity_weights at {tilt:g}"] for tilt in TILTS]
    brought_back = all(float(row["over_half"]) >= BAR["over_half"] for row in weights)
    gained, unharmed = float(weights[-1]["truth"]), float(weights[0]["truth"])
    return brought_back and gained >= BAR["truth_gained"] and unharmed >= BAR["truth_kept"]


if __name__ == "__main__":
    raise SystemExit(main())
