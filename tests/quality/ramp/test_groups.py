"""Discards of a delivery, counted by domain and annotator."""

import numpy as np
import polars as pl
import pyarrow as pa

from quality.ramp.groups import GROUPS, MOST_DOMAINS, OTHER, cohorts, count_groups


def counted(rows: list[tuple[str | None, str | None, int]]) -> dict[tuple[str, str], tuple[int, int]]:
    domain, annotator, masks = zip(*rows, strict=True)
    records = pa.table(
        {"domain": pa.array(domain, pa.string()), "annotator_id": pa.array(annotator, pa.string())}
    )
    found = count_groups(records, pa.chunked_array([pa.array(masks, pa.uint64())]))
    assert found.schema == GROUPS
    return {(row["kind"], row["name"]): (row["readable"], row["discarded"]) for row in found.to_pylist()}


def test_each_record_counts_in_its_domain_and_for_its_annotator() -> None:
    found = counted([("code", "a", 0), ("code", "b", 4), ("chat", "a", 5), (None, "a", 1), ("chat", None, 0)])
    assert found == {
        ("domain", "chat"): (2, 1),
        ("domain", "code"): (2, 1),
        ("annotator", "a"): (3, 2),
        ("annotator", "b"): (1, 1),
    }


def test_of_more_domains_than_people_name_the_smallest_are_counted_together() -> None:
    many = [
        (f"d{at:03d}", "a", at % 2) for at in range(MOST_DOMAINS + 10) for _ in range(2 if at < 50 else 1)
    ]
    found = {
        name: counts
        for (kind, name), counts in counted([*many, ("x" * 500, "a", 1)]).items()
        if kind == "domain"
    }
    assert len(found) == MOST_DOMAINS + 1
    assert found[OTHER] == (11, 6)
    assert sum(readable for readable, _ in found.values()) == len(many) + 1


def test_records_without_either_field_are_counted_nowhere() -> None:
    assert counted([(None, None, 0), (None, None, 3)]) == {}


def test_an_annotator_stays_in_the_cohort_of_the_first_week() -> None:
    rng = np.random.default_rng(1)
    rows = [
        {"kind": "annotator", "name": name, "readable": int(rng.integers(5, 9)), "discarded": 1, "week": week}
        for name, begins in (("a", 1), ("b", 1), ("c", 3))
        for week in range(begins, 5)
    ]
    found = cohorts(pl.DataFrame(rows))
    weeks = found.group_by("cohort").agg(pl.col("week").sort()).sort("cohort").rows()
    assert weeks == [("began in week 1", [1, 2, 3, 4]), ("began in week 3", [3, 4])]
    assert found.filter(week=4, cohort="began in week 1")["discarded"].item() == 2
