"""Prompts and responses as columns: lists of messages, and lists of texts with their digests."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars_hash as plh
import pyarrow as pa
import pyarrow.compute as pc

from rampart.delivery.columnar.lines import Mask
from rampart.delivery.columnar.paths import RowByRowError, lengths, lists_of
from rampart.delivery.columnar.values import BLANKS, Converted, different, names, never, series, texts_of
from rampart.delivery.fields import ROLES
from rampart.delivery.limits import MOST_RESPONSES
from rampart.records.canonical import MESSAGE, RESPONSE


def messages(given: Any, roles: Mapping[str, str]) -> Converted:
    """Prompts (an Arrow array), as `fields.messages` reads them: plain text is one user message."""
    kind = given.type
    if pa.types.is_null(kind):
        return Converted(_empty_lists(len(given), MESSAGE), never(len(given)))
    if pa.types.is_string(kind):
        said = (series(given).str.strip_chars(BLANKS) != "").fill_null(value=False).to_arrow()
        users = given.filter(said)
        built = pa.StructArray.from_arrays([pa.repeat("user", len(users)), users], fields=list(MESSAGE))
        return Converted(lists_of(said.cast(pa.int32()), built), never(len(given)))
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        return _listed_messages(given, roles)
    raise RowByRowError("a prompt of another kind")


def responses(given: Any) -> Converted:
    """Responses (an Arrow array), as `fields.response` reads them, each with the SHA-256 of its text."""
    if pa.types.is_null(given.type):
        return Converted(_empty_lists(len(given), RESPONSE), never(len(given)))
    if not pa.types.is_list(given.type):
        raise RowByRowError("responses of another kind")
    many, flat = lengths(given), given.flatten()
    unsure = never(len(flat))
    ids = checkpoints = pa.nulls(len(flat), pa.string())
    content = flat
    if pa.types.is_struct(flat.type):
        content = _part(flat, "content")
        read = [names(_part(flat, name)) for name in ("response_id", "checkpoint_id")]
        (ids, checkpoints), unsure = (one.values for one in read), read[0].unsure | read[1].unsure
        # Of an object without the field and one with null in it, a column shows the same.
        unsure = unsure | content.is_null().to_numpy(zero_copy_only=False)
    if not (pa.types.is_string(content.type) or pa.types.is_null(content.type)):
        raise RowByRowError("responses that are no text")
    text = pc.fill_null(content.cast(pa.string()), "")
    digests = series(text).to_frame("text").select(plh.col("text").chash.sha2_256()).to_series()
    if ids.null_count:
        ids = pc.coalesce(ids, pa.array(_places(many)).cast(pa.string()))
    built = pa.StructArray.from_arrays([ids, text, checkpoints, texts_of(digests)], fields=list(RESPONSE))
    too_many = pc.greater(many, MOST_RESPONSES).to_numpy(zero_copy_only=False)
    return Converted(lists_of(many, built), _any(many, unsure) | too_many)


def _listed_messages(given: Any, roles: Mapping[str, str]) -> Converted:
    many, flat = lengths(given), given.flatten()
    content, role = _part(flat, "content"), _part(flat, "role")
    if not (pa.types.is_string(content.type) and pa.types.is_string(role.type)):
        raise RowByRowError("messages whose role or content is no text")
    said, which = different(role)
    ours = [roles.get(one, one) for one in said]
    unsure = np.array([one not in ROLES for one in ours], np.bool_)[which]
    unsure |= content.is_null().to_numpy(zero_copy_only=False)
    if ours != said:
        role = pa.array(ours, pa.string()).take(pa.array(which))
    built = pa.StructArray.from_arrays([role, content], fields=list(MESSAGE))
    return Converted(lists_of(many, built), _any(many, unsure))


def _part(flat: Any, name: str) -> Any:
    place = flat.type.get_field_index(name)
    return pc.struct_field(flat, [place]) if place >= 0 else pa.nulls(len(flat))


def _empty_lists(rows: int, kind: Any) -> Any:
    return lists_of(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array([], kind))


def _places(many: Any) -> npt.NDArray[np.int64]:
    """For every element its place in its list, from 0."""
    counts = many.to_numpy(zero_copy_only=False)
    ends = np.cumsum(counts)
    places: npt.NDArray[np.int64] = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
    return places


def _any(many: Any, flags: Mask) -> Mask:
    """For every list, whether one of its elements is flagged."""
    found = never(len(many))
    if flags.any():
        counts = many.to_numpy(zero_copy_only=False)
        found[np.repeat(np.arange(len(counts)), counts)[flags]] = True
    return found
