"""The walked example of the page on reviews: a week of 1,000 judgements, drawn, filled in and read back."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

from flows.process_delivery import process_delivery
from simulator.season import CONTRACT, TERMS, Season, due, row
from tasks.workspace import put_in_force, workspace

UNITS = 1_000
REVIEW = """\
      review:
        plan: {method: aql, aql_percent: 2.5, level: II, on_fail: hold}
        also: 40
        discarded: 20
        defects:
          wrong_label: the other response is better by the guideline
          unreadable: the prompt or a response cannot be understood
"""


def contract_file() -> bytes:
    """The season's contract, with weeks of 1,000 judgements and a review."""
    text = CONTRACT.replace("units: 40", f"units: {UNITS}").format(
        vendor="north", **{**TERMS, "amendment": REVIEW}
    )
    return text.encode()


def judge(home: Path) -> None:
    """A judged week: two of five annotators click through 100 records, which are discarded."""
    season = Season(home)
    with workspace() as place:
        put_in_force(contract_file(), "north.odcs.yaml", place, due(1))
    rows = [row("north", 1, number) for number in range(UNITS)]
    hasty = {number for number in range(400) if number % 5 == 3 or number % 20 == 4}
    season.deliver(
        1, [{**one, "closed": one["opened"]} if number in hasty else one for number, one in enumerate(rows)]
    )
    process_delivery("dc-north", 1, due(1))


def fill(sheet: Path, verdict: Callable[[int], str]) -> None:
    """Fill in the sheet: the verdict on each line, and the kind of each defect."""
    rows = list(csv.DictReader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        for number, line in enumerate(rows):
            said = verdict(number)
            writer.writerow({**line, "verdict": said, "kind": "wrong_label" if said == "defect" else ""})
