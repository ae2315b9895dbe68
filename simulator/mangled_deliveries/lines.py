"""Damage to JSON Lines and to JSON documents."""

from collections.abc import Callable
from random import Random

from simulator.mangled_deliveries.case import Damage
from simulator.mangled_deliveries.forms import good_row
from simulator.mangled_deliveries.values import as_json, strange

_DIRTY = (
    b"", b"   ", b"\t\r", b"\x0b", b"\x0c", b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\0", b"\x1a",
    b"\xff\xfe",
    b"null", b"true", b"3", b'"text"', b"[]", b"{}", b"[{}]", b"{", b"}", b'{"id": 1,}', b"{'id': 1}",
    b'{"id": NaN}', b'{"id": -Infinity}', b'{"id": "\xff"}', b'{"id": "\xed\xa0\x80"}', b'{"id": "\\ud800"}',
    b'{"id": "\\u0000"}', b'{"id": "a\0b"}', b'{"id": "1", "id": "2"}', b'{"id": 1}{"id": 2}', b'{"id": 1} x',
    b'{"id": 1e999}', b'{"id": -0}', b'{"id": 007}', b'{"id": 1.}', b'// {"id": 1}', b'\xef\xbb\xbf{"id": 1}',
    b"---", b"...", b"<xml/>", b"PAR1", b"PK\x03\x04", b"\x1f\x8b\x08", b"(\xb5/\xfd", b'{"\xc0\x80": 1}',
    b'{"label": ' + b"9" * 5_000 + b"}", b'{"label": 0.' + b"1" * 5_000 + b"}", b"[" * 2_000,
    b'{"label": ' + b"[" * 900 + b"]" * 900 + b"}", b'{"a":' * 3_000 + b"1" + b"}" * 3_000,
)  # fmt: skip
_BIG = 1 << 20


def _with(make: Callable[[Random], bytes]) -> Callable[[Random, bytes], bytes]:
    """Put lines made by `make` between the file's own."""

    def spoil(chance: Random, data: bytes) -> bytes:
        lines = data.split(b"\n")
        for _ in range(chance.choice((1, 1, 3, 10))):
            lines.insert(chance.randrange(len(lines)), make(chance))
        return b"\n".join(lines)

    return spoil


def _once(make: Callable[[Random], bytes]) -> Callable[[Random, bytes], bytes]:
    def spoil(chance: Random, data: bytes) -> bytes:
        at = data.find(b"\n", chance.randrange(len(data) + 1)) + 1
        return data[:at] + make(chance) + data[at:]

    return spoil


def _strange_row(chance: Random) -> bytes:
    return as_json(strange(chance, good_row(chance.randrange(1000))), chance)


def _long_line(chance: Random) -> bytes:
    size = chance.choice((1, 3, 30)) * _BIG
    kinds = (
        b'{"a": "' + b"x" * size + b'"}\n',
        b"y" * size + b"\n",
        b"[" * size + b"\n",
        b" " * size + b"\n",
    )
    return chance.choice(kinds)


def _values_without_end(_chance: Random) -> bytes:
    return b'{"a": [' + b"{}," * (12 * _BIG) + b"0]}\n"


def _cut_line(chance: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    place = chance.randrange(len(lines))
    lines[place] = lines[place][: chance.randrange(len(lines[place]) + 1)]
    return b"\n".join(lines)


def _crlf(_chance: Random, data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def _more_blank(_chance: Random, data: bytes) -> bytes:
    return data.replace(b"\n", b"\n \n\r\n")


def _utf_16(_chance: Random, data: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode("utf-16")


LINES = (
    *(Damage("dirty lines", _with(lambda chance: chance.choice(_DIRTY))),) * 3,
    *(Damage("strange rows", _with(_strange_row)),) * 3,
    Damage("a cut line", _cut_line),
    Damage("CRLF", _crlf, "be taken in"),
    Damage("blank lines", _more_blank, "be taken in"),
    Damage("a byte order mark", lambda _chance, data: b"\xef\xbb\xbf" + data, "be taken in"),
    Damage("no last line end", lambda _chance, data: data.rstrip(b"\n"), "be taken in"),
    Damage("UTF-16", _utf_16),
    Damage("lone CR as line ends", lambda _chance, data: data.replace(b"\n", b"\r")),
)
LONG_LINES = (
    Damage("a very long line", _once(_long_line)),
    Damage("a line of too many values", _once(_values_without_end)),
)


def _element(chance: Random, data: bytes) -> bytes:
    made = chance.choice((*_DIRTY[11:], _strange_row(chance)))
    at = data.find(b"{", chance.randrange(len(data)))
    return data[:at] + made + b", " + data[at:] if at > 0 else data + made


def _strange_element(chance: Random, data: bytes) -> bytes:
    return data.replace(b"[", b"[" + _strange_row(chance) + b", ", 1)


def _all_brackets(chance: Random, _data: bytes) -> bytes:
    return chance.choice((b"[", b'{"a":', b'[{"rows":')) * chance.choice((3_000, 10 * _BIG))


def _renested(_chance: Random, data: bytes) -> bytes:
    return b'{"data": {"rows": {"0": ' + data + b"}}}"


_SHORT = (b"{}", b'{"a":1}', b"[]", b"1", b'""')


def _too_many(chance: Random, _data: bytes) -> bytes:
    return b"[" + (chance.choice(_SHORT) + b",") * (11 * 10**6) + b"0]"


def _many_rows(chance: Random, _data: bytes) -> bytes:
    return b"[" + (chance.choice(_SHORT) + b",") * 150_000 + b"0]"


LONG_DOCUMENTS = (
    Damage("a document of too many values", _too_many, "be refused"),
    Damage("a document of many rows", _many_rows),
)
DOCUMENTS = (
    *(Damage("an element that is no row", _element),) * 3,
    *(Damage("strange rows", _strange_element),) * 4,
    Damage("nested elsewhere", _renested),
    Damage("brackets without end", _all_brackets, "be refused"),
    Damage("a document after the document", lambda _chance, data: data + b"\n[]", "be refused"),
    Damage("a comma before the end", lambda _chance, data: data[:-1] + b"," + data[-1:], "be refused"),
    Damage("null instead", lambda _chance, _data: b"null", "be refused"),
    Damage("an empty list", lambda _chance, _data: b"[]"),
    Damage("a byte order mark", lambda _chance, data: b"\xef\xbb\xbf" + data, "be taken in"),
    Damage("UTF-16", _utf_16, "be refused"),
)
