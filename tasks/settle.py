"""Verdicts → the books, and the vendor's feedback pack."""

from datetime import datetime

from prefect import get_run_logger, task

from contracts.model import Contract
from quality.decision import decide
from quality.verdict import Verdict
from rampart.delivery.tables import pack_prefix, publish_bytes
from rampart.ledger.circumstances import circumstances
from rampart.ledger.claims import advance
from rampart.ledger.feedback import feedback_pack
from rampart.ledger.judgement import Counted, settlement_of
from rampart.ledger.outcome import Settlement
from rampart.ledger.pricing import NO_KINDS, UnitKinds
from rampart.ledger.settlement import settle
from tasks.intake import Ticket
from tasks.policy import STAGE
from tasks.records import Gates, Inputs
from tasks.workspace import Workspace


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
    pack = feedback_pack(contract, week, settlement, gates.rows.discards(), inputs.delivery.read.quarantine)
    prefix = pack_prefix(contract.contract_id, week)
    keys = {}
    for name, data in pack.items():
        stem, suffix = name.rsplit(".", 1)
        keys[f"pack/{name}"] = publish_bytes(place.store, prefix, stem, suffix, data)
    return keys


@task(**STAGE)
def settle_batch(place: Workspace, ticket: Ticket, settlement: Settlement, as_of: datetime) -> None:
    """Write the judgement into the books: one transaction, and the claim ends."""
    advance(place.books, ticket.claim, "gated", as_of)
    advance(place.books, ticket.claim, "audited", as_of)
    settle(place.books, ticket.claim, settlement, as_of)
    get_run_logger().info("%s: %s (%s)", ticket.batch.key, settlement.state, settlement.reason)
