"""Damage to CSV files."""

from collections.abc import Callable
from random import Random

from simulator.mangled_deliveries.case import Damage
from simulator.mangled_deliveries.values import VALUES

_LINES = (
    b"", b",,,,,,,", b"a,b", b'"', b'"unclosed, and so on', b'"a"b,c', b"x" * 70_000,
    b"\0,\0,\0,\0,\0,\0,\0,\0",
    b"\xff\xfe,1,2,3,4,5,6,7", b"1,2,3,4,5,6,7,8,9",
    b"1\r2,,,,,,,", b'"multi\nline",p,a,b,a,w,,', b'"","","","",',
    b"\x85,p,a,b,a,w,,", b"\xe2\x80\xa8,p,a,b,a,w,,", b"'1',p,a,b,a,w,,", b"1;p;a;b;a;w;;", b"\x1a", b" ",
    b'"a""b",p,a,b,a,w,,', b'""",p,a,b,a,w,,', b"=1+1,p,a,b,a,w,,", b"# a comment",
    b"\xef\xbb\xbf1,p,a,b,a,w,,",
)  # fmt: skip


def _put(chance: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    for _ in range(chance.choice((1, 1, 3, 10))):
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(_LINES))
    return b"\n".join(lines)


def _header(change: Callable[[bytes], bytes]) -> Callable[[Random, bytes], bytes]:
    def spoil(_chance: Random, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\n")
        return change(head) + end + rest

    return spoil


def _stray_quote(chance: Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + b'"' + data[at:]


def _strange_cells(chance: Random, data: bytes) -> bytes:
    """Good cells replaced by strange ones, properly quoted."""
    for _ in range(chance.choice((1, 3))):
        cell = chance.choice((b"w-1", b"r-1", b"2026-01-05T01:00:00+00:00", b"It is 2."))
        strange = str(chance.choice(VALUES)).encode("utf-8", "surrogatepass").replace(b'"', b'""')
        data = data.replace(cell, b'"' + strange + b'"')
    return data


def _long_cell(chance: Random, data: bytes) -> bytes:
    size = chance.choice((200_000, 1 << 20, 30 << 20))
    return data + b'1,"' + b"x" * size + chance.choice((b"", b'",a,b,a,w,,\r\n'))


CSV = (
    *(Damage("dirty lines", _put),) * 3,
    *(Damage("strange cells", _strange_cells),) * 3,
    Damage("a stray quote", _stray_quote),
    Damage("no header", lambda _chance, data: data.partition(b"\n")[2]),
    Damage("a second header", lambda _chance, data: data.partition(b"\n")[0] + b"\n" + data),
    Damage("columns named twice", _header(lambda head: head.rstrip() + b"," + head)),
    Damage("blanks around the names", _header(lambda head: head.replace(b",", b" , "))),
    Damage("a header like no other", _header(lambda head: head.replace(b"prompt", b"prompt\x00\x1b[2J"))),
    Damage("an announced delimiter", lambda _chance, data: b"sep=;\r\n" + data),
    Damage("LF as line ends", lambda _chance, data: data.replace(b"\r\n", b"\n")),
    Damage("CR as line ends", lambda _chance, data: data.replace(b"\r\n", b"\r")),
    Damage("another encoding", lambda _chance, data: data.decode("utf-8", "replace").encode("utf-16")),
    Damage("NUL everywhere", lambda chance, data: data.replace(chance.choice((b"e", b",")), b"\0")),
)
LONG_CELLS = (Damage("a very long cell", _long_cell),)
