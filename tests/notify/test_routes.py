from pathlib import Path

import pytest

from contracts.terms.parties import Contact
from rampart.ledger.outbox import NOTICES
from rampart.notify.receivers import receivers_of
from rampart.notify.routes import Routes, RoutesError, read_routes
from rampart.notify.topics import RULES, severity_of
from tests.notify.rows import row

DESK = Contact(name="Desk", email="desk@acme.example", role="delivery")
QUALITY = Contact(name="Quality", email="quality@acme.example", role="quality")
LEADS = {"url_from": "LEADS", "roles": ["data_lead"]}
MANAGERS = {"url_from": "MANAGERS", "roles": ["vendor_manager"]}


def routes(**given: object) -> Routes:
    return Routes.model_validate(given)


def names(found: Routes, *contacts: Contact, webhook: bool = False, **about: object) -> list[str]:
    return [one.name for one in receivers_of(row(**about), found, contacts, webhook)]  # type: ignore[arg-type]


def test_every_notice_has_a_rule_and_somebody_who_hears_of_it() -> None:
    assert set(RULES) == set(NOTICES)
    assert all(rule.roles for rule in RULES.values())


def test_a_topic_goes_to_the_routes_of_its_roles() -> None:
    both = routes(routes={"leads": LEADS, "managers": MANAGERS})
    assert names(both, topic="delivery.late") == ["managers"]
    assert names(both, topic="delivery.missing") == ["leads", "managers"]
    assert names(both, topic="run.crashed") == []


def test_the_file_may_say_otherwise_of_a_topic() -> None:
    told = routes(
        routes={"leads": {**LEADS, "min_severity": "urgent"}},
        topics={"delivery.late": {"roles": ["data_lead"], "severity": "urgent"}},
    )
    assert names(told, topic="delivery.late") == ["leads"]
    assert names(told, topic="delivery.refused") == []


@pytest.mark.parametrize(
    ("only", "heard"),
    [
        ({"programs": ["p"]}, True),
        ({"programs": ["q"]}, False),
        ({"contracts": ["acme-1"]}, True),
        ({"contracts": ["b-1"]}, False),
        ({"topics": ["delivery.late"]}, True),
        ({"topics": ["delivery.due"]}, False),
        ({"min_severity": "warning"}, True),
        ({"min_severity": "urgent"}, False),
    ],
)
def test_a_route_may_be_narrowed(only: dict[str, object], heard: bool) -> None:
    assert names(routes(routes={"managers": {**MANAGERS, **only}})) == ["managers"] * heard


def test_a_vendor_s_contacts_hear_what_concerns_their_role_where_vendors_are_written_to() -> None:
    assert names(routes(), DESK, QUALITY) == []
    written = routes(vendors={"url_from": "VENDORS"})
    (desk,) = receivers_of(row(), written, (DESK, QUALITY, DESK), False)
    assert (desk.to, desk.vendor) == ("desk@acme.example", True)
    assert "acme" not in desk.name, "a mark names nobody"
    assert names(written, DESK, QUALITY, topic="batch.judged") == []


def test_the_webhook_hears_everything() -> None:
    assert {tuple(names(routes(), webhook=True, topic=topic)) for topic in NOTICES} == {("webhook",)}


@pytest.mark.parametrize(
    ("state", "severity"), [("accepted", "info"), ("held", "warning"), ("rejected", "warning")]
)
def test_a_verdict_is_as_grave_as_its_state(state: str, severity: str) -> None:
    assert severity_of(row("batch.judged", state=state)) == severity


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("routes = 3", "routes: "),
        ("[routes.leads]\nurl_from = 'LEADS'\nroles = ['cfo']", "routes.leads.roles.0: "),
        ("[routes.leads]\nurl_from = 'slack://token'\nroles = ['data_lead']", "routes.leads.url_from: "),
        ("[routes.leads]\nurl_from = 'LEADS'\nroles = ['data_lead']\nquiet = 'always'", "no quiet hours"),
        ("[routes.leads]\nurl_from = 'LEADS'\nroles = ['data_lead']\ntimezone = 'Berlin'", "IANA time zone"),
        ("[routes.leads]\nurl_from = 'LEADS'\nroles = ['data_lead']\nurl = 'x'", "routes.leads.url: "),
        ("[routes.webhook]\nurl_from = 'LEADS'\nroles = ['data_lead']", "cannot be called 'webhook'"),
        ("[topics.'batch.accepted']\nseverity = 'info'", "is not told to people"),
        ("[routes.leads", "is not TOML"),
    ],
)
def test_a_routes_file_that_cannot_be_used_is_refused_with_its_field(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(text)
    with pytest.raises(RoutesError) as refused:
        read_routes(str(path))
    assert said in str(refused.value)
    assert str(path) in str(refused.value)
    assert "token" not in str(refused.value), "what was given may be a secret"


def test_without_a_file_there_is_no_route_and_a_missing_one_is_said(tmp_path: Path) -> None:
    assert read_routes("") == Routes()
    with pytest.raises(RoutesError, match="No such file"):
        read_routes(str(tmp_path / "none.toml"))
