"""What was stored of a model's evaluation, read back: for pages, commands and decisions."""

from typing import TypeVar

import msgspec

from rampart.retrain.evaluate import Evaluation
from rampart.retrain.probing import Probes

T = TypeVar("T", Evaluation, Probes)


class StoredError(ValueError):
    """Stored figures that this version cannot read; the message says of which file and why."""


def read_evaluation(key: str, data: bytes) -> Evaluation:
    """The evaluation in the file at `key` (``evaluation-….json`` among a model's files)."""
    return _read(key, data, Evaluation)


def read_probes(key: str, data: bytes) -> Probes:
    """The probes in the file at `key` (``probes-….json`` among a model's files)."""
    return _read(key, data, Probes)


def _read(key: str, data: bytes, form: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise StoredError(
            f"{key} was written by another version ({error}); retrain to measure anew"
        ) from error
