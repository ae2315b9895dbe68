"""The page on annotators lists every statistic and coefficient there is, and what the tiers promise."""

from quality.annotators.people import STATISTICS
from quality.annotators.reliability import FIGURES
from quality.annotators.tiers import INVESTIGATE, SANCTION
from tests.docs.pages import ROOT, code, table

PAGE = ROOT / "docs" / "annotators.md"


def test_the_page_lists_every_statistic() -> None:
    header = ("statistic", "figure", "from", "tail", "consequence", "needs")
    listed = {code(row[0]).replace("slope:FEATURE", "slopes") for row in table(PAGE, *header)}
    assert listed == set(STATISTICS)


def test_the_page_lists_every_coefficient() -> None:
    listed = {
        code(name)
        for metric, _ in table(PAGE, "metric", "coefficient")
        for name in metric.split(", ")
        if "`" in name
    }
    assert listed == set(FIGURES)


def test_the_page_says_how_many_false_rows_each_tier_may_have() -> None:
    rows = table(PAGE, "tier", "what is in it", "false discovery rate", "meant for")
    assert [rate for _, _, rate, _ in rows] == [
        f"{INVESTIGATE:.0%}".replace("%", " %"),
        f"{SANCTION:.0%}".replace("%", " %"),
    ]
