"""Evaluation sets as a contract names them: their items, and the digest that a judgement rests on.

Bytes come in, from wherever they are kept; nothing here reads files.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec


class EvaluationSetError(ValueError):
    """A set that cannot be read: which, at what line, and why."""


@dataclass(frozen=True)
class Item:
    """One text of a set, and the line it stands in, from 1; an item of several fields has several texts."""

    line: int
    text: str


@dataclass(frozen=True)
class ReadSet:
    """A set as it was read; `digest` is the SHA-256 of its bytes."""

    name: str
    digest: str
    items: tuple[Item, ...]


def read_set(name: str, path: str, payload: bytes, fields: tuple[str, ...] = ()) -> ReadSet:
    """The set of `name` from the bytes at `path`; `EvaluationSetError` where they are no such set."""
    digest = hashlib.sha256(payload).hexdigest()
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EvaluationSetError(f"{path}: byte {error.start} is no UTF-8") from error
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if path.endswith(".jsonl"):
        items = [Item(number, said) for number, line in lines for said in _texts(path, number, line, fields)]
    else:
        items = [Item(number, line.strip()) for number, line in lines]
    if not items:
        raise EvaluationSetError(f"{path}: there is no text in it{_in(fields)}")
    return ReadSet(name, digest, tuple(items))


def sets_digest(sets: Iterable[ReadSet]) -> str:
    """One digest of all sets, whatever their order: part of what a verdict depends on."""
    named = sorted(f"{one.name}\x1f{one.digest}" for one in sets)
    return hashlib.sha256("\x1e".join(named).encode()).hexdigest()


def _texts(path: str, number: int, line: str, fields: tuple[str, ...]) -> Iterator[str]:
    try:
        item = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise EvaluationSetError(f"{path}: line {number} is no JSON ({error})") from error
    if not fields:
        return _strings(item)
    if not isinstance(item, dict) or not any(name in item for name in fields):
        raise EvaluationSetError(f"{path}: line {number} has nothing{_in(fields)}")
    return _strings([item[name] for name in fields if name in item])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


def _in(fields: tuple[str, ...]) -> str:
    return f" in {', '.join(fields)}" if fields else ""
