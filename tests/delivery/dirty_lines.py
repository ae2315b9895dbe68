"""Dirty lines: what vendors' files hold that is not quite JSON, or not quite a row; each with its name.

docs/deliveries.md says of each where it ends.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.model import Contract
from rampart.delivery.limits import LONGEST_LINE
from tests.delivery.reading import JSONL, contract

DIRTY = "dirty"  # the id of the row a dirty line is made from
LONG = "long-line"  # a hundred megabytes: for the slow tests
ONLY_FIRST, NOT_FIRST = "bom-at-start", "bom-later"


def terms() -> Contract:
    """A contract that reads text, whole numbers, numbers, ids and a label of any type."""
    fields = {
        "record_id": "id",
        "prompt": "prompt",
        "responses": "[a, b]",
        "label": "label",
        "annotator_id": "who",
        "duration_s": "seconds",
        "turn": "turn",
        "domain": "domain",
        "work_order_item": "item",
    }
    scheme = {"scheme": {"kind": "likert", "low": 1, "high": 5}}
    return contract({"rows": JSONL, "record": fields}, scheme)


def row(name: str, **changes: Any) -> dict[str, Any]:
    """A good row, with changes."""
    good = {
        "id": name,
        "prompt": f"What is said in {name}, née {name}?",
        "a": f"{name} says “this”.",
        "b": f"{name} says “that”.",
        "label": 4,
        "who": "w-1",
        "seconds": 34.5,
        "turn": 2,
        "domain": "coding",
        "item": "i-1",
    }
    return good | changes


def line(value: Any) -> bytes:
    """`value` as one line of JSON, without its end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


GOOD = line(row(DIRTY))


def _with(**changes: Any) -> bytes:
    return line(row(DIRTY, **changes))


def _swap(old: bytes, new: bytes) -> bytes:
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def _without(name: str) -> bytes:
    return line({key: value for key, value in row(DIRTY).items() if key != name})


@dataclass(frozen=True)
class Ends:
    """Where a dirty line ends: records with these `fields`, or so many entries in the quarantine.

    An entry is a code and a part of the problem's sentence. Neither: no row at all.
    """

    fields: Mapping[str, Any] | None = None
    quarantine: tuple[tuple[str, str], ...] = ()

    @property
    def word(self) -> str:
        """The page's word for it."""
        if self.fields is not None:
            return "record"
        codes = sorted({code for code, _ in self.quarantine})
        return f"quarantine: {', '.join(codes)}" if codes else "no row"


def _record(**fields: Any) -> Ends:
    return Ends(fields)


def _unread(problem: str, code: str = "unreadable_line", times: int = 1) -> Ends:
    return Ends(quarantine=((code, problem),) * times)


LINES: dict[str, tuple[bytes, Ends]] = {
    # Not UTF-8, not JSON.
    "invalid-utf-8": (_swap(b"coding", b"cod\xffing"), _unread("'utf-8' codec can't decode byte 0xff")),
    "nul-byte": (_swap(b"coding", b"cod\0ing"), _unread("not JSON")),
    "utf-16": (GOOD.decode().encode("utf-16-be"), _unread("not JSON")),
    ONLY_FIRST: (b"\xef\xbb\xbf" + GOOD, _record()),
    NOT_FIRST: (b"\xef\xbb\xbf" + GOOD, _unread("not JSON")),
    "nan": (_swap(b"34.5", b"NaN"), _unread("NaN is not JSON, write null")),
    "infinity": (_swap(b"34.5", b"-Infinity"), _unread("Infinity is not JSON, write null")),
    "number-too-large": (_swap(b"34.5", b"1e999"), _unread("out of range")),
    "leading-zero": (_swap(b"34.5", b"034.5"), _unread("not JSON")),
    "truncated": (GOOD[: len(GOOD) // 2], _unread("not JSON")),
    "trailing-comma": (GOOD[:-1] + b",}", _unread("not JSON")),
    "comment": (b"// " + GOOD, _unread("not JSON")),
    "comment-behind": (GOOD + b" // said twice", _unread("trailing characters")),
    "single-quotes": (GOOD.replace(b'"', b"'"), _unread("object keys must be strings")),
    "two-objects": (GOOD + GOOD, _unread("trailing characters")),
    "two-lines": (_swap(b',"label"', b',\n"label"'), _unread("not JSON", times=2)),
    "lone-cr": (GOOD + b"\r" + GOOD, _unread("trailing characters")),
    "high-surrogate": (_swap(b"coding", b"\\ud83d"), _unread("may lack its other half")),
    "deep-nesting": (_swap(b"34.5", b"[" * 5_000 + b"]" * 5_000), _unread("recursion")),
    LONG: (b"", _unread("the line is longer than 64 MiB")),
    # JSON, but no object, or none that says anything.
    "array": (line([row(DIRTY)]), _unread("expected a JSON object, found a list")),
    "null": (b"null", _unread("expected a JSON object, found null")),
    "empty-object": (b"{}", _unread("the row is empty", "no_judgement")),
    "blank": (b" \t", Ends()),
    # Objects in which a value is not what its field holds.
    "low-surrogate": (_swap(b"coding", b"\\ude00"), _unread("may lack its other half")),
    "text-for-number": (_with(seconds="soon"), _unread("expected a number, found text", "unreadable_field")),
    "number-for-text": (_with(domain=7), _unread("expected text, found a number", "unreadable_field")),
    "fraction-for-int": (_with(turn=2.5), _unread("expected a whole number", "unreadable_field")),
    "int-too-large": (_with(turn=2**40), _unread("expected a whole number", "unreadable_field")),
    "deep-label": (_with(label=json.loads("[" * 80 + "]" * 80)), _unread("label", "unreadable_field")),
    # Odd, but readable.
    "crlf": (GOOD + b"\r", _record()),
    "duplicate-keys": (GOOD[:-1] + b',"domain":"math"}', _record(domain="math")),
    "extra-key": (_with(note={"seen": ["by", 2]}), _record()),
    "missing-key": (_without("domain"), _record(domain=None)),
    "null-for-text": (_with(domain=None), _record(domain=None)),
    "number-as-text": (_with(seconds="12.5"), _record(duration_s=12.5)),
    "int-for-float": (_with(seconds=34), _record(duration_s=34.0)),
    "float-for-int": (_with(turn=2.0, label=4.0), _record(turn=2, ranking=[2, 1], strength=0.5)),
    "label-as-text": (_with(label="4"), _record(ranking=[2, 1], strength=0.5, raw_label='"4"')),
    "label-of-other-type": (_with(label={"score": [4, None]}), _record(ranking=None, strength=None)),
    "int-over-2-53": (_with(item=2**53 + 1), _record(work_order_item="9007199254740993")),
    "int-over-2-64": (_with(item=2**64 + 1), _record(work_order_item="18446744073709551617")),
    "escaped-nul": (_swap(b"coding", b"cod\\u0000ing"), _record(domain="cod\0ing")),
    "line-separator": (_with(domain="cod\u2028ing\x85"), _record(domain="cod\u2028ing\x85")),
    "escaped-pair": (_swap(b"coding", b"\\ud83d\\ude00"), _record(domain="😀")),
    "white-space": (b" \t" + GOOD.replace(b":", b" : ") + b" ", _record()),
}


def dirty(name: str) -> bytes:
    """The bytes of a dirty line, without the line's end."""
    return b'{"id":"' + b"x" * (LONGEST_LINE + (36 << 20)) + b'"}' if name == LONG else LINES[name][0]


def surroundings(name: str) -> Iterator[tuple[str, list[bytes], list[bytes], bytes]]:
    """Places a dirty line may stand: a word, the lines before and behind, and the file's last bytes."""
    few = [line(row(f"r-{number}")) for number in range(3)]
    many = [line(row(f"r-{number}", who=f"w-{number % 7}")) for number in range(50)]
    if name != NOT_FIRST:
        yield "first", [], few, b"\n"
        yield "alone", [], [], b"\n"
        yield "alone, without a line end", [], [], b""
    if name != ONLY_FIRST:
        yield "in the middle", few[:2], few[2:], b"\n"
        yield "last", few, [], b"\n"
        yield "last, without a line end", few, [], b""
        yield "among fifty", many[:31], many[31:], b"\n"
        yield "after blank lines", [few[0], b"", b"  "], [b"", few[1]], b"\n\n"
