"""Groups of commands, each imported when it is named: `contract check` needs no database."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

Command = Any  # Typer's own, which it does not publish


class LazyGroup(TyperGroup):
    """A group that finds its commands in modules of `rampart.cli`, as Click's documentation advises.

    A module has either `add_to(app)`, which registers its one command, or `app`, a group of its own.
    """

    modules: ClassVar[Mapping[str, str]] = {}

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands(self.modules)


class _Commands(dict[str, Command]):
    """Name → command, imported on the first look; in the order of the help."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        super().__init__(dict.fromkeys(modules))
        self._modules = modules

    def __getitem__(self, name: str) -> Command:
        return _loaded(self._modules[name])

    def get(self, name: str, default: Any = None) -> Any:
        """The command `name`, or `default`."""
        return default if name not in self else self[name]  # noqa: SIM401 (this is what it would call)

    def items(self) -> Any:
        """Names with their commands, all of them imported."""
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        """All commands, imported."""
        return [self[name] for name in self]

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)


@cache
def _loaded(name: str) -> Command:
    module = import_module(f"rampart.cli.{name}")
    if hasattr(module, "app"):
        group = typer.main.get_command(module.app)
        group.name = group.name or name  # what the help calls it
        return group
    app = typer.Typer(rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False)
    module.add_to(app)
    return typer.main.get_command(app)
