"""Posting a notice to somebody else's server, and saying in one sentence why that did not work."""

from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

SCHEMES = ("http", "https")
IDEMPOTENCY_KEY = "Idempotency-Key"  # the header's name in the IETF draft of the same name


class UndeliveredError(Exception):
    """The receiver did not say that it has the notice; it may have it all the same."""


class _NoRedirects(HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without its body, and count as delivered."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        """Follow none: the redirect's own status is then the answer."""
        return


_OPENER = build_opener(_NoRedirects)


def post(url: str, notice_id: str, body: bytes, timeout_s: float) -> None:
    """Post `body` (JSON) to `url`, with its id in the header ``Idempotency-Key``; any 2xx answer is success.

    Raises:
        UndeliveredError: no such answer came. Its text names neither path nor query, which may hold a secret.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if host is None or parts.scheme not in SCHEMES:
        raise UndeliveredError("RAMPART_NOTIFY_URL is no http:// or https:// address; correct it")
    headers = {"Content-Type": "application/json", IDEMPOTENCY_KEY: notice_id, "User-Agent": "rampart"}
    request = Request(url, data=body, headers=headers, method="POST")  # noqa: S310 (the scheme was checked)
    try:
        with _OPENER.open(request, timeout=timeout_s) as answer:
            answer.read(1)
    except HTTPError as error:
        error.close()
        raise UndeliveredError(f"{host} answered {error.code} {_meaning(error.code)}".rstrip()) from error
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        kind = type(reason).__name__ if isinstance(reason, BaseException) else "no connection"
        raise UndeliveredError(f"{host} gave no answer within {timeout_s:g} s ({kind})") from error


def _meaning(code: int) -> str:
    """What a status code means; the receiver's own words stay out of our books."""
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return ""
