"""The routes file: which roles are reached how, and from when to when not. It holds no secret.

A route names the environment variable that holds its address (an Apprise URL, often with a token in it), so
the file may lie beside the code. See docs/notifications.md.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from rampart.ledger.outbox import NOTICES, Topic
from rampart.notify.quiet_hours import QuietHours
from rampart.notify.topics import RULES, Role, Severity, VendorRole

_NAME = r"[a-z][a-z0-9-]{0,39}"
RESERVED = ("webhook", "vendor")  # receivers of our own that are named so


class RoutesError(Exception):
    """The routes file cannot be used; says where and what to do."""


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone; name one, for example Europe/Berlin") from error
    return name


def _is_notice(name: Topic) -> Topic:
    if name not in NOTICES:
        raise ValueError(f"{name!r} is not told to people; docs/events.md lists what is")
    return name


Zone = Annotated[str, AfterValidator(_is_zone)]
Notice = Annotated[Topic, AfterValidator(_is_notice)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Door(_Part):
    """Where something is sent, and when it waits. `url_from` names the variable that holds the address."""

    url_from: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    quiet: str | None = None
    timezone: Zone = "UTC"

    @model_validator(mode="after")
    def _quiet_can_be_read(self) -> "Door":
        if self.quiet is not None:
            QuietHours.parse(self.quiet, self.timezone)
        return self

    @property
    def quiet_hours(self) -> QuietHours | None:
        """When it waits; None: never."""
        return None if self.quiet is None else QuietHours.parse(self.quiet, self.timezone)

    def url(self) -> str | None:
        """The address, a secret; None where the variable is not set."""
        return os.environ.get(self.url_from) or None


class Route(Door):
    """Who is reached there (`roles`), and of what: all of their topics, or only some."""

    roles: tuple[Role, ...] = Field(min_length=1)
    topics: tuple[Notice, ...] | None = None
    min_severity: Severity = "info"
    programs: tuple[str, ...] | None = None
    contracts: tuple[str, ...] | None = None


class TopicRule(_Part):
    """What the file says otherwise of one topic."""

    severity: Severity | None = None
    roles: tuple[Role, ...] | None = None
    vendor: tuple[VendorRole, ...] | None = None


class Routes(_Part):
    """The whole file. `vendors` is the mail server that the contracts' contacts are written to through."""

    routes: Mapping[Annotated[str, Field(pattern=f"^{_NAME}$")], Route] = Field(default_factory=dict)
    vendors: Door | None = None
    topics: Mapping[Notice, TopicRule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_are_free(self) -> "Routes":
        for name in RESERVED:
            if name in self.routes:
                raise ValueError(f"a route cannot be called {name!r}; give it another name")
        return self

    def roles_of(self, topic: Topic) -> tuple[Role, ...]:
        """Who hears of a topic."""
        told = self.topics.get(topic)
        return RULES[topic].roles if told is None or told.roles is None else told.roles

    def vendor_roles_of(self, topic: Topic) -> tuple[VendorRole, ...]:
        """Which of the vendor's contacts hear of it."""
        told = self.topics.get(topic)
        return RULES[topic].vendor if told is None or told.vendor is None else told.vendor

    def severity_of(self, topic: Topic) -> Severity | None:
        """How grave the file says a topic is; None where it says nothing."""
        told = self.topics.get(topic)
        return None if told is None else told.severity


def read_routes(path: str) -> Routes:
    """The routes file at `path`; no route where it is empty. `RoutesError` names each problem."""
    if not path:
        return Routes()
    try:
        data = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        return Routes.model_validate(data)
    except OSError as error:
        fix = "correct RAMPART_NOTIFY_ROUTES, or make the file readable"
        raise RoutesError(f"{path}: {error.strerror or error}. Fix: {fix}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RoutesError(f"{path} is not TOML: {error}. Fix: see docs/notifications.md") from error
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)
        said = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'file'}: {one['msg']}" for one in found)
        raise RoutesError(f"{path}: {said}. Fix: see docs/notifications.md") from error
