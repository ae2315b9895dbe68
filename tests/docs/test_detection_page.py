"""The page on detection says of each planted thing what the benchmark holds it to."""

import re

from benchmarks.detecting.figures import MOST_SANCTIONED
from benchmarks.detecting.found import PLANTED, PRECISION, RECALL
from benchmarks.detecting.tables import AHEAD, FOUND, HONEST
from benchmarks.detection import WEEKS
from tests.docs.pages import ROOT, table

PAGE = ROOT / "docs" / "detection.md"


def test_the_page_lists_everything_planted_with_its_weeks_and_its_bar() -> None:
    rows = [row[:4] for row in table(PAGE, *FOUND)]
    assert rows == [(it.name, str(it.first), str(it.by), f"{100 * it.share:.0f} %") for it in PLANTED]
    assert [row[0] for row in table(PAGE, *AHEAD)] == [one.name for one in PLANTED]


def test_shares_and_weeks_on_the_page_agree_and_meet_the_bar() -> None:
    worlds = int(re.findall(rf"(\d+) worlds of {WEEKS} weeks", PAGE.read_text(encoding="utf-8"))[0])
    for _, _, by, bar, share, _, weeks in table(PAGE, *FOUND):
        counted = {week: int(count) for week, count in re.findall(r"(\w+): (\d+)", weeks)}
        in_time = sum(count for week, count in counted.items() if week.isdigit() and int(week) <= int(by))
        assert sum(counted.values()) == worlds
        assert float(share[:-2]) == round(100 * in_time / worlds, 1) >= float(bar[:-2])


def test_no_more_honest_weeks_on_the_page_are_sanctioned_than_the_bar_allows() -> None:
    for _, count, share, _, _ in table(PAGE, *HONEST):
        sanctioned, weeks = map(int, count.split(" of "))
        assert float(share[:-2]) == round(100 * sanctioned / weeks, 2) <= 100 * MOST_SANCTIONED


def test_the_page_says_how_right_a_finding_must_be() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())
    for share in (f"at least {PRECISION:.0%}", f"at least {RECALL:.0%}", f"at most {MOST_SANCTIONED:.0%}"):
        assert share.replace("%", " %") in text
