"""A webhook's other end: a small HTTP server on loopback that keeps what it is sent, and may drop answers."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """`seen` counts deliveries by their id, `effects` holds the body of each id, in the order they came.

    `answer` gives the status for the n-th request, from 1; 0 closes the connection without an answer, after
    the body was taken in.
    """

    answer: Callable[[int], int]
    url: str = ""
    requests: int = 0
    seen: Counter[str] = field(default_factory=Counter)
    effects: dict[str, bytes] = field(default_factory=dict)
    types: set[str] = field(default_factory=set)


@contextmanager
def receiver(answer: Callable[[int], int] = lambda _: 204) -> Iterator[Receiver]:
    """A receiver that runs within the block."""
    found = Receiver(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.requests += 1
            found.types.add(self.headers["Content-Type"])
            notice_id = self.headers["Idempotency-Key"]
            status = found.answer(found.requests)
            if status == 0 or 200 <= status < 300:
                found.seen[notice_id] += 1
                found.effects.setdefault(notice_id, body)
            if status:
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

        def do_GET(self) -> None:
            raise AssertionError("nothing is fetched from a receiver")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found.url = f"http://127.0.0.1:{server.server_port}/hook?token=secret"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()
