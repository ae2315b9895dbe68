"""A row under construction: values at paths, put together at the end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LAST = 999  # place of a conversation's last turn: behind every other
MOST_PLACES = 50  # of a list an example is given


class NotInvertibleError(Exception):
    """An expression that nobody can tell the row from."""


@dataclass(frozen=True)
class Pieces:
    """A text that an expression splits."""

    separator: str


@dataclass(frozen=True)
class Turns:
    """A text that an expression splits into turns."""


@dataclass(frozen=True)
class Json:
    """A text that holds JSON."""


Step = str | int | Pieces | Turns | Json
Steps = tuple[Step, ...]


class RowDraft:
    """Values at paths. What was put first stays: an example needs one value a place."""

    def __init__(self, markers: Mapping[str, str]) -> None:
        self._markers = markers
        self._leaves: dict[Steps, Any] = {}

    def put(self, path: Steps, value: Any) -> None:
        """Have `value`, whole lists and objects included, stand at `path`."""
        if isinstance(value, Mapping) and value:
            for key, each in value.items():
                self.put((*path, key), each)
        elif isinstance(value, list | tuple) and value:
            for place, each in enumerate(value):
                self.put((*path, place), each)
        elif not any(_within(path, other) or _within(other, path) for other in self._leaves):
            self._leaves[path] = value

    def built(self, root: str) -> dict[str, Any]:
        """The object below `root`; `NotInvertibleError` where the values do not make one."""
        below = {path[1:]: value for path, value in self._leaves.items() if path[0] == root and path[1:]}
        row = self._assembled(below) if below else {}
        if not isinstance(row, dict):
            raise NotInvertibleError("the row is not an object")
        return row

    def _assembled(self, leaves: dict[Steps, Any]) -> Any:
        if () in leaves:
            return leaves[()]
        children: dict[Step, dict[Steps, Any]] = {}
        for path, value in leaves.items():
            children.setdefault(path[0], {})[path[1:]] = value
        kinds = {type(step) for step in children}
        made = {step: self._assembled(below) for step, below in children.items()}
        if kinds == {str}:
            return made
        if kinds == {int}:
            return _listed({int(step): value for step, value in made.items() if isinstance(step, int)})
        if len(made) > 1:
            raise NotInvertibleError("one value is read in two ways")
        ((step, value),) = made.items()
        return self._written(step, value)

    def _written(self, step: Step, value: Any) -> str:
        if isinstance(step, Json):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(step, Pieces) and isinstance(value, str):
            return value
        if isinstance(step, Pieces) and isinstance(value, list):
            return step.separator.join("x" if each is None else str(each) for each in value)
        if isinstance(step, Turns) and isinstance(value, list):
            said = (each for each in value if each is not None)
            return "".join(f"{self._marker(each)} {each['content']}" for each in said)
        raise NotInvertibleError("a text is read in a way no example can be written in")

    def _marker(self, message: Any) -> str:
        if not isinstance(message, dict) or message.get("role") not in self._markers:
            raise NotInvertibleError("a turn has no marker")
        return self._markers[message["role"]]


def _within(path: Steps, other: Steps) -> bool:
    return path[: len(other)] == other


def _listed(places: Mapping[int, Any]) -> list[Any]:
    if min(places) < 0:
        raise NotInvertibleError("a list is read from its end")
    last = [places[place] for place in sorted(places) if place >= LAST]
    near = {place: value for place, value in places.items() if place < LAST}
    if max(near, default=0) > MOST_PLACES:
        raise NotInvertibleError("a list is read far from its beginning")
    return [near.get(place) for place in range(max(near, default=-1) + 1)] + last
