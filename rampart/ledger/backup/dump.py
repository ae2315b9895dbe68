"""The books as text and back: a file of JSON lines for each table, the same for SQLite and PostgreSQL.

All tables are read in one snapshot and written in one transaction. Database ids are kept, for other rows name
them; on PostgreSQL the counters behind them are then set past the highest.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    Integer,
    String,
    Table,
    TableClause,
    collate,
    column,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy import table as light_table
from sqlalchemy.types import TypeDecorator

from rampart.ledger.canonical import moment
from rampart.ledger.engine import reading
from rampart.ledger.errors import LedgerError
from rampart.ledger.tables import METADATA

_ROWS = 1_000  # at a time


def dump_books(engine: Engine, folder: Path) -> dict[str, int]:
    """Write every table to ``<folder>/<table>.jsonl``, from one snapshot; gives table → rows."""
    with reading(engine) as session:
        connection = session.connection()
        return {str(table.name): _write(connection, table, folder) for table in METADATA.sorted_tables}


def load_books(connection: Connection, files: Mapping[str, Path]) -> None:
    """Insert the rows of table → file, within the caller's transaction; the tables must be empty.

    Raises:
        LedgerError: a file holds a table or a column these books do not have.
    """
    tables = METADATA.tables
    if unknown := sorted(files.keys() - tables.keys()):
        raise LedgerError(
            f"the backup holds a table {unknown[0]!r} that this Rampart does not know; use the newer one"
        )
    for table in METADATA.sorted_tables:
        if table.name in files:
            rows = _rows(table, files[table.name])
            while some := list(islice(rows, _ROWS)):
                connection.execute(insert(_only(table, some[0])), some)
            _continue_numbers(connection, table)


def _only(table: Table, names: Iterable[str]) -> TableClause:
    """`table` with the columns a backup has: the model's own would bring defaults an older schema lacks."""
    return light_table(table.name, *(column(name, table.columns[name].type) for name in names))


def is_empty(connection: Connection) -> bool:
    """Do the books hold nothing at all? Tables a later schema brings are left aside."""
    there = set(inspect(connection).get_table_names())
    return not any(
        connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in METADATA.sorted_tables
        if table.name in there
    )


def _write(connection: Connection, table: Table, folder: Path) -> int:
    ordered = select(table).order_by(*_by_key(connection, table))
    rows = connection.execute(ordered, execution_options={"yield_per": _ROWS})
    count = 0
    with (folder / f"{table.name}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for row in rows.mappings():
            count += 1
            file.write(json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False))
            file.write("\n")
    return count


def _by_key(connection: Connection, table: Table) -> Iterator[ColumnElement[Any]]:
    """Primary key columns; text by its bytes, as SQLite does, so that equal books give equal files."""
    postgres = connection.dialect.name == "postgresql"
    for part in table.primary_key.columns:
        yield collate(part, "C") if postgres and isinstance(part.type, String) else part


def _plain(value: Any) -> Any:
    return moment(value) if isinstance(value, datetime) else value


def _rows(table: Table, file: Path) -> Iterator[dict[str, Any]]:
    moments = {one.name for one in table.columns if _is_moment(one.type)}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if unknown := sorted(row.keys() - set(table.columns.keys())):
                raise LedgerError(
                    f"the backup's table {table.name} has a column {unknown[0]!r} that this Rampart does not "
                    "know; use the newer one"
                )
            yield {
                name: datetime.fromisoformat(value) if name in moments and value is not None else value
                for name, value in row.items()
            }


def _is_moment(kind: Any) -> bool:
    return isinstance(kind.impl if isinstance(kind, TypeDecorator) else kind, DateTime)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Rows written from here on get ids above those restored; SQLite sees to that itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.columns:
        return
    number = table.columns["id"]
    if isinstance(number.type, Integer):
        counter = func.pg_get_serial_sequence(table.name, number.name)
        connection.execute(select(func.setval(counter, func.max(number))).having(func.max(number) > 0))
