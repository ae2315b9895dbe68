"""The trainers file (TOML): how the backends `trl` and `command` train, and where on this machine.

A contract says which backend trains. What would be another model (epochs, learning rate, command line) stands
under ``[trl]`` and ``[command]`` and is part of a run's identity; what is this machine's own stands under
``[trl.machine]`` and ``[command.machine]``, and is not.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from rampart.retrain.command.config import CommandConfig
from rampart.retrain.command.scorer import PLACES
from rampart.retrain.command.template import check
from rampart.retrain.trl.config import TrlConfig
from rampart.retrain.trl.place import TrlPlace
from rampart.settings import Settings

T = TypeVar("T")


class TrainersFileError(ValueError):
    """The trainers file cannot be used; says where and what to do."""


@dataclass(frozen=True)
class Scoring:
    """``[command.machine]``: the command line that scores with what the `command` backend trained."""

    score: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.score:
            check(self.score, "score", PLACES)


@dataclass(frozen=True)
class Trainers:
    """How every backend trains here. `folder` holds their work."""

    folder: Path
    place: TrlPlace
    trl: TrlConfig = field(default_factory=TrlConfig)
    command: CommandConfig | None = None
    scoring: Scoring = Scoring()


def trainers(settings: Settings) -> Trainers:
    """What the settings and the file that they name say; without a file, the defaults.

    Raises:
        TrainersFileError: the file is missing, or something in it cannot be meant.
    """
    plain = Trainers(work_folder(settings), TrlPlace(settings.trl_python))
    return _read(settings.trainers, plain) if settings.trainers else plain


def work_folder(settings: Settings) -> Path:
    """Where the programs' work lies, absolute."""
    return (settings.trainer_folder or settings.root / "trainers").absolute()


def _read(path: Path, plain: Trainers) -> Trainers:
    tables = _tables(path)
    trl, place = _split(tables, "trl")
    command, scoring = _split(tables, "command")
    if tables:
        raise TrainersFileError(f"{path}: there is no {sorted(tables)[0]!r}; use the tables trl and command")
    placed = _made(TrlPlace, {"python": str(plain.place.python), **place}, f"{path}: trl.machine")
    if placed.model is not None:  # a relative one is meant from where the file lies
        placed = replace(placed, model=(path.parent / placed.model.expanduser()).absolute())
    return replace(
        plain,
        place=placed,
        trl=_made(TrlConfig, trl, f"{path}: trl"),
        command=_made(CommandConfig, command, f"{path}: command") if command else None,
        scoring=_made(Scoring, scoring, f"{path}: command.machine"),
    )


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrainersFileError(
            f"the trainers file {path} is not there; write it, or unset RAMPART_TRAINERS"
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise TrainersFileError(f"{path} is no TOML file: {error}; mend the place it names") from error


def _split(tables: dict[str, Any], name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The table called `name`, taken out of `tables`, and the machine's part of it."""
    table = tables.pop(name, {})
    if not isinstance(table, dict) or not isinstance(table.get("machine", {}), dict):
        raise TrainersFileError(f"{name} must be a table: write [{name}] and [{name}.machine]")
    return {key: value for key, value in table.items() if key != "machine"}, table.get("machine", {})


def _made(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """`table` as a `kind` (a dataclass), every name known and every value of its type."""
    # What is done with labels is for contracts to say.
    known = [one.name for one in fields(kind) if one.name != "labelling"]  # type: ignore[arg-type]
    if unknown := sorted(set(table) - set(known)):
        raise TrainersFileError(f"{where}: there is no {unknown[0]!r}; known are {', '.join(known)}")
    try:
        return TypeAdapter(kind).validate_python(dict(table))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise TrainersFileError(f"{where}{f'.{place}' if place else ''}: {first['msg']}") from error
