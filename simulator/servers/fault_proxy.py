"""A proxy before an S3 server that does to chosen requests what networks, servers and clocks do.

It listens on a loopback port of its own and speaks plain HTTP/1.1. Signatures hold: the host a client signed
is passed on as it is. Requests and replies are held whole in memory, so it is for objects of some megabytes.
"""

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit

from simulator.servers.http_messages import Message, read_reply, read_request, xml_error

Kind = Literal[
    "answer",  # the server is not asked; `status` and `code` are the answer
    "reset",  # the connection is reset before the server sees the request
    "lost answer",  # the server does as it was asked, and the connection is reset before it can say so
    "reset midway",  # reset after `at` bytes of the reply's body
    "cut",  # closed in good order after `at` bytes of the body; the header promised more
    "shortened",  # only `at` bytes of the body, and a header that says so
    "flipped",  # byte `at` of the body is another one
    "slow",  # the body takes `seconds`, in ten pieces
    "hang",  # nothing at all for `seconds`, then a reset; the server is not asked
    "stale",  # what the same request got when it was first made; an unknown one: no such key
    "hidden",  # a list without the keys that `hides` (a regular expression) is found in
]
_PIECES = 10
_LINGER_0 = struct.pack("ii", 1, 0)  # closing a socket then sends a reset
_CONTENTS = re.compile(rb"<Contents>.*?</Contents>", re.DOTALL)
_KEY = re.compile(rb"<Key>(.*?)</Key>", re.DOTALL)


@dataclass(frozen=True)
class Fault:
    """What happens to a request, and to which.

    `method` (a regular expression, whole) and `target` (one that is searched for in the unquoted path and
    query) choose requests; the first `after` of them go unharmed, the next `times` suffer (None: all).
    """

    kind: Kind
    method: str = ".*"
    target: str = ""
    after: int = 0
    times: int | None = 1
    status: int = 503
    code: str = "SlowDown"
    at: int = 0
    seconds: float = 0.0
    hides: str = ""

    def chooses(self, request: Message) -> bool:
        """Is `request` one of those it may happen to?"""
        there = re.search(self.target, unquote(request.target)) is not None
        return there and re.fullmatch(self.method, request.method) is not None


@dataclass(frozen=True)
class Seen:
    """A request that came through, and the fault it suffered, if any."""

    method: str
    target: str
    fault: Fault | None


class FaultProxy:
    """A running proxy; see `fault_proxy`."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._faults: list[Fault] = []
        self._chosen: dict[int, int] = {}  # place of a fault in the list → requests it chose so far
        self._seen: list[Seen] = []
        self._first: dict[tuple[str, str], Message] = {}
        # The loop keeps weak references only: a connection that waits could be collected while it does.
        self._serving: set[asyncio.Task[None] | None] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def break_with(self, *faults: Fault) -> None:
        """From now on these happen, and no others; of two that choose a request, the first one does."""
        self._faults, self._chosen = list(faults), {}

    def mend(self) -> None:
        """From now on nothing happens."""
        self.break_with()

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Every request so far."""
        return tuple(self._seen)

    @property
    def struck(self) -> int:
        """How many requests have suffered so far."""
        return sum(request.fault is not None for request in self._seen)

    async def run(self, until: asyncio.Event) -> None:
        """Serve until told to stop."""
        server = await asyncio.start_server(self._serve, sock=self._listener)
        async with server:
            await until.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._serving.add(task)
        with suppress(asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            while True:
                request = await read_request(reader, writer)
                fault = self._fault_of(request)
                self._seen.append(Seen(request.method, request.target, fault))
                if not await self._answer(request, fault, writer):
                    break
        writer.close()
        self._serving.discard(task)

    def _fault_of(self, request: Message) -> Fault | None:
        for place, fault in enumerate(self._faults):
            if fault.chooses(request):
                number = self._chosen[place] = self._chosen.get(place, 0) + 1
                if fault.after < number and (fault.times is None or number <= fault.after + fault.times):
                    return fault
        return None

    async def _answer(self, request: Message, fault: Fault | None, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when its connection is of no more use."""
        if fault and fault.kind in ("reset", "hang"):
            await asyncio.sleep(fault.seconds)
            return _reset(writer)
        reply = await self._reply(request, fault)
        if fault is None:
            return await _send(writer, request, reply)
        match fault.kind:
            case "lost answer":
                return _reset(writer)
            case "reset midway" | "cut":
                writer.write(reply.head(len(reply.body)) + reply.body[: fault.at])
                await writer.drain()
                return _reset(writer) if fault.kind == "reset midway" else False
            case "slow":
                return await _send(writer, request, reply, fault.seconds)
            case _:
                return await _send(writer, request, _spoilt(reply, fault))

    async def _reply(self, request: Message, fault: Fault | None) -> Message:
        asked = (request.method, request.target)
        if fault and fault.kind == "answer":
            return xml_error(fault.status, fault.code)
        if fault and fault.kind == "stale":
            return self._first.get(asked, xml_error(404, "NoSuchKey"))
        reply = await self._ask(request)
        if request.method in ("GET", "HEAD"):
            self._first.setdefault(asked, reply)
        return reply

    async def _ask(self, request: Message) -> Message:
        reader, writer = await asyncio.open_connection(*self._upstream)
        try:
            writer.write(request.head(len(request.body), "Connection: close") + request.body)
            await writer.drain()
            return await read_reply(reader, request.method)
        finally:
            writer.close()


@contextmanager
def fault_proxy(upstream: str) -> Iterator[FaultProxy]:
    """A proxy before the server at `upstream` that lives as long as the block, in a thread of its own."""
    proxy = FaultProxy(upstream)
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=_run, args=(loop, proxy, stop), name="fault-proxy", daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def _run(loop: asyncio.AbstractEventLoop, proxy: FaultProxy, stop: asyncio.Event) -> None:
    try:
        loop.run_until_complete(proxy.run(stop))
        for left in asyncio.all_tasks(loop):
            left.cancel()
        loop.run_until_complete(asyncio.sleep(0))
    finally:
        loop.close()


def _reset(writer: asyncio.StreamWriter) -> Literal[False]:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
    writer.transport.abort()
    return False


async def _send(
    writer: asyncio.StreamWriter, request: Message, reply: Message, seconds: float = 0.0
) -> Literal[True]:
    """Send a reply; its body over `seconds`. What a reply to HEAD says of the length is passed on."""
    told = reply.header("content-length")
    length = int(told) if request.method == "HEAD" and told else len(reply.body)
    body = b"" if request.method == "HEAD" else reply.body
    writer.write(reply.head(None if reply.start.split(" ")[1] == "204" else length))
    step = max(1, -(-len(body) // _PIECES)) if seconds else max(1, len(body))
    for start in range(0, len(body), step):
        await asyncio.sleep(seconds / _PIECES)
        writer.write(body[start : start + step])
        await writer.drain()
    await writer.drain()
    return True


def _spoilt(reply: Message, fault: Fault) -> Message:
    """The reply as a fault leaves it, where it leaves one."""
    body = reply.body
    match fault.kind:
        case "shortened":
            return reply.with_body(body[: fault.at])
        case "flipped" if fault.at < len(body):
            return reply.with_body(body[: fault.at] + bytes([body[fault.at] ^ 1]) + body[fault.at + 1 :])
        case "hidden":
            return reply.with_body(_CONTENTS.sub(lambda found: _left(found[0], fault.hides), body))
        case _:
            return reply


def _left(entry: bytes, hides: str) -> bytes:
    key = _KEY.search(entry)
    return b"" if key and re.search(hides, key[1].decode()) else entry
