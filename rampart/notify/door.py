"""Sending a message through Apprise: mail, Slack, Teams, webhooks, and what else it knows.

Addresses are secrets: they come from the environment, and neither they nor what Apprise logs about them
reach our books, logs or errors.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from rampart.notify.message import Message
from rampart.notify.receivers import Receiver
from rampart.webhook import UndeliveredError

_MAIL = ("mailto://", "mailtos://")


def send(receiver: Receiver, message: Message, timeout_s: float) -> None:
    """Give `message` to a receiver with a door of its own.

    Raises:
        UndeliveredError: it was not taken, or the address is missing or none; the sentence tells no address.
    """
    door = receiver.door
    assert door is not None  # noqa: S101 (the webhook has none, and is posted to elsewhere)
    url = door.url()
    if url is None:
        raise UndeliveredError(f"{receiver.name}: {door.url_from} is not set; set it to an Apprise URL")
    import apprise  # noqa: PLC0415 (it loads what only a sender needs)

    with _silent():
        plugin: Any = apprise.Apprise.instantiate(_addressed(url, receiver), suppress_exceptions=True)
        if plugin is None:
            raise UndeliveredError(
                f"{receiver.name}: {door.url_from} holds no address that Apprise knows; correct it"
            )
        plugin.socket_connect_timeout = plugin.socket_read_timeout = timeout_s
        if not _taken(apprise, plugin, message):
            raise UndeliveredError(f"{receiver.name}: {plugin.service_name} did not take it")


def _taken(apprise: Any, plugin: Any, message: Message) -> bool:
    """HTML where the service shows it (a mail carries the plain text too), else plain text."""
    room = apprise.Apprise()
    room.add(plugin)
    as_html = plugin.notify_format == apprise.NotifyFormat.HTML
    kinds = {"info": "info", "warning": "warning", "urgent": "failure"}
    try:
        return bool(
            room.notify(
                body=message.html if as_html else message.text,
                title=message.title,
                body_format="html" if as_html else "text",
                notify_type=kinds[message.severity],
            )
        )
    except Exception:
        return False


def _addressed(url: str, receiver: Receiver) -> str:
    """`url` with the one vendor address it is to go to."""
    if receiver.to is None:
        return url
    if not url.startswith(_MAIL):
        raise UndeliveredError(f"{receiver.name}: vendors are written to by mail; give a mailto:// address")
    return f"{url}{'&' if '?' in url else '?'}to={quote(receiver.to, safe='')}"


@contextmanager
def _silent() -> Iterator[None]:
    """Apprise logs addresses when something fails; nobody hears it while we send."""
    logger = logging.getLogger("apprise")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
