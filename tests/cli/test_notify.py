"""`rampart notify`, and what `rampart status` says of notices that wait."""

from datetime import timedelta

import pytest

from flows.weekly import weekly
from rampart.cli.exits import Exit
from simulator.season import Season, due
from simulator.servers.mail import mail_server
from simulator.without_prefect import without_prefect
from tests.cli.conftest import Rampart
from tests.receiver import receiver

LEADS = '[routes.leads]\nurl_from = "LEADS"\nroles = ["data_lead", "vendor_manager"]\n'


@pytest.fixture
def routes(season: Season, monkeypatch: pytest.MonkeyPatch) -> Season:
    season.home.mkdir()
    path = season.home / "routes.toml"
    path.write_text(LEADS)
    monkeypatch.setenv("RAMPART_NOTIFY_ROUTES", str(path))
    monkeypatch.delenv("LEADS", raising=False)
    return season


@pytest.mark.usefixtures("routes")
def test_a_route_is_tested_by_a_message_that_says_so(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch
) -> None:
    unset = rampart("notify", "test", "leads")
    assert (unset.code, "LEADS is not set" in unset.err) == (Exit.FAILED, True)
    with mail_server() as box:
        monkeypatch.setenv(
            "LEADS", f"mailto://127.0.0.1:{box.port}/?from=a@b.example&to=c@d.example&mode=insecure"
        )
        assert rampart("notify", "test", "leads").code == Exit.OK
        assert box.mails[0]["Subject"] == "[Rampart] Test of leads"
        box.refuses = True
        assert rampart("notify", "test", "leads").code == Exit.FAILED


@pytest.mark.usefixtures("routes")
def test_the_webhook_is_a_route_too_and_an_unknown_one_is_named(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as other:
        monkeypatch.setenv("RAMPART_NOTIFY_URL", other.url)
        assert rampart("notify", "test", "webhook").code == Exit.OK
        assert other.requests == 1
    unknown = rampart("notify", "test", "lead")
    assert (unknown.code, "there are: leads, webhook" in unknown.err) == (Exit.USAGE, True)


@pytest.mark.usefixtures("routes")
def test_the_routes_are_listed_without_their_addresses(
    rampart: Rampart, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "LEADS, not set" in rampart("notify", "routes").out
    monkeypatch.setenv("LEADS", "slack://hunter2/a/b/c")
    shown = rampart("notify", "routes").out
    assert "LEADS, set" in shown
    assert "hunter2" not in shown


def test_status_says_what_waits_for_whom_and_why(rampart: Rampart, routes: Season) -> None:
    routes.agree()
    with without_prefect():
        weekly(due(1) + timedelta(hours=1))
    said = " ".join(rampart("status").out.split())
    assert (
        "waiting delivery.late of dc-north week 1 for leads (failed 1 times, last: leads: LEADS is not set"
        in said
    )


def test_a_broken_routes_file_is_said_and_fails_no_verdict(rampart: Rampart, routes: Season) -> None:
    routes.agree()
    routes.deliver(1)
    (routes.home / "routes.toml").write_text("[routes.leads]\nroles = []\n")
    with without_prefect(), pytest.raises(Exception, match="notices: RoutesError"):
        weekly(due(1))
    assert routes.batches()[0][3] == "accepted"
    assert "routes.leads.url_from: Field required" in " ".join(rampart("status").out.split())
