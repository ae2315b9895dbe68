"""Which groups annotators belong to: the other columns of a roster, for the audit that compares groups.

Groups are about people, so they are read for one report and kept nowhere.
"""

import polars as pl

from rampart.delivery.fields import name_or_none
from rampart.delivery.pseudonyms import pseudonym
from rampart.delivery.rosters import ID, SCORE, RosterError, rows_of_roster, text_of_roster


def read_groups(data: bytes, file: str, vendor: str, key: bytes) -> pl.DataFrame:
    """One row an annotator: `annotator_id` (the pseudonym) and a column of text for each way of grouping.

    An empty cell is an unknown group. Raises `RosterError`, naming the line and the fix, where the file is no
    table with an `annotator_id` and a column of groups, or where a line names nobody or somebody twice.
    """
    lines: dict[str, int] = {}
    people: list[dict[str, str | None]] = []
    for line, row in rows_of_roster(text_of_roster(data, file), file, scored=False):
        name = name_or_none(row[ID])
        if name is None or name in lines:
            stands = "is empty" if name is None else f"{name!r} stands on line {lines[name]} already"
            raise RosterError(f"{ID} {stands}", file, line, "list every annotator once")
        lines[name] = line
        groups = {column: cell.strip() or None for column, cell in row.items() if column not in (ID, SCORE)}
        people.append({ID: pseudonym(key, vendor, name), **groups})
    if not people or len(people[0]) == 1:
        fix = f"give a CSV with {ID} and a column for each way of grouping, such as region"
        raise RosterError("there is no group in it", file, fix=fix)
    return pl.DataFrame(people, schema=dict.fromkeys(people[0], pl.String))
