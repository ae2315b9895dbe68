"""Verdicts → the books, and the vendor's feedback pack."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from prefect import get_run_logger, task

from contracts.model import Contract
from quality.decision import decide
from quality.gates.told import told_of
from quality.verdict import Verdict
from rampart.delivery.judged_rows import publish_file
from rampart.delivery.tables import pack_prefix
from rampart.ledger.batch_rows import settled_batches
from rampart.ledger.circumstances import circumstances
from rampart.ledger.claims import advance
from rampart.ledger.deletion.said import still_held
from rampart.ledger.feedback.figures import FIGURES, Counts, counts_in
from rampart.ledger.feedback.pack import feedback_pack
from rampart.ledger.judgement import Counted, settlement_of
from rampart.ledger.outcome import Settlement
from rampart.ledger.pricing import NO_KINDS, UnitKinds
from rampart.ledger.settlement import settle
from tasks.intake import Ticket
from tasks.policy import STAGE
from tasks.records import Gates, Inputs
from tasks.workspace import Workspace, terms_of

PACK = "pack/"  # how the artefacts of a feedback pack are named


@task(**STAGE)
def reach_verdict(
    place: Workspace,
    contract: Contract,
    week: int,
    inputs: Inputs,
    gates: Gates,
    *,
    verdicts: tuple[Verdict, ...],
) -> Settlement:
    """What happens to the batch, with every count and amount that goes into the books."""
    counts = gates.counts
    kinds = UnitKinds(*gates.rows.units_by_kind()) if contract.phase(week).prices else NO_KINDS
    counted = Counted(
        inputs.delivery.read.files, counts.accepted, counts.discarded, counts.reasons, kinds=kinds
    )
    return settlement_of(
        contract,
        week,
        counted,
        verdicts=verdicts,
        decision=decide(verdicts, counts.kept),
        artefacts=gates.artefacts,
        compared_with=gates.compared_with,
        beside=circumstances(place.books, contract, week, inputs.landed.delivery_id),
    )


@task(**STAGE)
def write_feedback(
    place: Workspace, contract: Contract, week: int, settlement: Settlement, *, gates: Gates, inputs: Inputs
) -> dict[str, str]:
    """Publish the vendor's feedback pack; gives name → key, to be settled with the batch."""
    told = told_of(gates.rows, contract)
    quarantine = inputs.delivery.read.quarantine
    folder = Path(tempfile.mkdtemp(dir=place.scratch))
    earlier = tuple(_earlier(place, contract, week))
    pack = feedback_pack(contract, week, settlement, told, quarantine, folder, earlier=earlier)
    prefix = pack_prefix(contract.contract_id, week)
    keys = {}
    for name, path in pack.items():
        stem, suffix = name.rsplit(".", 1)
        keys[f"{PACK}{name}"] = publish_file(place.store, prefix, stem, path, suffix)
    return keys


def _earlier(place: Workspace, contract: Contract, week: int) -> Iterator[Counts]:
    """What the packs of the contract's earlier weeks say they counted, under the state each week has now.

    A week judged before packs had figures, or whose data were deleted, is left out.
    """
    for batch in still_held(place.books, settled_batches(place.books, contract.contract_id)):
        if batch.week < week and (key := batch.artefacts.get(f"{PACK}{FIGURES}")):
            yield replace(counts_in(place.store.get(key)), state=batch.state)


@task(**STAGE)
def settle_batch(place: Workspace, ticket: Ticket, settlement: Settlement, as_of: datetime) -> None:
    """Write the judgement into the books: one transaction, and the claim ends."""
    advance(place.books, ticket.claim, "gated", as_of)
    advance(place.books, ticket.claim, "audited", as_of)
    to = terms_of(ticket.batch.contract_digest, place).feedback.to
    settle(place.books, ticket.claim, settlement, as_of, hand_over=to is not None)
    get_run_logger().info("%s: %s (%s)", ticket.batch.key, settlement.state, settlement.reason)
