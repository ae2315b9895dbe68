"""A contract as a flat list of clauses: every term at its address, with what a comparison must know of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from contracts.model import Contract
from contracts.terms.base import Stricter, Terms

Kind = Literal["share", "money", "seconds", "days", "plain"]
Judged = Literal["judged", "recorded", "refused"]
Place = tuple[str, ...]

NO_CLAUSES = ("version", "digest", "amendment")  # what a version says about itself
_SHARES_WITHOUT_TOP = ("volume_over",)  # a share, although more than the whole may be tolerated


@dataclass(frozen=True)
class About:
    """What a term of the model says of itself. `kind` is how its value is written for people.

    `recorded`: values at which a clause that is otherwise judged is only recorded.
    """

    stricter: Stricter | None
    judged: Judged
    kind: Kind
    recorded: tuple[str, ...] = ()

    def at(self, value: object) -> "About":
        """The same, of the clause at this value."""
        return replace(self, judged="recorded") if value in self.recorded else self


@dataclass(frozen=True)
class Clause:
    """One term with its value. A term without a value is no clause: absent and none are the same.

    `field` is the address of the term that holds it, which is shorter where the term is a map; `pattern` is
    the address with ``*`` for keys and places in lists. `is_default`: the file need not have said it.
    """

    address: str
    field: str
    pattern: str
    value: Any
    about: About
    is_default: bool


@dataclass(frozen=True)
class _Here:
    """Where the walk stands."""

    address: Place = ()
    pattern: Place = ()

    def below(self, name: str) -> "_Here":
        return _Here((*self.address, name), (*self.pattern, name))

    def at(self, key: object) -> "_Here":
        # A word that holds a dot is quoted, or the address of `law` would stand for `law.eu` too.
        name = json.dumps(key, ensure_ascii=False) if "." in str(key) else str(key)
        return _Here((*self.address, name), (*self.pattern, "*"))


def clauses(contract: Contract) -> dict[str, Clause]:
    """Address → clause, in the order of the model; lists of words are one clause, maps one a key."""
    found = (clause for clause in flattened(contract) if clause.address not in NO_CLAUSES)
    return {clause.address: clause for clause in found if not clause.address.startswith("amendment.")}


def flattened(terms: Terms, usual: object = None) -> Iterator[Clause]:
    """Every clause of a group of terms; `usual` is the group as it would be if nothing were said."""
    return _group(terms, usual, _Here())


def about(model: type[Terms], name: str) -> About:
    """What the term `name` of the group `model` says of itself."""
    return _about(model, name)


def covers(named: str, address: str) -> bool:
    """Does `named` stand for `address`? An address stands for itself and everything below it."""
    return address == named or address.startswith(f"{named}.")


def same(one: Clause | None, other: Clause | None) -> bool:
    """Do both say the same? 1 and true are different words, although Python holds them equal."""
    return _told(one) == _told(other)


def _told(clause: Clause | None) -> str:
    return json.dumps(clause.value if clause else None, default=_plain, sort_keys=True)


def _plain(value: object) -> str:
    return str(value.normalize()) if isinstance(value, Decimal) else repr(value)


def _group(terms: Terms, usual: object, here: _Here) -> Iterator[Clause]:
    model = type(terms)
    for name, field in model.model_fields.items():
        default = (
            getattr(usual, name)
            if isinstance(usual, model)
            else field.get_default(call_default_factory=True, validated_data={})
        )
        place = here.below(field.alias or name)
        yield from _term(getattr(terms, name), default, place, place, (model, name))


def _term(
    value: object, usual: object, here: _Here, field: _Here, source: tuple[type[Terms], str]
) -> Iterator[Clause]:
    if isinstance(value, Terms):
        yield from _group(value, usual, here)
    elif isinstance(value, Mapping):
        known = usual if isinstance(usual, Mapping) else {}
        for key in value:
            default = known.get(key, PydanticUndefined)
            yield from _term(value[key], default, here.at(key), field, source)
    elif isinstance(value, tuple) and _of_groups(*source):
        for number, each in enumerate(value):
            yield from _term(each, PydanticUndefined, here.at(number), field, source)
    elif value is not None:
        yield Clause(
            ".".join(here.address),
            ".".join(field.address),
            ".".join(here.pattern),
            value,
            _about(*source).at(value),
            value == usual,
        )


@cache
def _about(model: type[Terms], name: str) -> About:
    field = model.model_fields[name]
    told = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    stricter: Any = told.get("x-stricter")
    judged: Any = told.get("x-judged", "judged")
    recorded: Any = told.get("x-recorded", ())
    ways = tuple(stricter) if isinstance(stricter, list) else stricter
    return About(ways, judged, _kind(name, field), tuple(recorded))


def _kind(name: str, field: FieldInfo) -> Kind:
    limits = list(_limits(field))
    up_to_one = any(isinstance(limit, Le) and limit.le == 1 for limit in limits)
    below_zero = any(isinstance(limit, Ge) and limit.ge == -1 for limit in limits)  # a coefficient
    types = _types(field.annotation)
    if Decimal in types:
        return "money"
    if (float in types and up_to_one and not below_zero) or name in _SHARES_WITHOUT_TOP:
        return "share"
    if name.endswith("_s"):
        return "seconds"
    return "days" if "days" in name else "plain"


def _limits(field: FieldInfo) -> Iterator[object]:
    yield from field.metadata
    yield from _nested_limits(field.annotation)


def _nested_limits(annotation: object) -> Iterator[object]:
    for note in getattr(annotation, "__metadata__", ()):
        yield from note.metadata if isinstance(note, FieldInfo) else [note]
    for inner in get_args(annotation):
        yield from _nested_limits(inner)


def _types(annotation: object) -> set[object]:
    inner = get_args(annotation)
    return {annotation}.union(*(_types(each) for each in inner)) if inner else {annotation}


@cache
def _of_groups(model: type[Terms], name: str) -> bool:
    types = _types(model.model_fields[name].annotation)
    return any(isinstance(each, type) and issubclass(each, Terms) for each in types)
