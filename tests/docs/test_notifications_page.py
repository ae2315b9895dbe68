from pathlib import Path

from rampart.ledger.outbox import NOTICES
from rampart.notify.routes import read_routes
from rampart.notify.topics import RULES
from tests.docs.pages import ROOT, blocks, code, table

PAGE = ROOT / "docs" / "notifications.md"


def test_the_page_lists_every_notice_with_its_severity_and_who_hears_of_it() -> None:
    shown = {
        code(topic): (severity, roles, vendor)
        for topic, severity, roles, vendor in table(
            PAGE, "topic", "severity", "roles", "the vendor's contacts"
        )
    }
    assert set(shown) == set(NOTICES)
    assert shown == {
        topic: (rule.severity, ", ".join(rule.roles), ", ".join(rule.vendor) or "—")
        for topic, rule in RULES.items()
    }


def test_the_routes_file_of_the_page_can_be_used(tmp_path: Path) -> None:
    (shown,) = (block.text for block in blocks(PAGE) if block.language == "toml")
    file = tmp_path / "routes.toml"
    file.write_text(shown)
    routes = read_routes(str(file))
    assert set(routes.routes) == {"leads", "on-call"}
    assert routes.vendors is not None
