"""One delivery, from the vendor's folder to the books: weekly runs, backfills and single runs walk here."""

from dataclasses import replace
from datetime import datetime

from prefect import flow

from contracts.model import Contract
from flows.moment import business_time
from flows.outcome import Outcome, judged, unchanged
from rampart.delivery.landing import Landed
from rampart.ledger.outcome import Settlement
from tasks.announce import announce
from tasks.audit import audit_batch, earlier_batches, judge_batch, keep_tally, second_opinion
from tasks.audit_report import report_batch
from tasks.evaluation import evaluation_sets
from tasks.intake import (
    Awaited,
    Beside,
    Refused,
    as_redelivery,
    holding,
    land_delivery,
    note_refusal,
    recall_delivery,
    receive_delivery,
    standing,
)
from tasks.ramp import keep_groups
from tasks.records import Inputs, apply_gates, read_inputs
from tasks.redelivery import redelivery_refused
from tasks.rejudge import reinstated_records, review_that_failed
from tasks.review_asked import review_verdicts
from tasks.roster import roster_of
from tasks.settle import reach_verdict, settle_batch, write_feedback
from tasks.workspace import Workspace, terms_in_file, terms_in_force, terms_under, workspace


@flow(name="process-delivery", flow_run_name="{contract_id}-week-{week}")
def process_delivery(
    contract_id: str,
    week: int,
    as_of: datetime | None = None,
    *,
    source: str | None = None,
    redelivery: bool = False,
    from_books: bool = False,
    under: str | None = None,
    after: int | None = None,
    terms: str | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Judge what a vendor delivered for one contract week.

    The same bytes under the same rules change nothing, so it may be run again at any time, by any worker.

    Args:
        contract_id: a contract on the books.
        week: its contract week, from 1.
        as_of: the business time of the run, which becomes that of every entry; default: when it was due to
            start.
        source: folder or s3:// address that holds the delivery, instead of the vendor's folder in the drop.
        redelivery: what lies there replaces the delivery on the books, although no manifest says so.
        from_books: judge our own landed copy of the delivery on the books, not what lies in a folder.
        under: a registered version to judge by, instead of the one in force when the delivery is due.
        after: the revision this judgement replaces; another one on the books makes it ``busy``.
        terms: for a dry run, a contract file to judge by.
        dry_run: publish and book nothing.
    """
    at = business_time(as_of)
    with workspace(source, dry_run) as place:
        contract = _rules(place, contract_id, week, under, terms if dry_run else None)
        landed = (
            recall_delivery(place, contract, week)
            if from_books
            else land_delivery(place, contract, week, at, at_root=source is not None)
        )
        if redelivery and isinstance(landed, Landed):
            landed = as_redelivery(place, contract, week, landed)
        if landed is None or isinstance(landed, Awaited):
            reason = landed.reason if landed else "no delivery is on the books"
            return Outcome(contract_id, week, "absent", reason)
        if isinstance(landed, Refused):
            # Our own copy is refused when it was deleted: nobody delivered anything.
            return _refuse(place, contract, week, landed, None if dry_run or from_books else at)
        roster = roster_of(place, contract, week, landed.delivery_id)
        inputs: Inputs | Refused
        if isinstance(roster, Refused):
            inputs = roster
        else:
            listed, key = roster or (None, "")
            reinstated = reinstated_records(place, contract, landed.delivery_id)
            reviewed = review_that_failed(place, contract, landed.delivery_id)
            beside = Beside(reinstated, listed, key, evaluation_sets(place, contract), reviewed)
            if not dry_run and (before := standing(place, contract, week, landed, beside)):
                return unchanged(before)
            inputs = read_inputs(place, contract, week, landed, beside)
        if isinstance(inputs, Refused):
            return _refuse(place, contract, week, inputs, None if dry_run else at)
        if dry_run:
            return judged(contract_id, week, _judge(place, contract, week, inputs), changed=False)
        return _settle(place, contract, week, inputs, at, after=after)


def _rules(place: Workspace, contract_id: str, week: int, under: str | None, terms: str | None) -> Contract:
    """The terms to judge by: those in a file, a version asked for, or the version in force."""
    if terms:
        return terms_in_file(terms, contract_id)
    if under:
        return terms_under(contract_id, under, place, week)
    return terms_in_force(contract_id, week, place)


def _refuse(
    place: Workspace, contract: Contract, week: int, refused: Refused, as_of: datetime | None
) -> Outcome:
    """Say why a delivery was not taken in; into the books too, unless `as_of` is None (a dry run)."""
    if as_of is not None:
        note_refusal(place, contract, week, refused, as_of)
    return Outcome(contract.contract_id, week, "refused", refused.problem)


def _settle(
    place: Workspace,
    contract: Contract,
    week: int,
    inputs: Inputs,
    as_of: datetime,
    *,
    after: int | None,
) -> Outcome:
    if refused := redelivery_refused(place, contract, week, inputs, as_of):
        return _refuse(place, contract, week, refused, as_of)
    ticket = receive_delivery(place, contract, week, inputs.landed, as_of, beside=inputs.beside, after=after)
    if ticket is None:
        return Outcome(contract.contract_id, week, "busy", "another worker is judging this delivery")
    if isinstance(ticket, Refused):
        return _refuse(place, contract, week, ticket, as_of)
    with holding(place, ticket):
        settlement = _judge(place, contract, week, inputs)
        settle_batch(place, ticket, settlement, as_of)
    announce(place, ticket.batch.key)
    return judged(contract.contract_id, week, settlement, changed=True)


def _judge(place: Workspace, contract: Contract, week: int, inputs: Inputs) -> Settlement:
    gates = apply_gates(place, contract, week, inputs)
    history = earlier_batches(place, contract, week)
    reported = report_batch(place, contract, week, gates)
    verdicts = (
        *judge_batch(contract, week, inputs, gates, history),
        *audit_batch(contract, gates),
        *reported.verdicts,
        *review_verdicts(contract, week, inputs, gates),
    )
    opinion = second_opinion(place, contract, week, gates, verdicts=verdicts)
    counted = {**keep_tally(place, contract, week, gates), **keep_groups(place, contract, week, gates)}
    settlement = reach_verdict(place, contract, week, inputs, gates, verdicts=verdicts)
    pack = write_feedback(place, contract, week, settlement, gates=gates, inputs=inputs)
    return replace(
        settlement, artefacts={**settlement.artefacts, **opinion, **counted, **reported.artefacts, **pack}
    )
