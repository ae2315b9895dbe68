"""Two lines of the demonstration: what the gates' choice was worth, and what a model disagrees with."""

from pathlib import Path
from typing import TYPE_CHECKING

from rampart.cli.tables import safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.against_chance import Delivered
    from tasks.workspace import Workspace

FRESH, DRAWS = 200, 3  # pairs a week that judge, and random discards: some ten seconds
KEPT = "gated-against-random.txt"  # beside the books: the comparison is made once


def gated_line(home: Path, seed: int) -> str:
    """Gated data beside a random discard of equal size, on the latent truth of the simulated world."""
    kept = home / KEPT
    if not kept.exists():
        kept.write_text(_compared(seed), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def agreement_lines() -> tuple[str, ...]:
    """The batches that agree less with the others than those lead one to expect."""
    from rampart.ledger.contracts import current_contracts  # noqa: PLC0415 (the database: only here)
    from rampart.ledger.valued import valued  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        told = [one for row in current_contracts(place.books) for one in valued(place.books, row.contract_id)]
    low = {(one.contract_id, one.week): one for one in told if one.flagged}
    return tuple(
        f"{safe(contract_id)} week {week}, to look at: {one.sentence} (rampart rm value)"
        for (contract_id, week), one in sorted(low.items())
    )


def _compared(seed: int) -> str:
    from simulator.against_chance import against_chance  # noqa: PLC0415 (it trains: only here)
    from simulator.world import World  # noqa: PLC0415
    from tasks.workspace import workspace  # noqa: PLC0415

    with workspace() as place:
        found = against_chance(World(seed), _delivered(place), FRESH, DRAWS)
    return f"Reward model on the world's truth: {found.sentence}."


def _delivered(place: "Workspace") -> "Iterator[Delivered]":
    """Every judged batch, with the records that were trained on."""
    from rampart.delivery.judged_rows import stored_rows  # noqa: PLC0415
    from rampart.ledger.batch_rows import settled_batches  # noqa: PLC0415
    from rampart.ledger.states import ACCEPTED  # noqa: PLC0415
    from rampart.retrain.snapshot import BatchData  # noqa: PLC0415
    from simulator.against_chance import Delivered  # noqa: PLC0415
    from tasks.workspace import terms_of  # noqa: PLC0415

    for batch in settled_batches(place.books):
        terms, rows = terms_of(batch.contract_digest, place), stored_rows(place.store, batch.artefacts)
        masks = rows.fates(["reason_mask"])["reason_mask"].to_numpy()
        data = BatchData(
            batch.contract_id,
            batch.week,
            batch.revision,
            batch.contract_digest,
            terms.annotation.aggregation,
            terms.annotation.scheme,
            rows.readable(),
            terms.vendor.id,
            terms.term.week_start(batch.week).date(),
        )
        yield Delivered(data, (masks == 0) & (batch.state in ACCEPTED))
