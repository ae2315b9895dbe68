"""The sample of a batch has every part of it, in its proportion, and is the same each time."""

from collections import Counter

import pyarrow as pa

from quality.gates.strata import stratified


def batch(*parts: tuple[str, str | None, int]) -> pa.Table:
    """Rows of file and domain, so many each; `row` numbers them."""
    rows = [(file, domain) for file, domain, count in parts for _ in range(count)]
    return pa.table(
        {
            "row": list(range(len(rows))),
            "scheme": ["binary"] * len(rows),
            "source_file": [file for file, _ in rows],
            "domain": pa.array([domain for _, domain in rows], pa.string()),
        }
    )


def test_a_small_batch_is_taken_whole() -> None:
    records = batch(("a", "code", 5))
    assert stratified(records, 5).equals(records)


def test_parts_are_as_large_as_in_the_batch_and_none_is_left_out() -> None:
    records = batch(("a", "code", 6000), ("a", "chat", 3000), ("b", None, 990), ("b", "rare", 1))
    found = stratified(records, 1000)
    by_part = Counter(zip(found["source_file"].to_pylist(), found["domain"].to_pylist(), strict=True))
    assert 900 < found.num_rows <= 1000
    assert by_part["b", "rare"] == 1
    assert 530 < by_part["a", "code"] < 610
    assert 80 < by_part["b", None] < 105
    assert found["row"].to_pylist() == sorted(found["row"].to_pylist())
    assert stratified(records, 1000).equals(found)


def test_where_there_are_too_many_parts_files_are_not_told_apart_then_domains() -> None:
    files = batch(*((f"file-{n}", "code" if n % 2 else "chat", 1) for n in range(50)))
    found = stratified(files, 10)
    assert Counter(found["domain"].to_pylist()) == {"code": 5, "chat": 5}
    domains = batch(*(("a", f"domain-{n}", 1) for n in range(50)))
    assert stratified(domains, 10).num_rows == 10


def test_many_small_parts_beside_a_large_one_still_fit() -> None:
    records = batch(*((f"file-{n}", "code", 1) for n in range(50)), ("large", "code", 1000))
    found = stratified(records, 60)
    assert found.num_rows <= 60
    assert len(set(found["source_file"].to_pylist())) == 51
