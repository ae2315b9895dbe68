"""The page of one reward model."""

import html

import pytest
from sqlalchemy import Engine

from dashboard.charts import reliability_chart
from dashboard.links import measured_url
from rampart.delivery.errors import MissingObjectError
from rampart.ledger.read import programs, rm_rows
from rampart.retrain.bootstrap import Estimate
from rampart.retrain.evaluation.calibration import ReliabilityBin
from tests.dashboard.books import HOSTILE_TEXT, stored
from tests.dashboard.conftest import Get, browser


@pytest.fixture(scope="module")
def page(get: Get, engine: Engine) -> str:
    (program,) = {name for name in programs(engine) if name != "hostile"}
    return str(get(measured_url(program, 1)).text)


def row(page: str, name: str) -> str:
    """The line of a table that begins with `name`."""
    return page.split(f'<th scope="row">{name}</th>', 1)[1].split("</tr>", 1)[0]


def test_a_slice_shows_its_interval_and_where_its_rows_are(page: str) -> None:
    said = row(page, "code")
    assert 'class="interval"' in said
    assert "datasets/" in said and "split=holdout&amp;target!=0.5&amp;domain=code" in said


def test_a_slice_of_six_prompts_shows_no_figure_but_says_so(page: str) -> None:
    said = row(page, "law")
    assert "Too few prompts to say: 6, at least 10 are needed." in said
    assert "%" not in said.split("Too few")[0]


def test_the_strata_stand_from_strong_to_weak(page: str) -> None:
    assert page.index(">significantly better<") < page.index(">slightly better<")


def test_a_lean_shows_data_model_difference_and_ratio(page: str) -> None:
    said = row(page, "length")
    for shown in ("60.0%", "80.0%", "+20.0 pp", "3.0\N{MULTIPLICATION SIGN}", "amplified"):
        assert shown in said
    assert "not testable" in row(page, "emoji")
    assert "split=train&amp;target!=0.5" in page


def test_a_benchmark_shows_its_figures_its_matrix_and_its_file(page: str) -> None:
    assert "against Markdown" in page
    assert "50.0%" in row(page, "hard")
    assert "abababababab" in page


def test_what_could_not_be_probed_is_said_and_not_shown_as_nothing(page: str) -> None:
    assert "The held-out pairs cannot tell." in row(page, "score and length")
    assert "80.0%" in row(page, "more length")


def test_texts_of_a_vendor_are_shown_as_text(get: Get) -> None:
    shown = get(measured_url("hostile", 1)).text
    assert "<img" not in shown
    assert html.escape("<img src=x onerror=alert(1)>") in shown
    assert HOSTILE_TEXT.startswith("</td>")


@pytest.mark.parametrize("fault", ["missing", "another version"])
def test_a_model_whose_figures_cannot_be_read_still_has_its_page(engine: Engine, fault: str) -> None:
    def read(key: str) -> bytes:
        if key.startswith("models/evaluation-"):
            if fault == "missing":
                raise MissingObjectError("nothing is stored under this key", key)
            return b'{"accuracy": 1}'
        return stored(key)

    answer = browser(engine, read)(measured_url("hostile", 1))
    assert answer.status_code == 200
    assert "What was measured cannot be shown" in answer.text


def test_a_version_that_was_not_trained_is_not_found(get: Get, engine: Engine) -> None:
    last = max(row.version for row in rm_rows(engine, "hostile"))
    answer = get(measured_url("hostile", last + 1))
    assert (answer.status_code, "There is no reward model" in answer.text) == (404, True)


def test_the_plot_says_in_words_what_it_draws_and_puts_honesty_on_its_line() -> None:
    honest = ReliabilityBin(0.7, 0.75, 0.75, Estimate(0.75, 0.6, 0.85), 0.5, 120, 90)
    small = ReliabilityBin(0.95, 1.0, 0.98, Estimate(1.0, None, None), 0.5, 2, 2)
    drawn = reliability_chart([honest, small])
    assert "Confidence 75.0%: right in 75.0%" in drawn and "120 pairs" in drawn
    assert drawn.count('class="whisker"') == 2  # the one bin with an interval, and the legend
    # Half of the way across, half of the way up from a half: on the dashed line.
    assert 'cx="246" cy="89"' in drawn
