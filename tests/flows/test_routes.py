"""Routed notices: mail and webhooks, one mark a receiver, quiet hours, one digest after them."""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, update

from flows.notify import notify
from rampart.ledger.batch_rows import BatchKey
from rampart.ledger.batches import expect, mark_late
from rampart.ledger.contracts import current_contract
from rampart.ledger.engine import writing
from rampart.ledger.outbox import NOTICES, pending
from rampart.ledger.sla import Call, note
from rampart.ledger.tables import Outbox
from rampart.ledger.verify_orphans import take_inventory
from simulator.season import START, Season, contract_text, due
from simulator.servers.mail import Mailbox, mail_server
from tasks.workspace import put_in_force, workspace
from tests.ledger.books import day, register, rested, terms
from tests.receiver import receiver

NIGHT, MORNING = datetime(2026, 1, 13, 23, tzinfo=UTC), datetime(2026, 1, 14, 7, tzinfo=UTC)
MANAGERS = """
[routes.managers]
url_from = "MANAGERS"
roles = ["vendor_manager"]
"""
QUIET = MANAGERS + 'quiet = "20:00-07:00"\n'
HIDDEN = "hunter2hunter2"


@pytest.fixture
def home(plain: Season) -> Iterator[Engine]:
    books = plain.books()
    register(books, terms("c-1"))
    yield books
    books.dispose()


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as found:
        yield found


@pytest.fixture
def routed(plain: Season, box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a routes file in force, whose MANAGERS are reached by mail."""

    def put(text: str) -> None:
        path = plain.home / "routes.toml"
        path.write_text(text)
        monkeypatch.setenv("RAMPART_NOTIFY_ROUTES", str(path))

    address = f"mailto://127.0.0.1:{box.port}/?from=rampart@buyer.example&to=lead@buyer.example&mode=insecure"
    monkeypatch.setenv("MANAGERS", address)
    return put


def late(books: Engine, *weeks: int) -> None:
    contract = terms("c-1")
    for week in weeks:
        expect(books, "c-1", week, contract.digest, day(week))
        mark_late(books, "c-1", week, day(7 * week))


def test_a_notice_is_mailed_to_the_role_as_text_and_html_and_then_done(
    home: Engine, box: Mailbox, routed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    routed(MANAGERS)
    monkeypatch.setenv("RAMPART_DASHBOARD_URL", "https://rampart.example")
    late(home, 1)
    report = notify()
    assert (report.sent, report.waiting) == (1, 0)
    assert box.recipients == [("lead@buyer.example",)]
    assert box.mails[0]["Subject"] == "[Rampart] Delivery late: c-1 week 1"
    assert "c-1" in box.part(0, "text/plain")
    assert "https://rampart.example/contracts/c-1/weeks/1" in box.part(0, "text/html")
    assert notify().sent == 0
    assert len(box.mails) == 1


def test_who_has_a_notice_gets_it_once_while_another_receiver_fails(
    plain: Season,
    home: Engine,
    box: Mailbox,
    routed: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    routed(MANAGERS)
    late(home, 1, 2)
    with receiver(lambda number: 503 if number <= 2 else 204) as other:
        monkeypatch.setenv("RAMPART_NOTIFY_URL", other.url)
        for _ in range(3):
            report = notify()
            rested(home)
        assert (report.sent, report.waiting) == (2, 0)
        assert [json.loads(body)["week"] for body in other.effects.values()] == [1, 2]
    assert [mail["Subject"][-6:] for mail in box.mails] == ["week 1", "week 2"], "each once, and in order"
    marks = [key for key in plain.stored() if key.endswith("managers.sent")]
    with workspace() as place:
        inventory = take_inventory(place.books, place.store)
    assert len(marks) == 2
    assert inventory.orphans == (), "a mark belongs to its notice"


def test_what_can_wait_waits_out_the_quiet_hours_and_comes_in_one_message(
    home: Engine, box: Mailbox, routed: Callable[[str], None]
) -> None:
    routed(QUIET)
    late(home, 1, 2)
    assert (notify(NIGHT).sent, notify(NIGHT).waiting, len(box.mails)) == (0, 2, 0)
    report = notify(MORNING)
    assert (report.sent, report.waiting) == (2, 0)
    (mail,) = box.mails
    assert mail["Subject"] == "[Rampart] 2 notices from the quiet hours"
    assert "c-1 week 1" in box.part(0, "text/plain")
    notify(MORNING)
    assert len(box.mails) == 1


def test_what_is_urgent_passes_and_leaves_the_rest_asleep(
    home: Engine, box: Mailbox, routed: Callable[[str], None]
) -> None:
    routed(QUIET)
    late(home, 1)
    note(home, [Call("delivery.missing", BatchKey("c-1", 1, 1), {"due": "then"})], day(9))
    report = notify(NIGHT)
    assert (report.sent, report.waiting) == (1, 1)
    assert [mail["Subject"] for mail in box.mails] == ["[Rampart, urgent] Delivery missing: c-1 week 1"]


def test_a_digest_that_fails_is_sent_again_whole_and_once(
    home: Engine, box: Mailbox, routed: Callable[[str], None]
) -> None:
    routed(QUIET)
    late(home, 1, 2)
    notify(NIGHT)
    box.refuses = True
    assert notify(MORNING).waiting == 2
    assert {row.last_error for row in pending(home, *NOTICES)} == {"managers: E-Mail did not take it"}
    box.refuses = False
    rested(home)
    assert notify(MORNING).sent == 2
    assert [mail["Subject"] for mail in box.mails] == ["[Rampart] 2 notices from the quiet hours"]


def test_a_vendor_s_desk_is_written_to_by_its_contract(
    plain: Season, box: Mailbox, routed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = "{name: Desk, email: desk@north.example, role: delivery}"
    text = contract_text("north").replace("name: north}", f"name: north, contacts: [{desk}]}}")
    with workspace() as place:
        put_in_force(text.encode(), "north.odcs.yaml", place, START)
        row = current_contract(place.books, "dc-north")
        assert row is not None
        expect(place.books, "dc-north", 1, row.digest, START)
        mark_late(place.books, "dc-north", 1, due(1))
    routed('[vendors]\nurl_from = "VENDORS"\n')
    monkeypatch.setenv("VENDORS", f"mailto://127.0.0.1:{box.port}/?from=rampart@buyer.example&mode=insecure")
    monkeypatch.setenv("RAMPART_DASHBOARD_URL", "https://rampart.example")
    assert notify().sent == 1
    assert box.recipients == [("desk@north.example",)]
    assert "rampart.example" not in box.part(0, "text/html")
    assert "desk@north" not in str(plain.export()["outbox"])


@pytest.mark.parametrize(
    "address", [f"mailto://user:{HIDDEN}@127.0.0.1:1/?to=a@b.example", f"nothing://{HIDDEN}"]
)
def test_a_secret_address_reaches_no_book_no_log_and_no_error(
    plain: Season,
    routed: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    address: str,
) -> None:
    routed(MANAGERS)
    monkeypatch.setenv("MANAGERS", address)
    home = plain.books()
    register(home, terms("c-1"))
    late(home, 1)
    with caplog.at_level(logging.DEBUG):
        notify()
    (row,) = pending(home, "delivery.late")
    assert row.attempts == 1
    assert row.last_error.startswith("managers: ")
    assert HIDDEN not in row.last_error + caplog.text + str(plain.export())
    kept = [path.read_bytes() for path in (plain.home / "store").rglob("*") if path.is_file()]
    assert not any(HIDDEN.encode() in data for data in kept)
    home.dispose()


def test_an_address_that_is_not_set_keeps_the_notice_waiting_and_says_which(
    home: Engine, routed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    routed(MANAGERS)
    monkeypatch.delenv("MANAGERS")
    late(home, 1)
    assert notify().waiting == 1
    assert pending(home, "delivery.late")[0].last_error == (
        "managers: MANAGERS is not set; set it to an Apprise URL"
    )


def test_a_route_to_a_webhook_of_apprise_carries_plain_text(
    home: Engine, routed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    routed(MANAGERS)
    late(home, 1)
    with receiver() as other:
        port = other.url.split(":")[2].split("/")[0]
        monkeypatch.setenv("MANAGERS", f"json://127.0.0.1:{port}/hook")
        assert notify().sent == 1
        (body,) = other.effects.values()
    said = json.loads(body)
    assert said["title"] == "[Rampart] Delivery late: c-1 week 1"
    assert "<" not in said["message"]


def test_after_a_crash_the_next_worker_only_ticks_off_what_every_receiver_has(
    home: Engine, box: Mailbox, routed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    routed(MANAGERS)
    late(home, 1)
    with receiver() as other:
        monkeypatch.setenv("RAMPART_NOTIFY_URL", other.url)
        with monkeypatch.context() as dying:
            dying.setattr("tasks.notify.mark_done", lambda *_: None)
            notify()
        with writing(home) as session:
            session.exec(update(Outbox).values(owner=None, lease_until=None))
        assert notify().sent == 1
        assert (other.requests, len(box.mails)) == (1, 1)
