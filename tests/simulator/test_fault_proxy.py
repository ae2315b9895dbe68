"""The proxy does to a request what it was told to, and to no other."""

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from simulator.servers.fault_proxy import Fault, FaultProxy, fault_proxy

BODY = bytes(range(256)) * 8
LISTED = b"<List><Contents><Key>a/old</Key></Contents><Contents><Key>a/new</Key></Contents></List>"


class Upstream(BaseHTTPRequestHandler):
    """Keeps what is put under a path; every body is chunked if the path says so."""

    protocol_version = "HTTP/1.1"
    kept: dict[str, bytes]

    def do_GET(self) -> None:
        data = self.kept.get(self.path)
        self.send_response(404 if data is None else 200)
        if "chunked" in self.path:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(data or b""), data or b""))
            return
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data or b"")

    do_HEAD = do_GET  # noqa: N815 (the name http.server looks for)

    def do_PUT(self) -> None:
        self.kept[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def kept() -> dict[str, bytes]:
    return {"/a": BODY, "/chunked": BODY, "/list": LISTED}


@pytest.fixture
def proxy(kept: dict[str, bytes]) -> Iterator[FaultProxy]:
    handler = type("Handler", (Upstream,), {"kept": kept})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with fault_proxy(f"http://127.0.0.1:{server.server_port}") as running:
            yield running
        server.shutdown()


def asked(proxy: FaultProxy, method: str = "GET", path: str = "/a", body: bytes | None = None) -> bytes:
    """The body of a good answer; `LookupError` with the status of another."""
    connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=5)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        data = answer.read()
        if answer.status != 200:
            raise LookupError(answer.status)
        return data
    finally:
        connection.close()


def test_without_a_fault_everything_passes_unchanged(proxy: FaultProxy, kept: dict[str, bytes]) -> None:
    assert asked(proxy) == BODY
    assert asked(proxy, path="/chunked") == BODY
    assert asked(proxy, "HEAD") == b""
    asked(proxy, "PUT", "/b", b"new")
    assert kept["/b"] == b"new"
    assert proxy.struck == 0
    assert [(seen.method, seen.target) for seen in proxy.seen][-1] == ("PUT", "/b")


def test_one_connection_may_ask_again_and_again(proxy: FaultProxy) -> None:
    connection = http.client.HTTPConnection(urlsplit(proxy.url).netloc, timeout=5)
    for _ in range(3):
        connection.request("GET", "/a")
        assert connection.getresponse().read() == BODY
    connection.close()


def test_a_client_that_waits_for_leave_to_send_its_body_is_given_it(
    proxy: FaultProxy, kept: dict[str, bytes]
) -> None:
    parts = urlsplit(proxy.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as client:
        client.sendall(b"PUT /b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"new")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert kept["/b"] == b"new"


def test_the_chosen_requests_suffer_and_then_no_more(proxy: FaultProxy) -> None:
    proxy.break_with(Fault("answer", "GET", "^/a$", after=1, times=2, status=500, code="InternalError"))
    results = []
    for _ in range(4):
        try:
            results.append(asked(proxy) == BODY)
        except LookupError as error:
            results.append(error.args[0])
    assert results == [True, 500, 500, True]
    assert asked(proxy, path="/chunked") == BODY
    assert proxy.struck == 2


def test_what_is_mended_stays_whole(proxy: FaultProxy) -> None:
    proxy.break_with(Fault("reset", times=None))
    with pytest.raises(ConnectionError):
        asked(proxy)
    proxy.mend()
    assert asked(proxy) == BODY


@pytest.mark.parametrize("kind", ["reset", "hang"])
def test_a_request_that_is_reset_or_hangs_is_never_done(
    kind: str, proxy: FaultProxy, kept: dict[str, bytes]
) -> None:
    proxy.break_with(Fault("reset" if kind == "reset" else "hang", "PUT", seconds=0.1))
    with pytest.raises(ConnectionError):
        asked(proxy, "PUT", "/b", b"new")
    assert "/b" not in kept


def test_a_lost_answer_is_lost_after_the_work_was_done(proxy: FaultProxy, kept: dict[str, bytes]) -> None:
    proxy.break_with(Fault("lost answer", "PUT"))
    with pytest.raises(ConnectionError):
        asked(proxy, "PUT", "/b", b"new")
    assert kept["/b"] == b"new"


@pytest.mark.parametrize("kind", ["cut", "reset midway"])
def test_a_body_that_breaks_off_is_short_of_what_was_promised(kind: str, proxy: FaultProxy) -> None:
    proxy.break_with(Fault("cut" if kind == "cut" else "reset midway", at=100))
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        asked(proxy)


def test_a_shortened_body_looks_whole(proxy: FaultProxy) -> None:
    proxy.break_with(Fault("shortened", at=100))
    assert asked(proxy) == BODY[:100]


def test_a_flipped_byte_is_the_only_one_that_differs(proxy: FaultProxy) -> None:
    proxy.break_with(Fault("flipped", at=100))
    found = asked(proxy)
    assert [place for place, byte in enumerate(found) if byte != BODY[place]] == [100]
    assert len(found) == len(BODY)


def test_a_slow_body_comes_whole_in_its_time(proxy: FaultProxy) -> None:
    proxy.break_with(Fault("slow", seconds=0.3))
    started = time.monotonic()
    assert asked(proxy) == BODY
    assert time.monotonic() - started >= 0.3


def test_a_stale_read_gives_what_was_there_when_it_was_first_asked(
    proxy: FaultProxy, kept: dict[str, bytes]
) -> None:
    proxy.break_with(Fault("stale"))
    with pytest.raises(LookupError, match="404"):
        asked(proxy)  # never asked before: there is no such thing yet
    asked(proxy)
    kept["/a"] = b"newer"
    proxy.break_with(Fault("stale"))
    assert asked(proxy) == BODY
    assert asked(proxy) == b"newer"


def test_a_list_may_miss_a_key(proxy: FaultProxy) -> None:
    proxy.break_with(Fault("hidden", target="^/list", hides="new$"))
    assert asked(proxy, path="/list") == b"<List><Contents><Key>a/old</Key></Contents></List>"
