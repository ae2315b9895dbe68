"""An S3 server of a few lines, on loopback, that does on demand what a bad day does."""

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rampart.delivery.store import S3Options


@dataclass
class Fault:
    """What happens to one request: its body is cut, or it is answered with an error of S3's."""

    method: str
    cut_after: int | None = None  # bytes
    code: str = ""
    status: int = 400
    message: str = ""
    lost: bool = False  # the request is carried out, and its answer never arrives
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Scripted:
    """The server's objects, what it will do next, and what it was asked."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    about: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    lenient: bool = False  # answers If-Match as if it were met

    @property
    def options(self) -> S3Options:
        return S3Options(endpoint_url=self.url, region="us-east-1", path_style=True)

    def fault(self, method: str) -> Fault | None:
        found = next((fault for fault in self.faults if fault.method == method), None)
        if found:
            self.faults.remove(found)
        return found

    def asked(self, method: str) -> list[dict[str, str]]:
        """The headers of every request of one method."""
        return [headers for name, _, headers in self.requests if name == method]


@contextmanager
def scripted_s3() -> Iterator[Scripted]:
    """A server that lives as long as the block."""
    state = Scripted()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"state": state}))
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def etag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    state: Scripted
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._begin()
        fault = self.state.fault("GET")
        data = self.state.objects.get(self.path)
        if (fault and fault.code) or data is None:
            return self._refuse(fault or Fault("GET", code="NoSuchKey", status=404))
        if self.headers.get("If-Match") not in (None, etag(data)) and not self.state.lenient:
            return self._refuse(Fault("GET", code="PreconditionFailed", status=412))
        start = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        body = data[int(start[1]) :] if start else data
        sent = body if fault is None or fault.cut_after is None else body[: fault.cut_after]
        headers = {"ETag": etag(data)} | self.state.about.get(self.path, {})
        return self._answer(206 if start else 200, sent, headers, len(body))

    def do_HEAD(self) -> None:
        self._begin()
        data = self.state.objects.get(self.path)
        if data is None:
            return self._answer(404, b"", {}, 0)
        return self._answer(200, b"", {"ETag": etag(data)} | self.state.about[self.path], len(data))

    def do_PUT(self) -> None:
        self._begin()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fault = self.state.fault("PUT")
        if fault and fault.code:
            return self._refuse(fault)
        if self.path in self.state.objects and self.headers.get("If-None-Match") == "*":
            return self._refuse(Fault("PUT", code="PreconditionFailed", status=412))
        self.state.objects[self.path] = body
        self.state.about[self.path] = {
            k: v for k, v in self.headers.items() if k.lower().startswith("x-amz-meta-")
        }
        if fault and fault.lost:
            self.close_connection = True
            return None
        return self._answer(200, b"", {"ETag": etag(body)}, 0)

    def do_DELETE(self) -> None:
        self._begin()
        fault = self.state.fault("DELETE")
        if fault:
            return self._refuse(fault)
        self.state.objects.pop(self.path, None)
        return self._answer(204, b"", {}, 0)

    def log_message(self, *_: object) -> None:
        pass

    def _begin(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.state.requests.append((self.command, self.path, headers))

    def _refuse(self, fault: Fault) -> None:
        said = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>".encode()
        self._answer(fault.status, said, fault.headers, len(said))

    def _answer(self, status: int, body: bytes, headers: dict[str, str], length: int) -> None:
        self.send_response_only(status)
        for name, value in ({"Content-Length": str(length)} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        if len(body) < length and self.command != "HEAD":
            self.close_connection = True


def sha256_header(data: bytes) -> str:
    return base64.b64encode(hashlib.sha256(data).digest()).decode()
