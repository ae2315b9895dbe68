"""Which objects of the store the books stand for, and what each of them is."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from rampart.delivery.errors import DeliveryError
from rampart.delivery.landing import landed_key
from rampart.delivery.listings import listing_address, read_listing
from rampart.delivery.store import ObjectStore
from rampart.ledger.batch_rows import key_of
from rampart.ledger.deletion.said import deletions_in
from rampart.ledger.disputes import every_dispute
from rampart.ledger.engine import reading
from rampart.ledger.invoices.booked import every_invoice
from rampart.ledger.notices import notice_key
from rampart.ledger.outbox import NOTICES
from rampart.ledger.review_events import every_review
from rampart.ledger.scorecards import scorecard_keys
from rampart.ledger.tables import Artefact, Batch, ContractVersion, FileLine, Outbox, RmArtefact, RmVersion
from rampart.ledger.valued import every_valued

LISTING = "the list of its landed files"
WORK_ORDERS = "work-orders/"  # kept by hand, before anything is on the books: each names itself


@dataclass(frozen=True, order=True)
class Named:
    """An object the books name: its key, whose it is (a batch, a contract, a model), and what it is there.

    `contract_id` and `week` are given for a batch's objects. What a settled batch rests on, and whether a
    model's files are there, is read by `rampart.ledger.verify_store`. A notice that waits is not stored yet.
    """

    key: str
    subject: str
    what: str
    contract_id: str = ""
    week: int = 0
    read_elsewhere: bool = False
    may_be_absent: bool = False


def named_objects(engine: Engine, store: ObjectStore) -> tuple[Named, ...]:
    """Everything the books name, deleted weeks included; one key may be named by several.

    A delivery that was landed but never judged is known by its listing alone, so listings are read. One that
    cannot be read names nothing; `rampart verify` says so.
    """
    with reading(engine) as session:
        named = (*named_in_books(session), *_certificates(session), *_notices(session))
    listings = [name for name in named if name.what == LISTING]
    booked = {(name.key, name.subject) for name in named}
    landed = (one for name in listings for one in _listed(store, name))
    return (*named, *(one for one in landed if (one.key, one.subject) not in booked))


def named_in_books(session: Session) -> tuple[Named, ...]:
    """What the books alone name, without reading the store."""
    return (
        *_contracts(session),
        *_batches(session),
        *_disputes(session),
        *_invoices(session),
        *_reviews(session),
        *_valued(session),
        *_models(session),
        *_scorecards(session),
    )


def _contracts(session: Session) -> Iterator[Named]:
    for row in session.exec(select(ContractVersion)):
        yield Named(row.object_key, f"{row.contract_id} version {row.version}", "the contract")


def _batches(session: Session) -> Iterator[Named]:
    of = {batch.id: batch for batch in session.exec(select(Batch))}
    for batch in of.values():
        if batch.delivery_id is not None:
            key = listing_address(batch.contract_id, batch.week, batch.delivery_id)
            yield _of_batch(batch, key, LISTING)
    for made in session.exec(select(Artefact)):
        yield _of_batch(of[made.batch_id], made.object_key, f"the published {made.name}", settled=True)
    for file in session.exec(select(FileLine)):
        yield _of_batch(of[file.batch_id], landed_key(file.sha256), f"the landed {file.name}", settled=True)


def _of_batch(batch: Batch, key: str, what: str, settled: bool = False) -> Named:
    return Named(key, str(key_of(batch)), what, batch.contract_id, batch.week, settled)


def _disputes(session: Session) -> Iterator[Named]:
    for dispute in every_dispute(session):
        subject = f"{dispute.contract_id} week {dispute.week}"
        yield Named(dispute.object_key, subject, f"the file of {dispute}", dispute.contract_id, dispute.week)


def _invoices(session: Session) -> Iterator[Named]:
    for invoice in every_invoice(session):
        yield Named(invoice.object_key, invoice.contract_id, f"the file of {invoice}")
        yield Named(invoice.result_key, invoice.contract_id, f"the comparison of {invoice}")


def _reviews(session: Session) -> Iterator[Named]:
    for review in every_review(session):
        keys = {review.sheet_key: "the sheet", review.design_key: "the design"}
        for found in review.readings:
            keys |= {found.object_key: "a filled-in sheet", found.result_key: "a result"}
        subject = f"{review.contract_id} week {review.week}"
        for key, what in keys.items():
            yield Named(key, subject, f"{what} of {review}", review.contract_id, review.week)


def _valued(session: Session) -> Iterator[Named]:
    for found in every_valued(session):
        subject = f"{found.contract_id} week {found.week}"
        yield Named(found.object_key, subject, "its contradicted judgements", found.contract_id, found.week)


def _models(session: Session) -> Iterator[Named]:
    models = {model.id: f"{model.program} v{model.version}" for model in session.exec(select(RmVersion))}
    for made in session.exec(select(RmArtefact)):
        yield Named(made.object_key, models[made.rm_id], f"its {made.name}", read_elsewhere=True)


def _scorecards(session: Session) -> Iterator[Named]:
    for program, key in scorecard_keys(session):
        yield Named(key, f"programme {program}", "a scorecard")


def _certificates(session: Session) -> Iterator[Named]:
    for gone in deletions_in(session):
        if gone.certificate:
            for suffix in ("json", "md"):
                key = f"{gone.certificate.removesuffix('json')}{suffix}"
                yield Named(key, f"{gone.contract_id} deletion {gone.id}", "the certificate")


def _notices(session: Session) -> Iterator[Named]:
    for row in session.exec(select(Outbox).where(col(Outbox.topic).in_(NOTICES))):
        subject = f"{row.contract_id} week {row.week} revision {row.revision}"
        yield Named(notice_key(row.id), subject, "a notice", may_be_absent=True)


def _listed(store: ObjectStore, listing: Named) -> Iterator[Named]:
    try:
        files = read_listing(store, listing.key)
    except DeliveryError:
        return
    for file in files:
        what = f"the landed {file.name}"
        yield Named(file.key, listing.subject, what, listing.contract_id, listing.week)
