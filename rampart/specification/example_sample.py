"""Examples out of a vendor's real files: their first rows that come back as records the gates keep."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.model import Contract
from contracts.terms.mapping import Source
from rampart.delivery.compression import open_decompressed
from rampart.delivery.errors import DeliveryError
from rampart.delivery.globs import path_matches
from rampart.delivery.joins import JoinTable
from rampart.delivery.readers import Row, Unread, read_rows
from rampart.specification.example_rows import Examples, Judge, proven

LOOKED_AT = 200  # rows of a sample
MOST_ROWS = 3  # shown
MOST_PARTNERS = 200_000  # rows of a joined file that are searched


def sampled_examples(contract: Contract, paths: tuple[Path, ...], judge: Judge) -> Examples:
    """An example delivery of real rows.

    Args:
        contract: the terms.
        paths: the sample; a file is what its name says by the contract's paths, and the first file holds the
            judgements where no name fits.
        judge: the record gates. Gold questions are never shown.

    Returns:
        The examples; `unfit` has a sentence for every row passed over on the way to them.
    """
    terms = contract.delivery
    rows_file = next((path for path in paths if path_matches(path.name, terms.rows.path)), paths[0])
    try:
        rows = list(islice(_rows(rows_file, terms.rows), LOOKED_AT))
        tables = list(_tables(contract, paths))
    except DeliveryError as error:
        return Examples(problem=str(error))
    problem = f"{rows_file.name} holds no row that can be read"
    unfit: list[str] = []
    shown: list[dict[str, Any]] = []
    partners: dict[str, list[dict[str, Any]]] = {table.terms.as_: [] for table in tables}
    for row in rows:
        joined, why = _judged(contract, row, tables, judge)
        if isinstance(row, Unread) or why:
            problem = why
            unfit.append(f"{rows_file.name} line {row.line}: {why}")
            continue
        shown.append(row.value)
        for name, held in joined.items():
            partners[name] += held
        if len(shown) == MOST_ROWS:
            break
    found = proven(contract, shown, partners, judge) if shown else Examples(problem=problem)
    return replace(found, unfit=tuple(unfit), real=True)


def _judged(
    contract: Contract, row: Row | Unread, tables: list[JoinTable], judge: Judge
) -> tuple[dict[str, list[dict[str, Any]]], str]:
    """The row's partners, and why it is no example; the reason is empty where it is one."""
    if isinstance(row, Unread):
        return {}, row.problem
    scope = dict(row.value)
    if lost := next(filter(None, (table.attach(row.line, scope) for table in tables)), None):
        return {}, lost.problem
    names = (table.terms.as_ for table in tables)
    joined = {name: [scope[name]] for name in names if scope.get(name) is not None}
    return joined, proven(contract, [row.value], joined, judge).problem


def _tables(contract: Contract, paths: tuple[Path, ...]) -> Iterator[JoinTable]:
    markers = contract.delivery.transcript.markers if contract.delivery.transcript else None
    for join in contract.delivery.join:
        table = JoinTable(join, markers)
        for path in paths:
            if path_matches(path.name, join.source.path):
                for row in islice(_rows(path, join.source), MOST_PARTNERS):
                    if isinstance(row, Row):
                        table.take(path.name, row)
        yield table


def _rows(path: Path, source: Source) -> Iterator[Row | Unread]:
    with path.open("rb") as stream:
        yield from read_rows(open_decompressed(stream, path.name), source, path.name, frozenset())
