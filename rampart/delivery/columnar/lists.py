"""Prompts and responses as columns: lists of messages, and lists of texts with their digests."""

from collections.abc import Mapping

import polars as pl
import polars_hash as plh
import pyarrow as pa

from rampart.delivery.columnar.paths import RowByRowError
from rampart.delivery.columnar.values import BLANKS, Converted, names
from rampart.delivery.fields import ROLES
from rampart.delivery.limits import MOST_RESPONSES
from rampart.records.canonical import MESSAGE, RESPONSE


def messages(given: pl.Series, roles: Mapping[str, str]) -> Converted:
    """Prompts, as `fields.messages` reads them: plain text is one user message."""
    match given.dtype:
        case pl.Null():
            empty = pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(given))
            return Converted(_rebuilt(empty, _no_message(), MESSAGE), given.is_not_null())
        case pl.String():
            said = (given.str.strip_chars(BLANKS) != "").fill_null(value=False)
            users = given.filter(said).to_frame("content").select(role=pl.lit("user"), content="content")
            return Converted(_rebuilt(said.cast(pl.UInt32), users, MESSAGE), ~said & False)
        case pl.List() if isinstance(given.dtype.inner, pl.Struct):
            return _listed_messages(given, roles)
        case _:
            raise RowByRowError("a prompt of another kind")


def responses(given: pl.Series) -> Converted:
    """Responses, as `fields.response` reads them, each with the SHA-256 of its text."""
    if given.dtype == pl.Null():
        empty = pl.Series([0], dtype=pl.UInt32).new_from_index(0, len(given))
        no_response = pl.DataFrame(schema={field.name: pl.String for field in RESPONSE})
        return Converted(_rebuilt(empty, no_response, RESPONSE), given.is_not_null())
    if not isinstance(given.dtype, pl.List):
        raise RowByRowError("responses of another kind")
    many, flat = _flattened(given)
    place = _places(many)
    unsure = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(flat))
    if isinstance(flat.dtype, pl.Struct):
        parts = flat.struct.unnest()
        content, unsure = _part(parts, "content"), unsure | flat.is_null()
        ids, checkpoints = (names(_part(parts, name)) for name in ("response_id", "checkpoint_id"))
        unsure |= ids.unsure | checkpoints.unsure
        frame = pl.DataFrame({"id": ids.values, "content": content, "checkpoint_id": checkpoints.values})
    else:
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(flat))
        frame = pl.DataFrame({"id": nothing, "content": flat, "checkpoint_id": nothing})
    if frame["content"].dtype not in (pl.String(), pl.Null()):
        raise RowByRowError("responses that are no text")
    built = frame.with_columns(content=pl.col("content").cast(pl.String).fill_null("")).select(
        response_id=pl.coalesce("id", place.cast(pl.String)),
        content="content",
        checkpoint_id="checkpoint_id",
        sha256=plh.col("content").chash.sha2_256(),
    )
    return Converted(_rebuilt(many, built, RESPONSE), _any(many, unsure) | (many > MOST_RESPONSES))


def _listed_messages(given: pl.Series, roles: Mapping[str, str]) -> Converted:
    many, flat = _flattened(given)
    parts = flat.struct.unnest()
    content, role = _part(parts, "content"), _part(parts, "role")
    if content.dtype != pl.String() or role.dtype != pl.String():
        raise RowByRowError("messages whose role or content is no text")
    ours = role.replace(dict(roles)) if roles else role
    unsure = content.is_null() | ~ours.is_in(list(ROLES)).fill_null(value=False)
    built = pl.DataFrame({"role": ours, "content": content})
    return Converted(_rebuilt(many, built, MESSAGE), _any(many, unsure))


def _no_message() -> pl.DataFrame:
    return pl.DataFrame(schema={"role": pl.String, "content": pl.String})


def _part(parts: pl.DataFrame, name: str) -> pl.Series:
    if name in parts.columns:
        return parts[name]
    return pl.Series([None], dtype=pl.Null).new_from_index(0, parts.height)


def _flattened(given: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The length of each list, 0 where it is null, and all elements in one series."""
    many = given.list.len().fill_null(0).cast(pl.UInt32)
    return many, given.explode(empty_as_null=False, keep_nulls=False)


def _places(many: pl.Series) -> pl.Series:
    """For every element its place in its list, from 0."""
    return pl.select(pl.int_ranges(0, many)).to_series().explode(empty_as_null=False)


def _any(many: pl.Series, flags: pl.Series) -> pl.Series:
    """For every list, whether one of its elements is flagged."""
    if not flags.any():
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(many))
    rows = pl.select(pl.int_range(len(many)).repeat_by(many)).to_series().explode(empty_as_null=False)
    flagged = rows.filter(flags).unique()
    return pl.select(pl.int_range(len(many))).to_series().is_in(flagged.implode())


def _rebuilt(many: pl.Series, elements: pl.DataFrame, kind: pa.DataType) -> pl.Series:
    """Lists of so `many` elements each, out of all elements in their order."""
    offsets = pl.concat([pl.Series([0], dtype=pl.Int32), many.cum_sum().cast(pl.Int32)])
    fields = [elements[field.name].to_arrow().cast(field.type) for field in kind]
    values = pa.StructArray.from_arrays(fields, fields=list(kind))
    return pl.Series(pl.from_arrow(pa.ListArray.from_arrays(offsets.to_arrow(), values)))
