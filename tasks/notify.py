"""Notices → the store and whoever should hear of them: at least once, under an id that stays the same.

Each receiver has its own mark, so one that fails, or sleeps, makes no other get a notice twice. Within a
contract the notices go to each receiver in the order things happened.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prefect import get_run_logger, task

from contracts.terms.parties import Contact
from rampart.delivery.errors import DeliveryError
from rampart.ledger.claims import this_worker
from rampart.ledger.contracts import current_contract
from rampart.ledger.notices import notice, notice_key, queues
from rampart.ledger.outbox import NOTICES, OutboxRow, mark_done, pending
from rampart.ledger.turns import Turn, give_up, release, take
from rampart.notify.door import send
from rampart.notify.marks import Marks
from rampart.notify.message import digest_of, message_of
from rampart.notify.receivers import Receiver, gravity, receivers_of
from rampart.notify.routes import Routes, read_routes
from rampart.notify.topics import SEVERITIES
from rampart.settings import Settings
from rampart.webhook import UndeliveredError, post
from tasks.policy import STAGE
from tasks.workspace import Workspace, terms_of


@dataclass(frozen=True)
class Sent:
    """How many notices went out, how many wait for another try, and which failed so often that it is odd."""

    sent: int
    waiting: int
    stuck: tuple[str, ...]


@dataclass(frozen=True)
class Post:
    """One pass over what waits: to whom, and as of which moment on people's clocks."""

    place: Workspace
    routes: Routes
    chosen: Settings
    marks: Marks
    now: datetime
    contacts: dict[str, tuple[Contact, ...]] = field(default_factory=dict)

    def receivers(self, row: OutboxRow) -> tuple[Receiver, ...]:
        """Everyone who gets `row`."""
        known = self.contacts_of(row.contract_id) if self.routes.vendors else ()
        return receivers_of(row, self.routes, known, self.chosen.notify_url is not None)

    def contacts_of(self, contract_id: str) -> tuple[Contact, ...]:
        """The vendor's contacts, by the contract's current version."""
        if contract_id not in self.contacts:
            row = current_contract(self.place.books, contract_id)
            self.contacts[contract_id] = terms_of(row.digest, self.place).vendor.contacts if row else ()
        return self.contacts[contract_id]

    def lacking(self, row: OutboxRow) -> list[Receiver]:
        """Who does not have `row` yet. A row with one receiver needs no mark: it is done when that has it."""
        found = self.receivers(row)
        return [one for one in found if not _marked(found) or not self.marks.has(row.id, one)]

    def sleeps(self, row: OutboxRow, receiver: Receiver) -> bool:
        """Does `row` wait for the end of the receiver's quiet hours? What is urgent does not."""
        urgent = gravity(row, self.routes) == "urgent"
        return not urgent and receiver.quiet is not None and receiver.quiet.until(self.now) is not None


@task(**STAGE)
def send_notices(place: Workspace, now: datetime | None = None) -> Sent:
    """Send what waits, each contract's notices in the order things happened.

    The first that fails at a receiver holds up the later ones of its contract there, and nothing else. It
    rests, is tried again for ever, and is marked done only when every receiver has it. What waited for the
    end of quiet hours goes out in one message.
    """
    chosen = Settings()
    routes = read_routes(chosen.notify_routes)
    round_ = Post(place, routes, chosen, Marks(place.store), now or datetime.now(UTC))
    waiting = queues(place.books)
    _send_digests(round_, waiting)
    sent = sum(_send_queue(round_, queue) for queue in waiting)
    left = pending(place.books, *NOTICES)
    stuck = tuple(f"{row}: {row.last_error} ({row.attempts} tries)" for row in left if row.stuck)
    for said in stuck:
        get_run_logger().error("cannot be sent: %s", said)
    return Sent(sent, len(left), stuck)


def _send_queue(round_: Post, queue: tuple[OutboxRow, ...]) -> int:
    """Send one contract's queue as far as it goes; gives how many every receiver now has."""
    done, held_up = 0, set[Receiver]()
    for row in queue:
        lacking = round_.lacking(row)
        if lacking and set(lacking) <= held_up:
            continue
        turn = None if row.resting else take(round_.place.books, row.id, this_worker(), round_.place.lease_s)
        if turn is None:
            held_up.update(lacking)
            if not lacking:
                return done
            continue
        if not _published(round_, row, turn):
            return done
        left, errors = _give(round_, row, [one for one in lacking if one not in held_up], held_up)
        if not left and not held_up & set(lacking):
            mark_done(round_.place.books, row.id)
            done += 1
        elif errors:
            give_up(round_.place.books, turn, "; ".join(errors))
        else:
            release(round_.place.books, turn)
    return done


def _published(round_: Post, row: OutboxRow, turn: Turn) -> bool:
    try:
        round_.place.store.put_once(notice_key(row.id), notice(row))
    except (DeliveryError, OSError) as error:
        _note_failure(round_, row, turn, error)
        return False
    return True


def _give(
    round_: Post, row: OutboxRow, to: Iterable[Receiver], held_up: set[Receiver]
) -> tuple[list[Receiver], list[str]]:
    """Send `row` to each; gives who still lacks it, and what went wrong. Who failed is then `held_up`."""
    left, errors = [], []
    marked = _marked(round_.receivers(row))
    for one in to:
        if round_.sleeps(row, one):
            round_.marks.note_waiting(row.id, one)
            left.append(one)
            continue
        if one.quiet is not None and round_.marks.waited(row.id, one):
            left.append(one)  # its digest failed in this pass, or another worker is at it
            held_up.add(one)
            continue
        try:
            _sent_to(round_, row, one)
            if marked:
                round_.marks.note_sent(row.id, one)
        except (UndeliveredError, DeliveryError, OSError) as error:
            get_run_logger().warning("%s was not sent: %s", row, _in_our_words(error))
            errors.append(_in_our_words(error))
            left.append(one)
            held_up.add(one)
    return left, errors


def _sent_to(round_: Post, row: OutboxRow, receiver: Receiver) -> None:
    if receiver.door is None:
        assert round_.chosen.notify_url is not None  # noqa: S101 (the webhook is a receiver only where it is set)
        post(round_.chosen.notify_url.get_secret_value(), row.id, notice(row), round_.chosen.notify_timeout_s)
        return
    severity = gravity(row, round_.routes)
    message = message_of(row, severity, round_.chosen.dashboard_url, vendor=receiver.vendor)
    send(receiver, message, round_.chosen.notify_timeout_s)


def _send_digests(round_: Post, waiting: tuple[tuple[OutboxRow, ...], ...]) -> None:
    """What waited for quiet hours that are over, in one message a receiver."""
    due: dict[Receiver, list[OutboxRow]] = {}
    for row in sorted((row for queue in waiting for row in queue), key=lambda row: (row.as_of, row.id)):
        for one in round_.lacking(row):
            if one.quiet is None or round_.sleeps(row, one) or row.resting:
                continue
            if round_.marks.waited(row.id, one):
                due.setdefault(one, []).append(row)
    for receiver, rows in due.items():
        _send_digest(round_, receiver, rows)


def _send_digest(round_: Post, receiver: Receiver, rows: list[OutboxRow]) -> None:
    books, lease_s = round_.place.books, round_.place.lease_s
    taken = [(row, turn) for row in rows if (turn := take(books, row.id, this_worker(), lease_s))]
    mine = [(row, turn) for row, turn in taken if not round_.marks.has(row.id, receiver)]
    graves = [gravity(row, round_.routes) for row, _ in mine]
    link = round_.chosen.dashboard_url
    told = [
        message_of(row, grave, link, vendor=receiver.vendor)
        for (row, _), grave in zip(mine, graves, strict=True)
    ]
    try:
        if told:
            gravest = max(graves, key=SEVERITIES.index)
            send(receiver, digest_of(told, gravest), round_.chosen.notify_timeout_s)
            for row, _ in mine:
                round_.marks.note_sent(row.id, receiver)
    except (UndeliveredError, DeliveryError, OSError) as error:
        for row, turn in taken:
            _note_failure(round_, row, turn, error)
        return
    for _, turn in taken:
        release(books, turn)


def why_waiting(place: Workspace, now: datetime | None = None) -> tuple[str, ...]:
    """Each notice that somebody does not have yet: who, and why, in the order things happened."""
    chosen = Settings()
    routes = read_routes(chosen.notify_routes)
    round_ = Post(place, routes, chosen, Marks(place.store), now or datetime.now(UTC))
    told = ((row, " and ".join(_why(round_, row))) for row in pending(place.books, *NOTICES))
    return tuple(f"{row} for {why}" for row, why in told if why)


def _why(round_: Post, row: OutboxRow) -> Iterator[str]:
    for one in round_.lacking(row):
        until = one.quiet.until(round_.now) if one.quiet and round_.sleeps(row, one) else None
        failed = f"failed {row.attempts} times, last: {row.last_error}" if row.attempts else "not tried yet"
        yield f"{one.name} ({f'quiet until {until:%Y-%m-%d %H:%M} UTC' if until else failed})"


def _marked(receivers: tuple[Receiver, ...]) -> bool:
    """Must it be kept who has the notice? Not where there is one receiver that never sleeps."""
    return len(receivers) > 1 or any(one.quiet is not None for one in receivers)


def _note_failure(round_: Post, row: OutboxRow, turn: Turn, error: Exception) -> None:
    get_run_logger().warning("%s was not sent: %s", row, _in_our_words(error))
    give_up(round_.place.books, turn, _in_our_words(error))


def _in_our_words(error: Exception) -> str:
    if isinstance(error, UndeliveredError | DeliveryError):
        return str(error)
    return f"the store could not be written to ({type(error).__name__})"
