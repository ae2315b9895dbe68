"""Of which types a file's values are, as far as some of its rows show."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
import pyarrow as pa

_INT = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_SCALARS: dict[Any, Any] = {pa.string(): str, pa.int64(): _INT, pa.float64(): float, pa.bool_(): bool}
DEEPEST = 20  # lists and objects within each other; a column deeper than that is read row by row


def shape_of(rows: Iterable[Mapping[str, Any]], names: frozenset[str], known: pa.Schema | None) -> pa.Schema:
    """The types of the columns `names`, as `rows` and what was `known` before show them.

    Where rows disagree the type seen first stays: rows of another one will not fit, and are read one by one.
    A column that is null in all of them has the null type.
    """
    found = {field.name: field.type for field in known} if known else {}
    for row in rows:
        for name in names:
            value = row.get(name)
            if value is not None:
                found[name] = _merged(found.get(name, pa.null()), _type_of(value, 1))
    return pa.schema([pa.field(name, found.get(name, pa.null())) for name in sorted(names)])


def sayable(name: str) -> bool:
    """Can a column have this name? What is called otherwise in an object is not looked at."""
    return not any(letter in '"\\' or letter < " " for letter in name)


def fitting_rows(shape: pa.Schema) -> "msgspec.json.Decoder[Any]":
    """A decoder of JSON that takes exactly the rows that fit `shape`, whatever else they hold."""
    fields = [(f"f{place}", _optional(field.type), None) for place, field in enumerate(shape)]
    names = {f"f{place}": field.name for place, field in enumerate(shape)}
    return msgspec.json.Decoder(msgspec.defstruct("Row", fields, rename=names))


def _optional(kind: Any) -> Any:
    return None if pa.types.is_null(kind) else _python(kind) | None


def _python(kind: Any) -> Any:
    if pa.types.is_list(kind):
        return list[_optional(kind.value_type)]  # type: ignore[misc]  # a type made of a value
    if pa.types.is_struct(kind):
        fields = [(f"f{place}", _optional(field.type), None) for place, field in enumerate(kind)]
        names = {f"f{place}": field.name for place, field in enumerate(kind)}
        return msgspec.defstruct("Object", fields, rename=names)
    return _SCALARS[kind]


def _type_of(value: Any, depth: int) -> Any:  # noqa: PLR0911 (one a type)
    match value:
        case bool():
            return pa.bool_()
        case int():
            return pa.int64()
        case float():
            return pa.float64()
        case str():
            return pa.string()
        case list() if depth < DEEPEST:
            inside = pa.null()
            for one in value:
                inside = _merged(inside, _type_of(one, depth + 1))
            return pa.list_(inside)
        case dict() if depth < DEEPEST and value:
            named = [(name, one) for name, one in value.items() if sayable(name)]
            return pa.struct([(name, _type_of(one, depth + 1)) for name, one in named])
    return pa.null()


def _merged(one: Any, other: Any) -> Any:
    if pa.types.is_null(other) or one == other:
        return one
    if pa.types.is_null(one):
        return other
    if pa.types.is_struct(one) and pa.types.is_struct(other):
        types = {field.name: field.type for field in one}
        for field in other:
            types[field.name] = _merged(types.get(field.name, pa.null()), field.type)
        return pa.struct(list(types.items()))
    if pa.types.is_list(one) and pa.types.is_list(other):
        return pa.list_(_merged(one.value_type, other.value_type))
    numbers = {pa.int64(), pa.float64()}
    return pa.float64() if {one, other} == numbers else one
