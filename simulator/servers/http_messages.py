"""HTTP/1.1 as far as an S3 client and an S3 server speak it: whole messages, read and written."""

import asyncio
import re
from dataclasses import dataclass, replace

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_UNFORWARDED = ("connection", "expect", "transfer-encoding", "content-length")


@dataclass(frozen=True)
class Message:
    """A request or a reply: its first line, its headers as they came, and its body, unchunked."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def method(self) -> str:
        """The method of a request."""
        return self.start.split(" ", 2)[0]

    @property
    def target(self) -> str:
        """Path and query of a request, as they were sent."""
        return self.start.split(" ", 2)[1]

    def header(self, name: str) -> str:
        """A header's value, "" without it."""
        return next((value for known, value in self.headers if known.lower() == name), "")

    def with_body(self, body: bytes) -> "Message":
        """The same message with another body; a length that was promised in a header stays."""
        return replace(self, body=body)

    def head(self, length: int | None, *more: str) -> bytes:
        """First line and headers as they are sent; `length` is what the body is said to have, if anything."""
        kept = [f"{name}: {value}" for name, value in self.headers if name.lower() not in _UNFORWARDED]
        said = [] if length is None else [f"Content-Length: {length}"]
        return ("\r\n".join((self.start, *kept, *said, *more)) + "\r\n\r\n").encode("latin1")


def xml_error(status: int, code: str) -> Message:
    """S3's way to say no."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'
    )
    return Message(f"HTTP/1.1 {status} {code}", (("Content-Type", "application/xml"),), body.encode())


async def read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Message:
    """The next request; a client that waits for leave to send its body is given it.

    `asyncio.IncompleteReadError` when the client has gone.
    """
    head = await _head(reader)
    if head.header("expect").lower() == "100-continue":
        writer.write(_CONTINUE)
        await writer.drain()
    return head.with_body(await _body(reader, head))


async def read_reply(reader: asyncio.StreamReader, method: str) -> Message:
    """The reply to a request of this method, past any "continue"."""
    head = await _head(reader)
    while head.start.split(" ")[1] == "100":
        head = await _head(reader)
    if method == "HEAD" or head.start.split(" ")[1] in ("204", "304"):
        return head
    if not head.header("content-length") and not head.header("transfer-encoding"):
        return head.with_body(await reader.read())
    return head.with_body(await _body(reader, head))


async def _head(reader: asyncio.StreamReader) -> Message:
    start, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin1").rstrip("\r\n").split("\r\n")
    headers = (re.fullmatch(r"([^:]+):[ \t]*(.*?)[ \t]*", line) for line in lines)
    return Message(start, tuple((found[1], found[2]) for found in headers if found), b"")


async def _body(reader: asyncio.StreamReader, head: Message) -> bytes:
    if head.header("transfer-encoding").lower() != "chunked":
        return await reader.readexactly(int(head.header("content-length") or 0))
    body = bytearray()
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():  # trailers
        pass
    return bytes(body)
