"""Requests that change an S3 bucket: before they are sent, with half the body sent, and once answered."""

import os
import signal
from typing import IO, Any, cast
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.httpsession import URLLib3Session

from simulator.crashes.effects import Watch, readable

CHANGES = ("PUT", "POST", "DELETE")


def watch_uploads(watch: Watch, prefix: str) -> None:
    """Report every changing request of this process; keys are named without the ``/bucket/…/`` `prefix`."""

    def sending(session: URLLib3Session, request: AWSPreparedRequest) -> Any:
        if request.method not in CHANGES:
            return send(session, request)
        key = unquote(urlsplit(request.url).path).removeprefix(prefix)
        what = f"{request.method} {readable(key)}"
        watch.reached(what, "before")

        def half() -> None:
            request.body = cast("IO[bytes]", _Half(request.body))
            send(session, request)

        watch.reached(what, "half", half)
        answer = send(session, request)
        watch.reached(what, "after")
        return answer

    send: Any = URLLib3Session.send
    URLLib3Session.send = sending  # type: ignore[method-assign,assignment]


class _Half:
    """The first half of a body; whoever asks for the second is killed."""

    def __init__(self, body: Any) -> None:
        whole: bytes = body.read() if hasattr(body, "read") else (body or b"")
        self._left = whole[: len(whole) // 2]

    def read(self, size: int = -1) -> bytes:
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)
        size = len(self._left) if size < 0 else size
        part, self._left = self._left[:size], self._left[size:]
        return part
