"""Columns as delivered → canonical records, by the expressions of the contract."""

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from contracts.language.expressions import fields_read
from contracts.model import Contract
from contracts.terms.mapping import ResponseFields
from rampart.delivery.columnar import lists, values
from rampart.delivery.columnar.labels import label_columns
from rampart.delivery.columnar.lines import Mask
from rampart.delivery.columnar.paths import RowByRowError, lengths, picked, side_by_side
from rampart.delivery.columnar.values import Converted
from rampart.delivery.mapping import RecordMapper
from rampart.records.canonical import RECORD

_NAMES = ("record_id", "item_id", "conversation_id", "guideline_version", "work_order_item")
_OF_ITS_OWN = ("prompt", "responses", "label")


class ColumnMapper:
    """Reads canonical records of many rows at once, as `RecordMapper` reads one.

    Raises `RowByRowError` where a contract asks for what can only be said of a row by itself.
    """

    def __init__(self, contract: Contract, mapper: RecordMapper) -> None:
        terms = contract.delivery
        asked = (terms.join, terms.each, terms.tree, terms.shown, terms.require, terms.rows.file_as)
        if any(asked) or contract.annotation.scheme.kind == "spans":
            raise RowByRowError("what a row says is not in its columns alone")
        self._terms, self._mapper, self._contract = terms, mapper, contract
        self._texts = {name: text for name, text in terms.record if isinstance(text, str)}
        texts = [*self._texts.values()]
        if isinstance(terms.record.responses, tuple):
            texts += [text for one in terms.record.responses for text in _texts_of(one).values()]
        self.columns: frozenset[str] = frozenset().union(*map(fields_read, texts))
        nothing = pa.schema([(name, pa.null()) for name in self.columns]).empty_table()
        for text in texts:
            picked(text, nothing)

    def records(self, rows: pa.Table, file: str, lines: npt.NDArray[np.int64]) -> tuple[pa.Table, Mask]:
        """One record (`RECORD`) for every row, and where it is sure; elsewhere it may be anything.

        `lines` are the places of the rows in `file`.
        """
        found: dict[str, Any] = {}
        unsure = [_says_nothing(rows)]
        for name, text in self._texts.items():
            if name not in _OF_ITS_OWN:
                given = picked(text, rows).values
                read = self._converted(name, given)
                found[name] = read.values
                unsure += [read.unsure, values.beyond_exact(given)]
        prompts = lists.messages(picked(self._texts.get("prompt"), rows).values, self._terms.roles)
        shown = lists.responses(self._responses(rows))
        label, bad = label_columns(
            picked(self._texts.get("label"), rows).values,
            lengths(shown.values),
            lambda raw, many: self._mapper.label_fields(raw, [None] * many),
        )
        found |= {"prompt": prompts.values, "responses": shown.values}
        found |= {name: label.column(name) for name in label.column_names}
        table = self._completed(found, file, lines)
        unsure += [prompts.unsure, shown.unsure, bad, _about_nothing(table)]
        return table, ~np.logical_or.reduce(unsure)

    def _responses(self, rows: pa.Table) -> Any:
        given = self._terms.record.responses
        if not isinstance(given, tuple):
            return picked(given, rows).values
        parts = [{name: picked(text, rows).values for name, text in _texts_of(one).items()} for one in given]
        kinds = {name: _one_kind([part[name].type for part in parts if name in part]) for name in _ASKED}
        nulls = pa.nulls(rows.num_rows)
        if kinds["content"] != pa.string():
            raise RowByRowError("responses that are no text")
        columns = []
        for part in parts:
            told = [part.get(name, nulls).cast(kinds[name]) for name in _ASKED]
            # A response written out is there, even where its text is null: then it is an empty one.
            columns.append(pa.StructArray.from_arrays([told[0].fill_null(""), *told[1:]], list(_ASKED)))
        return side_by_side(columns, rows.num_rows)

    def _converted(self, name: str, given: Any) -> Converted:
        if name in _NAMES:
            return values.names(given)
        read = self._mapper.converter(name)
        if name in ("started_at", "submitted_at"):
            return values.moments(given, self._terms.times.formats, read)
        if name == "duration_s":
            return values.seconds(given, self._terms.times.duration, read)
        if name == "turn":
            return values.whole_numbers(given, read)
        if name == "rationale":
            return values.texts(given)
        if pa.types.is_nested(given.type):
            raise RowByRowError("values that are lists or objects")
        return values.by_value(given, read, RECORD.field(name).type)

    def _completed(self, found: dict[str, Any], file: str, lines: npt.NDArray[np.int64]) -> pa.Table:
        """`found` with what the contract and the place of a row say beside its values."""
        rows, guideline = len(lines), self._contract.annotation.guideline
        found = found | {
            "source_file": pa.repeat(file, rows),
            "source_line": pa.array(lines),
            "source_item": pa.repeat(pa.scalar(0, pa.int32()), rows),
            "scheme": pa.repeat(self._contract.annotation.scheme.kind, rows),
        }
        ids = found.get("record_id", pa.nulls(rows, pa.string()))
        if ids.null_count:
            place = pl.select(pl.format("{}:{}:0", pl.lit(file), pl.Series(lines))).to_series()
            found["record_id"] = pc.coalesce(ids, values.texts_of(place))
        if guideline:
            given = found.get("guideline_version", pa.nulls(rows, pa.string()))
            found["guideline_version"] = given.cast(pa.string()).fill_null(guideline.version)
        columns = [
            found[field.name].cast(field.type) if field.name in found else pa.nulls(rows, field.type)
            for field in RECORD
        ]
        return pa.table(columns, schema=RECORD)


_ASKED = ("content", "checkpoint_id", "response_id")


def _texts_of(one: ResponseFields) -> dict[str, str]:
    return {name: text for name in _ASKED if (text := getattr(one, name))}


def _one_kind(kinds: list[Any]) -> Any:
    different = set(kinds) - {pa.null()}
    if len(different) > 1:
        raise RowByRowError("responses of several types")
    return different.pop() if different else pa.null()


def _says_nothing(rows: pa.Table) -> Mask:
    """Perhaps an empty row: all that is read of it is null or empty text."""
    silent = ~values.never(rows.num_rows)
    for name in rows.schema.names:
        if not silent.any():  # mostly after the first column, which is an id
            break
        given = rows.column(name)
        empty = pc.equal(given, "") if pa.types.is_string(given.type) else given.is_null()
        silent &= pc.fill_null(empty, fill_value=True).to_numpy()
    return silent


def _about_nothing(table: pa.Table) -> Mask:
    """No item, no prompt and no response: nothing says what was labelled."""
    empty = [pc.equal(pc.list_value_length(table.column(name)), 0) for name in ("prompt", "responses")]
    nothing: Mask = pc.and_(pc.is_null(table.column("item_id")), pc.and_(*empty)).to_numpy()
    return nothing
