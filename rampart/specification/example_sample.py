"""Examples out of a vendor's real files: their first rows that come back as records the gates keep."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from contracts.model import Contract
from contracts.terms.mapping import Source
from rampart.delivery.compression import open_decompressed
from rampart.delivery.errors import DeliveryError
from rampart.delivery.globs import path_matches
from rampart.delivery.joins import JoinTable
from rampart.delivery.readers import Row, read_rows
from rampart.specification.example_rows import Examples, Keep, proven

LOOKED_AT = 200  # rows of a sample
MOST_ROWS = 3  # shown
MOST_PARTNERS = 200_000  # rows of a joined file that are searched


def sampled_examples(contract: Contract, paths: tuple[Path, ...], keep: Keep) -> Examples:
    """An example delivery of real rows.

    Args:
        contract: the terms.
        paths: the sample; a file is what its name says by the contract's paths, and the first file holds the
            judgements where no name fits.
        keep: the record gates. Gold questions are never shown.
    """
    terms = contract.delivery
    rows_file = next((path for path in paths if path_matches(path.name, terms.rows.path)), paths[0])
    try:
        rows = list(islice(_rows(rows_file, terms.rows), LOOKED_AT))
        tables = list(_tables(contract, paths))
    except DeliveryError as error:
        return Examples(problem=str(error))
    problem = f"{rows_file.name} holds no row that can be read"
    shown: list[dict[str, Any]] = []
    partners: dict[str, list[dict[str, Any]]] = {table.terms.as_: [] for table in tables}
    for row in rows:
        scope = dict(row)
        if any(table.attach(0, scope) for table in tables):
            continue
        joined = {name: [scope[name]] for name in partners if scope.get(name) is not None}
        found = proven(contract, [row], joined, keep)
        if found.problem:
            problem = found.problem
            continue
        shown.append(row)
        for name, held in joined.items():
            partners[name] += held
        if len(shown) == MOST_ROWS:
            break
    return proven(contract, shown, partners, keep) if shown else Examples(problem=problem)


def _tables(contract: Contract, paths: tuple[Path, ...]) -> Iterator[JoinTable]:
    markers = contract.delivery.transcript.markers if contract.delivery.transcript else None
    for join in contract.delivery.join:
        table = JoinTable(join, markers)
        for path in paths:
            if path_matches(path.name, join.source.path):
                for line, row in enumerate(islice(_rows(path, join.source), MOST_PARTNERS), 1):
                    table.take(path.name, Row(line, row))
        yield table


def _rows(path: Path, source: Source) -> Iterator[dict[str, Any]]:
    with path.open("rb") as stream:
        for row in read_rows(open_decompressed(stream, path.name), source, path.name, frozenset()):
            if isinstance(row, Row):
                yield row.value
