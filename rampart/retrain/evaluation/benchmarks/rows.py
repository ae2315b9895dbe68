"""Rows of a benchmark's file, in the forms that Hugging Face publishes: JSON lines, JSON or Parquet."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

Row = Mapping[str, Any]

# What is fed in as a prompt must look as it did in training (`snapshot.rendered`).
ROLE = "user"


class BenchmarkError(ValueError):
    """A benchmark's file that cannot be read as one: which file, which row, what was expected."""


def read_rows(path: str, payload: bytes, benchmark: str, columns: Sequence[str]) -> list[Row]:
    """The rows of the file at `path`, each with at least `columns`.

    Args:
        path: its name; the ending says the form: ``.jsonl``, ``.json`` (one list) or ``.parquet``.
        payload: its bytes.
        benchmark: the benchmark's name, for messages.
        columns: what every row must have.

    Raises:
        BenchmarkError: no such form, no row, or a row without one of the columns.
    """
    rows = _rows(path, payload)
    if not rows:
        raise BenchmarkError(f"{path}: there is no row in it; expected {benchmark} as it is published")
    for number, row in enumerate(rows, 1):
        had = sorted(row) if isinstance(row, dict) else None
        if had is None or any(name not in had for name in columns):
            raise BenchmarkError(
                f"{path}: row {number} has {'no columns' if had is None else ', '.join(map(repr, had))}, but "
                f"{benchmark} has {', '.join(columns)}; is it another benchmark, or another version of it?"
            )
    return rows


def text_of(path: str, number: int, row: Row, column: str) -> str:
    """The text in `column` of row `number`."""
    value = row[column]
    if not isinstance(value, str):
        raise BenchmarkError(f"{path}: row {number}, {column}: a {type(value).__name__}, expected a text")
    return value


def texts_of(path: str, number: int, row: Row, column: str, expected: str) -> list[str]:
    """The list of texts in `column` of row `number`, at least one."""
    value = row[column]
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise BenchmarkError(f"{path}: row {number}, {column}: expected {expected}")
    return value


def prompt_of(path: str, number: int, row: Row) -> str:
    """The prompt of row `number`, as one user's message in the form that models are trained on."""
    return f"{ROLE}: {text_of(path, number, row, 'prompt')}"


def _rows(path: str, payload: bytes) -> list[Any]:
    form = path.rpartition(".")[2].lower()
    if form == "parquet":
        try:
            return list(pq.read_table(io.BytesIO(payload)).to_pylist())
        except (pa.ArrowInvalid, OSError) as error:
            raise BenchmarkError(f"{path}: no Parquet file ({error})") from error
    if form == "jsonl":
        lines = payload.splitlines()
        return [_decoded(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if form == "json":
        found = _decoded(path, 1, payload)
        if not isinstance(found, list):
            raise BenchmarkError(f"{path}: a {type(found).__name__}, expected one list of rows")
        return found
    raise BenchmarkError(f"{path}: the form {form!r} is not read; expected .jsonl, .json or .parquet")


def _decoded(path: str, number: int, data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BenchmarkError(f"{path}: line {number} is no JSON ({error})") from error
