from sqlalchemy import Engine

from rampart.delivery.errors import MissingObjectError
from tests.dashboard.books import stored
from tests.dashboard.conftest import Get, browser
from tests.dashboard.markup import Page

BIRCH = "dc-birch-rm-refresh-2026"


def line(get: Get, about: str) -> str:
    """The text of the one line that answers for `about`."""
    page = Page(get("/rights").text)
    (found,) = [row.text for row in page.all("tr") if row.text.strip().startswith(about)]
    return " ".join(found.split())


def test_a_week_s_line_says_yes_no_and_which_clause_of_whose_contract(get: Get) -> None:
    said = line(get, f"{BIRCH} week 1")
    assert "no" in said.split()
    assert f"release data: {BIRCH}@1.0.0 rights.release_data (week 1)" in said


def test_a_held_week_may_be_used_for_nothing(get: Get) -> None:
    said = line(get, f"{BIRCH} week 3")
    assert "batch.held" in said or "batch.rejected" in said
    assert "yes" not in said.split()


def test_a_model_s_line_names_the_manifest_of_what_it_learnt_from(get: Get) -> None:
    assert "trained on: datasets/" in line(get, "rm-refresh v1 (run")
    assert "yes" in line(get, "rm-refresh v1 (run").split()


def test_terms_that_cannot_be_read_allow_nothing_and_say_so(engine: Engine) -> None:
    def without_terms(key: str) -> bytes:
        if key.startswith("contracts/"):
            raise MissingObjectError("nothing is stored under this key", key)
        return stored(key)

    said = line(browser(engine, without_terms), f"{BIRCH} week 1")
    assert "cannot be told" in said
    assert "yes" not in said.split()
