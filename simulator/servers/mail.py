"""A small mail server on loopback that keeps what it is sent: as much of SMTP (RFC 5321) as we need."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default


@dataclass
class Mailbox:
    """`mails` are the messages taken in, `recipients` whom each was for. `refuses` answers 451 instead."""

    port: int = 0
    refuses: bool = False
    mails: list[Message] = field(default_factory=list)
    recipients: list[tuple[str, ...]] = field(default_factory=list)

    def part(self, number: int, kind: str) -> str:
        """The text of one mail's part of a content type such as ``text/plain``."""
        found = next(part for part in self.mails[number].walk() if part.get_content_type() == kind)
        data = found.get_payload(decode=True)
        assert isinstance(data, bytes)  # noqa: S101 (a text part has no parts of its own)
        return data.decode()


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server that runs within the block."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            to: list[str] = []
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"RCPT":
                    to.append(line.split(b"<", 1)[1].split(b">", 1)[0].decode())
                if word == b"QUIT":
                    self._say("221 bye")
                    return
                if word == b"MAIL" and box.refuses:
                    self._say("451 not now")
                elif word == b"DATA":
                    self._say("354 go on")
                    self._take(tuple(to))
                    self._say("250 taken")
                else:
                    self._say("250 yes")

        def _take(self, to: tuple[str, ...]) -> None:
            lines: list[bytes] = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            box.mails.append(message_from_bytes(b"".join(lines), policy=default))
            box.recipients.append(to)

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
