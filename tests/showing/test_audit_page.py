"""The report as a page: everything in one file, nothing of a vendor's acts, and the gravest comes first."""

import re
from typing import Any

import pytest

from rampart.showing.audit_page import audit_html
from rampart.showing.audit_view import audit_panel, audit_view
from rampart.showing.forest import forest
from tests.dashboard.markup import Page
from tests.quality.report.batches import told

HOSTILE = "</style></td><script>alert(1)</script>\x1b[31m\u202e"


@pytest.fixture(scope="module")
def hostile() -> dict[str, Any]:
    """A report in which everything a vendor may have written attacks whoever shows it."""
    report = told()
    report["facts"]["vendor"] = HOSTILE
    for row in report["findings"]:
        row["reason"] += HOSTILE
        row["examples"] = [{"record_id": HOSTILE, "file": HOSTILE, "line": 1, "shows": HOSTILE}]
        if row["audit"] == "opening":
            row["metric"] = f"{HOSTILE}_wins"
    report["slices"][0].update(slice=HOSTILE, q=0.001)
    report["people"]["evidence"][0].update(annotator_id=HOSTILE, investigate=True)
    report["people"]["rings"] = [[HOSTILE, HOSTILE]]
    return report


def test_the_file_needs_nothing_from_anywhere_and_forbids_it(hostile: dict[str, Any]) -> None:
    text = audit_html(hostile).decode()
    page = Page(text)
    for element in page.elements:
        assert element.tag not in {"script", "iframe", "object", "base", "img", "link"}
        assert "style" not in element.attributes
        assert not [name for name in element.attributes if re.match("on[a-z]|src|href", name)]
    assert len(page.all("style")) == 1
    assert "default-src 'none'; style-src 'sha256-" in text.replace("&#39;", "'")
    assert "url(" not in text
    assert "@import" not in text


def test_what_a_vendor_wrote_is_text_and_can_be_seen(hostile: dict[str, Any]) -> None:
    text = audit_html(hostile).decode()
    assert "<script" not in text
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;" in text
    assert "[U+202E]" in text


def test_names_of_any_length_are_cut_to_what_a_page_has_room_for() -> None:
    report, endless = told(), "n" * 100_000
    report["slices"][0].update(slice=endless, q=0.001)
    report["people"]["evidence"][0].update(
        annotator_id=endless, investigate=True, sentence=f"{endless} chose."
    )
    report["people"]["rings"] = [[endless, endless]]
    report["joint"]["sources"] = {endless: 0.1}
    for row in report["findings"]:
        row.update(feature=endless, status="fail", reason=endless)
    text = audit_html(report).decode()
    assert "n" * 2_001 not in text
    assert "n" * 99 + "…" in text
    assert len(audit_panel(report).first[0]["reason"]) == 2_000


def test_the_footer_says_which_words_of_the_delivery_are_in_the_report() -> None:
    assert "none but openings of up to three words" in audit_html(told()).decode()


def test_the_same_report_gives_the_same_file() -> None:
    assert audit_html(told()) == audit_html(told())


def test_every_table_has_a_caption_and_every_heading_cell_a_scope() -> None:
    page = Page(audit_html(told()).decode())
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(cell.attributes.get("scope") in {"col", "row"} for cell in page.all("th"))
    assert len(page.all("h1")) == 1
    assert len(page.ids) == len(set(page.ids))


def test_what_failed_comes_before_what_warns_and_all_the_rest_is_there() -> None:
    report = told()
    view = audit_view(report)
    statuses = [row["status"] for row in view.first]
    assert statuses == sorted(statuses)  # fail, warn
    assert len(statuses) == report["summary"]["fail"] + report["summary"]["warn"]
    shown = " ".join(Page(audit_html(report).decode()).text.split())
    for row in (*report["findings"], *report["joint"]["effects"]):
        told_as = row["feature"] if row["audit"] in ("joint", "opening") else row["metric"]
        assert told_as.removesuffix("_matched").replace("_", " ") in shown
    for field, rows in view.lacking:
        assert field in shown
        assert rows


def test_a_batch_that_cries_wolf_says_so_plainly() -> None:
    report = told()
    report["own"].update(calibrated=True, spread=1.31)
    assert "This batch cries wolf." in audit_html(report).decode()
    report["own"] = None
    assert "too few to judge any feature" in audit_html(report).decode()


def test_the_panel_says_the_same_in_a_few_figures() -> None:
    report = told()
    panel = audit_panel(report)
    assert panel.summary == report["summary"]
    assert panel.first == audit_view(report).first


def test_a_form_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="form 2"):
        audit_view({**told(), "version": 2})


def row(observed: float, low: float, high: float, threshold: float = 0.1) -> dict[str, Any]:
    return {"observed": observed, "low": low, "high": high, "threshold": threshold}


def test_an_interval_beyond_the_axis_is_cut_and_a_point_never_is() -> None:
    plot = forest("", "", [row(0.5, 0.0, 1.0), row(0.9, 0.85, 0.95)], 0.5, (0.3, 0.7))
    wide, far = plot.marks
    assert (wide.cut_low, wide.cut_high) == (True, False)  # the axis reaches 100 % for the other point
    assert plot.ticks[-1][1] >= far.x
    assert plot.tolerated is not None
    assert plot.null is not None
    assert plot.tolerated[0] < plot.null < plot.tolerated[1]


def test_rows_with_different_limits_share_no_band() -> None:
    plot = forest("", "", [row(0.5, 0.4, 0.6), row(0.5, 0.4, 0.6, 0.2)], 0.5, (0.3, 0.7))
    assert plot.tolerated is None
