"""Columns as delivered → canonical records, by the expressions of the contract."""

from collections.abc import Callable
from typing import Any

import polars as pl
import polars_hash as plh

from contracts.language.expressions import fields_read
from contracts.model import Contract
from rampart.delivery.columnar import lists, values
from rampart.delivery.columnar.labels import label_columns
from rampart.delivery.columnar.paths import NOTHING, Column, RowByRowError, column
from rampart.delivery.columnar.values import Converted
from rampart.delivery.mapping import RecordMapper
from rampart.records.canonical import RECORD

_SCHEMA = pl.Schema(RECORD)
_NAMES = ("record_id", "item_id", "conversation_id", "guideline_version", "work_order_item")


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
            texts += [text for one in terms.record.responses for text in _texts_of(one)]
        self.columns = frozenset().union(*map(fields_read, texts))
        for text in texts:
            column(text, pl.Schema({name: pl.Null() for name in self.columns}))

    def records(self, rows: pl.DataFrame, file: str, lines: pl.Series) -> Converted:
        """One record (a struct of `RECORD`) for every row; `lines` are their places in `file`.

        Where it is not sure, a record may be anything.
        """
        found: dict[str, pl.Series] = {}
        unsure = [rows.select(_says_nothing(rows)).to_series()]
        read = self._read(rows)
        for name, given in read.items():
            converted = self._converted(name, given)
            found[name] = converted.values
            unsure.append(converted.unsure)
        shown = lists.responses(self._responses(rows))
        found["responses"] = shown.values
        label, bad = label_columns(
            self._picked("label", rows),
            shown.values.list.len(),
            lambda raw, many: self._mapper.label_fields(raw, [None] * many),
        )
        frame = pl.DataFrame({**found, **{name: label[name] for name in label.columns}})
        frame = self._completed(frame, file, lines)
        unsure += [shown.unsure, bad, frame["item_id"].is_null()]
        masks = pl.DataFrame({str(place): mask for place, mask in enumerate(unsure)})
        return Converted(
            frame.select(_SCHEMA.names()).to_struct(), masks.select(pl.any_horizontal(pl.all())).to_series()
        )

    def _read(self, rows: pl.DataFrame) -> dict[str, pl.Series]:
        own = {"label", "responses"}
        return {name: self._picked(name, rows) for name in self._texts if name not in own}

    def _picked(self, name: str, rows: pl.DataFrame) -> pl.Series:
        text = self._texts.get(name)
        return _evaluated(column(text, rows.schema) if text else NOTHING, rows)

    def _responses(self, rows: pl.DataFrame) -> pl.Series:
        given = self._terms.record.responses
        if given is None or isinstance(given, str):
            return self._picked("responses", rows)
        parts = [
            {
                name: column(text, rows.schema)
                for name, text in (
                    ("content", one.content),
                    ("checkpoint_id", one.checkpoint_id),
                    ("response_id", one.response_id),
                )
                if text
            }
            for one in given
        ]
        kinds = {name: _kind(name, parts) for part in parts for name in part}
        each = [
            pl.struct(
                [
                    (part[name].expr if name in part else pl.lit(None)).cast(kind).alias(name)
                    for name, kind in kinds.items()
                ]
            )
            for part in parts
        ]
        return rows.select(pl.concat_list(each)).to_series()

    def _converted(self, name: str, given: pl.Series) -> Converted:  # noqa: PLR0911 (one a kind of field)
        if name in _NAMES:
            return values.names(given)
        if name == "prompt":
            return lists.messages(given, self._terms.roles)
        read: Callable[[Any], Any] = self._mapper.converter(name)
        if name in ("started_at", "submitted_at"):
            return values.moments(given, self._terms.times.formats, read)
        if name == "duration_s":
            return values.seconds(given, self._terms.times.duration, read)
        if name == "turn":
            return values.whole_numbers(given, read)
        if name == "rationale":
            return values.texts(given)
        return values.by_value(_scalars(given), read, _SCHEMA[name])

    def _completed(self, frame: pl.DataFrame, file: str, lines: pl.Series) -> pl.DataFrame:
        """`frame` with what the contract and the place of a row say beside its values."""
        guideline = self._contract.annotation.guideline
        missing = {
            name: pl.lit(None, dtype=kind) for name, kind in _SCHEMA.items() if name not in frame.columns
        }
        if "prompt" in missing:
            nothing = pl.Series([None], dtype=pl.Null).new_from_index(0, frame.height)
            missing["prompt"] = pl.lit(lists.messages(nothing, {}).values)
        frame = frame.with_columns(**missing)
        number = lines.cast(pl.String)
        return frame.with_columns(
            source_file=pl.lit(file),
            source_line=lines.cast(pl.Int64),
            source_item=pl.lit(0, dtype=pl.Int32),
            scheme=pl.lit(self._contract.annotation.scheme.kind),
            record_id=pl.coalesce("record_id", pl.concat_str(pl.lit(f"{file}:"), number, pl.lit(":0"))),
            item_id=pl.coalesce("item_id", _item_digest()),
            guideline_version=pl.coalesce(
                "guideline_version", pl.lit(guideline.version if guideline else None)
            ),
        )


def _texts_of(one: Any) -> list[str]:
    return [text for text in (one.content, one.checkpoint_id, one.response_id) if text]


def _evaluated(picked: Column, rows: pl.DataFrame) -> pl.Series:
    if picked is NOTHING:
        return pl.Series([None], dtype=pl.Null).new_from_index(0, rows.height)
    found = rows.select(picked.expr).to_series()
    return found if len(found) == rows.height else found.new_from_index(0, rows.height)


def _kind(name: str, parts: list[dict[str, Column]]) -> pl.DataType:
    kinds = {part[name].kind for part in parts if name in part} - {pl.Null()}
    if len(kinds) > 1:
        raise RowByRowError("responses of several types")
    return kinds.pop() if kinds else pl.Null()


def _scalars(given: pl.Series) -> pl.Series:
    if given.dtype.is_nested():
        raise RowByRowError("values that are lists or objects")
    return given


def _says_nothing(rows: pl.DataFrame) -> pl.Expr:
    """Perhaps an empty row: all that is read of it is null or empty text."""
    said = [
        (pl.col(name) != "" if kind == pl.String() else pl.col(name).is_not_null()).fill_null(value=False)
        for name, kind in rows.schema.items()
    ]
    return ~pl.any_horizontal(said) if said else pl.lit(value=True)


def _item_digest() -> pl.Expr:
    """What annotators judged together, as `mapping` digests it; null where a record has no text at all."""
    turn = pl.concat_str(
        pl.element().struct.field("role"),
        pl.lit("\x1f"),
        pl.element().struct.field("content"),
        pl.lit("\x1e"),
    )
    asked = pl.col("prompt").list.eval(turn).list.join("")
    answers = pl.col("responses").list.eval(pl.element().struct.field("sha256")).list.sort().list.join("\x1f")
    whole = plh.concat_str([asked, answers]).chash.sha2_256().str.slice(0, 32)
    nothing = (pl.col("prompt").list.len() == 0) & (pl.col("responses").list.len() == 0)
    return pl.when(~nothing).then(whole)
