"""The scorecard as people meet it: in a terminal, as a file, and as a page."""

import asyncio
import json
import re
from pathlib import Path

import httpx
import pytest

from dashboard.app import create_app
from dashboard.links import evidence_url
from quality.report.canonical import plain
from quality.scorecard.card import scorecard
from rampart.cli.exits import Exit
from rampart.ledger.read import batch_detail
from rampart.records.evidence import in_books, in_models, in_store
from rampart.showing.scorecard_page import scorecard_html
from rampart.showing.scorecard_view import TITLES, in_unit, scorecard_view
from simulator.season import Season, due
from tasks.evidence import resolve
from tasks.workspace import Workspace
from tests.cli.conftest import Rampart, rampart
from tests.dashboard.markup import Page
from tests.quality.scorecard.seen import NOTHING, vendor

__all__ = ["rampart"]
pytestmark = pytest.mark.usefixtures("season")
HOSTILE = '<script>alert("x")</script>\u202e'


def page_of(place: Workspace, path: str) -> tuple[int, Page]:
    """A page of the dashboard over the season's books."""
    transport = httpx.ASGITransport(create_app(place.books, place.store.get), raise_app_exceptions=False)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8770") as client:
            return await client.get(path)

    answer = asyncio.run(ask())
    return answer.status_code, Page(answer.text)


def test_the_command_makes_shows_and_keeps_it_for_the_dashboard(
    rampart: Rampart, season: Season, place: Workspace, tmp_path: Path
) -> None:
    made = len(season.events("scorecard.made"))
    assert made and page_of(place, "/programs/small/scorecard")[0] == 200  # the weekly rounds made them
    file = tmp_path / "card.html"
    shown = rampart("scorecard", "small", "--html", file, "--as-of", due(4))
    assert shown.code == Exit.OK, shown.err
    assert "Gold accuracy, shared work" in shown.out
    assert "default-src" in file.read_text()
    status, page = page_of(place, "/programs/small/scorecard")
    assert status == 200
    for title, _ in TITLES.values():
        assert title in page.text
    assert "/contracts/dc-north/weeks/1?revision=1#money" in list(page.links)
    assert "/programs/small/scorecard" in page_of(place, "/programs/small")[1].links
    assert len(season.events("scorecard.made")) == made


def test_every_link_of_the_page_leads_to_a_page_with_that_anchor(rampart: Rampart, place: Workspace) -> None:
    assert rampart("scorecard").code == Exit.OK  # there is one programme
    _, page = page_of(place, "/programs/small/scorecard")
    links = {link for link in page.links if link.startswith(("/contracts", "/programs"))}
    assert len(links) >= 10
    for link in links:
        status, there = page_of(place, link.split("#")[0])
        assert status == 200
        assert "#" not in link or link.split("#")[1] in there.ids, link


def test_every_line_of_money_on_a_week_s_page_says_where_its_records_are(place: Workspace) -> None:
    _, page = page_of(place, "/contracts/dc-north/weeks/1")
    (address,) = re.findall(r"store:\S+fates-\S+\?reason_mask=0", page.text)
    (line,) = batch_detail(place.books, "dc-north", 1).money
    assert len(resolve(place, address)) == line.units


def test_one_vendor_alone_keeps_what_it_is_compared_with(rampart: Rampart) -> None:
    shown = rampart("scorecard", "small", "--vendor", "south", "--json")
    card = json.loads(shown.out)
    assert {one["contract_id"] for one in card["figures"]} == {"dc-south"}
    assert {(one["one"], one["other"]) for one in card["differences"]} == {("dc-north", "dc-south")}
    refused = rampart("scorecard", "small", "--vendor", "west")
    assert (refused.code, "there are: north (dc-north)" in " ".join(refused.err.split())) == (
        Exit.LEDGER,
        True,
    )


def test_the_rows_of_an_address_are_listed_and_a_wrong_address_is_refused(rampart: Rampart) -> None:
    listed = rampart("evidence", in_books("dc-south", 1, 1, "money"), "--json")
    assert json.loads(listed.out)[0]["kind"] == "accepted_units", listed.err
    assert "1 rows" in rampart("evidence", in_books("dc-south", 2, 1, "events", kind="batch.late")).out
    assert rampart("evidence", "books:nothing").code == Exit.USAGE
    assert rampart("evidence", in_books("dc-nobody", 1, 1, "money")).code == Exit.LEDGER
    assert rampart("evidence", in_store("batches/none.parquet")).code == Exit.REFUSED


def test_a_hostile_name_is_text_in_the_file() -> None:
    card = plain(scorecard("p", (vendor("acme"), vendor("best")), NOTHING))
    card["contracts"][0][1] = HOSTILE
    card["figures"][0]["reason"] = HOSTILE
    shown = scorecard_html(card).decode()
    assert "<script" not in shown
    assert "\u202e" not in shown
    assert '<script>alert("x")</script>[U+202E]' in Page(shown).text


def test_a_reader_sees_no_total_and_every_difference() -> None:
    card = plain(scorecard("p", (vendor("acme"), vendor("best"), vendor("coda")), NOTHING))
    view = scorecard_view(card)
    assert [row.title for row in view.rows] == [title for title, _ in TITLES.values()]
    assert all(len(row.cells) == 3 for row in view.rows)
    assert all(len(row.differences) == 3 or row.untold for row in view.rows)
    assert sum(len(row.differences) for row in view.rows) == view.compared


@pytest.mark.parametrize(
    ("unit", "value", "shown", "apart"),
    [
        ("share", 0.1234, "12.3%", "+12.3 pp"),
        ("money", 1.5, "1.5000 USD", "+1.5000 USD"),
        ("logit", -0.7, "\N{MINUS SIGN}0.70", "\N{MINUS SIGN}0.70"),
        ("points", -1e-12, "+0.00 pp", "+0.00 pp"),
        ("share", None, "\N{EN DASH}", "\N{EN DASH}"),
    ],
)
def test_a_number_stands_in_its_unit(unit: str, value: float | None, shown: str, apart: str) -> None:
    told = {"unit": unit, "currency": "USD"}
    assert in_unit(value, told) == shown
    assert in_unit(value, told, signed=True).removesuffix(" USD") == apart.removesuffix(" USD")


def test_an_address_that_has_a_page_leads_there() -> None:
    assert evidence_url(in_models("rm", 3)) == "/programs/rm#version-3"
    assert evidence_url(in_books("dc/a", 2, 1, "money")) == "/contracts/dc%2Fa/weeks/2?revision=1#money"
    assert evidence_url(in_store("batches/a.parquet")) is None
    assert evidence_url("") is None
