"""An invoice as an operator checks it, books it, and looks at it again after a dispute."""

import json
from pathlib import Path

import pytest

from flows.rejudge import rejudge
from flows.weekly import weekly
from rampart.cli.exits import Exit
from rampart.ledger.verify_all import verify_all
from simulator.season import Season, due
from simulator.without_prefect import without_prefect
from tasks.workspace import workspace
from tests.cli.conftest import Rampart

HEAD = "invoice_number,line,week,unit_kind,units,unit_price,amount,currency\n"


@pytest.fixture
def judged(season: Season) -> Season:
    """A judged week: 36 of 40 accepted at 0.35."""
    season.agree()
    season.deliver(1)
    with without_prefect():
        weekly(due(1))
    return season


def bill(folder: Path, *rows: str, number: str = "INV-1") -> Path:
    path = folder / f"{number}.csv"
    path.write_text(HEAD + "".join(f"{number},{line},{row}\n" for line, row in enumerate(rows, 1)))
    return path


def test_an_invoice_that_agrees_is_checked_booked_listed_and_shown(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    file = bill(tmp_path, "1,,36,0.35,12.60,USD")
    before = judged.export()
    checked = rampart("invoice", "check", file, "--contract", "dc-north")
    assert (checked.code, "billed 12.60; the books support 12.60" in checked.out) == (Exit.OK, True)
    assert judged.export() == before
    assert "no invoice is booked" in rampart("invoice", "list", "dc-north").out
    assert json.loads(rampart("invoice", "list", "dc-north", "--json").out) == []
    booked = rampart("invoice", "book", file, "--contract", "dc-north", "--by", "Ada")
    assert (booked.code, "is booked by Ada; it agrees" in booked.out) == (Exit.OK, True)
    copy = tmp_path / "copy.csv"
    copy.write_bytes(file.read_bytes())
    again = rampart("invoice", "book", copy, "--contract", "dc-north", "--by", "Grace")
    (said,) = judged.events("invoice.booked")
    name = f"by Ada, as invoice {said['invoice'][:12]}; nothing is written"
    shown = " ".join(again.out.split())
    assert (again.code, "the same file was booked before" in shown, name in shown) == (Exit.OK, True, True)
    (listed,) = json.loads(rampart("invoice", "list", "dc-north", "--json").out)
    assert (listed["invoice_id"], listed["booked_by"], listed["lines"]) == (said["invoice"], "Ada", 1)
    assert (said["lines"], said["differing"], said["booked_by"]) == (1, 0, "Ada")
    assert "INV-1" not in json.dumps(judged.export())
    assert said["object_key"] in judged.stored()
    assert said["invoice"][:12] in rampart("invoice", "list", "dc-north").out
    assert "Nothing has changed since" in rampart("invoice", "show", "dc-north", said["invoice"][:6]).out
    with workspace() as place:
        found = verify_all(place.books, place.store)
    assert (found.violations, found.orphans) == ((), ())


def test_what_does_not_agree_names_clause_and_rows_and_ends_with_its_own_code(
    rampart: Rampart, judged: Season, tmp_path: Path
) -> None:
    file = bill(tmp_path, "1,,40,0.35,14.00,USD", "2,,40,0.35,14.00,USD", "9,[x],1,1,1,USD")
    checked = rampart("invoice", "check", file, "--contract", "dc-north", "--json")
    assert checked.code == Exit.DIFFERS
    over, unknown, nowhere = json.loads(checked.out)["findings"]
    assert (over["status"], over["difference"], over["clause"]) == (
        "over_billed",
        "1.40",
        "ramp.phases.production.price",
    )
    fates = next(key for key in judged.stored() if "/fates-" in key)
    assert over["evidence"] == f"store:{fates}?reason_mask=0"
    assert (unknown["status"], nowhere["status"]) == ("not_on_the_books", "not_on_the_books")
    shown = rampart("invoice", "check", file, "--contract", "dc-north")
    assert (shown.code, f"evidence: store:{fates}" in shown.out) == (Exit.DIFFERS, True)


@pytest.mark.usefixtures("judged")
def test_a_reinstated_record_shows_on_the_invoice_and_can_be_billed_then(
    rampart: Rampart, tmp_path: Path
) -> None:
    first = bill(tmp_path, "1,,36,0.35,12.60,USD")
    rampart("invoice", "book", first, "--contract", "dc-north", "--by", "Ada", "--as-of", due(1))
    claims = tmp_path / "claims.jsonl"
    claims.write_text(json.dumps({"record_id": "north-1-0", "claim": "it is right"}) + "\n")
    taken = rampart("dispute", "open", "dc-north", 1, claims, "--as-of", due(1))
    name = taken.out.split("dispute rule dc-north 1 ")[1].split()[0]
    money = json.loads(rampart("money", "dc-north", "--json").out)[0]
    assert (money["total"]["disputed"], money["at_risk"], money["spent"]) == ("0.35", "0.35", "12.60")
    rampart("dispute", "rule", "dc-north", 1, name, "reinstate", "--by", "Ada", "--reason", "seen")
    with without_prefect():
        rejudge()
    assert json.loads(rampart("money", "dc-north", "--json").out)[0]["spent"] == "12.95"
    invoice = rampart("invoice", "list", "dc-north").out.split("\n")[1].split()[0]
    seen = " ".join(rampart("invoice", "show", "dc-north", invoice).out.split())
    assert "Changed since it was booked" in seen
    assert "missing, owed 1 = 0.35" in seen
    second = bill(tmp_path, "1,,1,0.35,0.35,USD", number="INV-2")
    assert rampart("invoice", "check", second, "--contract", "dc-north").code == Exit.OK
    again = rampart("invoice", "check", bill(tmp_path, "1,,36,0.35,12.60,USD", number="INV-3"),
                    "--contract", "dc-north")  # fmt: skip
    assert (again.code, "over billed" in again.out) == (Exit.DIFFERS, True)


@pytest.mark.usefixtures("judged")
def test_a_part_of_a_week_agrees_and_the_rest_is_said_once(rampart: Rampart, tmp_path: Path) -> None:
    checked = rampart("invoice", "check", bill(tmp_path, "1,,30,0.35,10.50,USD"), "--contract", "dc-north")
    said = "billed 10.50; the books support 10.50; difference 0.00; 2.10 is owed and not billed yet"
    assert (checked.code, said in " ".join(checked.out.split())) == (Exit.DIFFERS, True)
    assert "under billed" not in checked.out


@pytest.mark.usefixtures("judged")
def test_the_same_lines_under_another_number_name_the_invoice_that_has_them(
    rampart: Rampart, tmp_path: Path
) -> None:
    first = bill(tmp_path, "1,,20,0.35,7.00,USD")
    rampart("invoice", "book", first, "--contract", "dc-north", "--by", "Ada", "--as-of", due(1))
    (booked,) = json.loads(rampart("invoice", "list", "dc-north", "--json").out)
    again = bill(tmp_path, "1,,20,0.350,7.0,USD", number="INV-2")
    said = f"It bills just what INV-1 does, booked on {due(1):%Y-%m-%d} by Ada as invoice"
    for words in (("check",), ("book", "--by", "Ada")):
        shown = " ".join(rampart("invoice", *words, again, "--contract", "dc-north").out.split())
        assert f"{said} {booked['invoice_id'][:12]}." in shown
    other = bill(tmp_path, "1,,16,0.35,5.60,USD", number="INV-3")
    assert "bills just what" not in rampart("invoice", "check", other, "--contract", "dc-north").out


@pytest.mark.usefixtures("judged")
def test_another_file_with_a_booked_number_is_refused(rampart: Rampart, tmp_path: Path) -> None:
    file = bill(tmp_path, "1,,36,0.35,12.60,USD")
    rampart("invoice", "book", file, "--contract", "dc-north", "--by", "Ada")
    bill(tmp_path, "1,,37,0.35,12.95,USD")
    refused = rampart("invoice", "book", file, "--contract", "dc-north", "--by", "Ada")
    assert (refused.code, "needs a number of its own" in refused.err) == (Exit.LEDGER, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("check", "FILE", "--contract", "dc-nobody"), Exit.LEDGER, "no contract 'dc-nobody' on the books"),
        (("book", "FILE", "--contract", "dc-north", "--by", " "), Exit.LEDGER, "the name is empty"),
        (("show", "dc-north", "5f2c"), Exit.LEDGER, "names no invoice of dc-north"),
        (("list", "dc-nobody"), Exit.LEDGER, "no contract 'dc-nobody'"),
        (("check", "missing.csv", "--contract", "dc-north"), Exit.USAGE, "does not exist"),
        (("check", "BROKEN", "--contract", "dc-north"), Exit.REFUSED, "line 2: units: 'many' is not a count"),
    ],
)
def test_what_cannot_be_done_ends_with_a_sentence(  # noqa: PLR0917 (fixtures and one case)
    rampart: Rampart, judged: Season, tmp_path: Path, words: tuple[object, ...], code: Exit, said: str
) -> None:
    files = {"FILE": bill(tmp_path, "1,,36,0.35,12.60,USD")}
    files["BROKEN"] = bill(tmp_path, "1,,many,0.35,12.60,USD", number="X")
    before = judged.export()
    ended = rampart("invoice", *(files.get(str(word), word) for word in words))
    assert (ended.code, said in " ".join(ended.err.split())) == (code, True), ended
    assert judged.export() == before


@pytest.mark.usefixtures("judged")
def test_vendor_text_does_not_act_on_the_terminal(rampart: Rampart, tmp_path: Path) -> None:
    file = bill(tmp_path, "1,\x1b[31m[bold]x,1,1,1,USD", number="[red]N\x1b[0m")
    shown = rampart("invoice", "check", file, "--contract", "dc-north")
    assert "\x1b" not in shown.out
    assert "[bold]x" in shown.out
