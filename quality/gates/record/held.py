"""The texts that records hold, laid out once for all gates that look into them."""

from collections.abc import Callable
from functools import cached_property
from itertools import accumulate
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Where = Literal["prompt", "responses", "rationale"]
Places = npt.NDArray[np.int64]  # of texts among all of a field, rising, each once
Records = npt.NDArray[np.bool_]  # true of each record that is meant
Laid = tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]
FIELDS: tuple[Where, ...] = ("prompt", "responses", "rationale")

# Texts that are searched at once: to begin a search takes longer than to search a text to its end.
_AT_ONCE = 8
_BEYOND_ASCII = np.uint64(0x8080808080808080)  # bits that are set in bytes of such characters
_MAYBE_WHITE = np.isin(np.arange(256), range(ord("!"), 0x7F), invert=True)


class Texts:
    """Texts of many records, one after the other; a text that is null is an empty one.

    Attributes:
        said: the texts.
        owners: of each text, which record it stands in.
        records: how many records there are.
        edges: where each text begins in `data`, and where the last one ends.
        data: the bytes of these texts and maybe others.
    """

    def __init__(self, said: pl.Series, owners: Places, records: int, laid: Laid | None = None) -> None:
        self.said, self.owners, self.records = said, owners, records
        self.edges, self.data = laid or _laid(said)
        self._bytes: dict[int, npt.NDArray[np.uint8]] = {}

    def part(self, first: int, end: int) -> "Texts":
        """Some of the texts, by their places."""
        laid = self.edges[first : end + 1], self.data
        return Texts(self.said.slice(first, end - first), self.owners[first:end], self.records, laid)

    def where(self, test: Callable[[pl.Series], pl.Series], among: Places | None = None) -> Places:
        """Texts, of all or of those at `among`, of which `test` is true."""
        if among is None:
            return np.flatnonzero(test(self.said).to_numpy())
        return among[test(self.said[among]).to_numpy()] if len(among) else among

    def matching(self, pattern: str, among: Places | None = None) -> Places:
        """Texts, of all or of those at `among`, in which a pattern of polars matches."""
        return self.where(lambda texts: texts.str.contains(pattern), among)

    def holding(self, pattern: str) -> Places:
        """Texts in which a pattern matches that has no anchors: words, each as it stands anywhere.

        Several texts are searched at once, as they lie in memory, and then each of those where one was found.
        """
        found = np.flatnonzero(self._heaps.str.contains(pattern).to_numpy())
        each = (found[:, None] * _AT_ONCE + np.arange(_AT_ONCE)).ravel()
        return self.matching(pattern, each[each < len(self.said)])

    def of_records(self, places: Places) -> Records:
        """Is one of the texts of a record at `places`?"""
        found = np.zeros(self.records, np.bool_)
        found[self.owners[places]] = True
        return found

    def of_record(self, record: int) -> list[str]:
        """The texts of one record, of those of one field."""
        first, end = np.searchsorted(self.owners, (record, record + 1)).tolist()
        return self.said[first:end].to_list()

    def matching_beyond_ascii(self, pattern: str, *others: str) -> Places:
        """Texts in which each pattern matches, of something beyond ASCII and up to eight characters by it.

        The first pattern has no anchors; the others are tried where it matches.
        """
        places, cuttings = self._beyond_ascii
        found = cuttings.holding(pattern)
        for other in others:
            found = cuttings.matching(other, found)
        return places[found]

    @cached_property
    def _beyond_ascii(self) -> "tuple[Places, Texts]":
        """Texts with something beyond ASCII, which most have not, and of those what is beyond and near it.

        Eight bytes at a time are kept, where they or those beside them hold a byte beyond ASCII.
        """
        places = np.flatnonzero(self.sizes > self.said.str.len_chars().to_numpy())
        edges, data = _laid(self.said[places])
        eights = np.zeros(len(data) // 8 + 1, np.uint64)
        eights.view(np.uint8)[: len(data)] = data
        beyond = eights & _BEYOND_ASCII != 0
        kept = beyond.copy()
        kept[1:] |= beyond[:-1]
        kept[:-1] |= beyond[1:]
        before = 8 * (np.cumsum(kept) - kept)
        eight, byte = edges >> 3, edges & 7
        laid = before[eight] + byte * kept[eight], eights[kept].view(np.uint8)
        return places, Texts(_series(*laid), self.owners[places], self.records, laid)

    @cached_property
    def sizes(self) -> Places:
        """Bytes of each text."""
        return np.diff(self.edges)

    @cached_property
    def trimmed_sizes(self) -> Places:
        """Bytes of each text without the white space at its ends."""
        padded = np.flatnonzero(_MAYBE_WHITE[self.byte(0)] | _MAYBE_WHITE[self.byte(-1)])
        sizes = self.sizes.copy()
        sizes[padded] = self.said[padded].str.strip_chars().str.len_bytes().to_numpy()
        return sizes

    def byte(self, place: int) -> npt.NDArray[np.uint8]:
        """The byte at a place of each text, from its end where `place` is negative; 0 where none is."""
        if place not in self._bytes:
            begins, there = (self.edges[1:], -place) if place < 0 else (self.edges[:-1], place + 1)
            self._bytes[place] = self.data.take(begins + place, mode="clip") * (self.sizes >= there)
        return self._bytes[place]

    @cached_property
    def has_nul(self) -> bool:
        """May there be a NUL in a text?"""
        return not self.data.min()

    @cached_property
    def _heaps(self) -> pl.Series:
        return _series(np.append(self.edges[:-1:_AT_ONCE], self.edges[-1]), self.data)


def _laid(said: pl.Series) -> Laid:
    edges = np.zeros(len(said) + 1, np.int64)
    np.cumsum(said.str.len_bytes().to_numpy(), out=edges[1:])
    data = said.to_arrow(compat_level=pl.CompatLevel.oldest()).buffers()[2]
    return edges, np.frombuffer(data or b" ", np.uint8)  # never no byte at all


def _series(edges: Places, data: npt.NDArray[np.uint8]) -> pl.Series:
    """The texts between `edges`, which are no copies."""
    found = pa.LargeStringArray.from_buffers(len(edges) - 1, pa.py_buffer(edges), pa.py_buffer(data))
    return pl.Series(pl.from_arrow(found))


class Held:
    """Records and the texts in their fields, which are laid out when the first gate asks for one."""

    def __init__(self, records: pl.DataFrame) -> None:
        self.records = records
        self._parts: dict[tuple[Where, Where], Texts] = {}

    def texts(self, first: Where, last: Where | None = None) -> Texts:
        """The texts of a field, or of all from one to another in the order of `FIELDS`."""
        asked = first, last or first
        if asked not in self._parts:
            begin, end = FIELDS.index(first), FIELDS.index(last or first) + 1
            everything, ends = self._laid
            self._parts[asked] = everything.part(ends[begin], ends[end])
        return self._parts[asked]

    @cached_property
    def _laid(self) -> tuple[Texts, list[int]]:
        """The texts of all fields, and the place where each field ends behind a zero."""
        held = [_of_field(self.records[field]) for field in FIELDS]
        said = pl.concat([said for said, _ in held], rechunk=True).fill_null("")
        owners = np.concatenate([owners for _, owners in held])
        return Texts(said, owners, self.records.height), [0, *accumulate(len(said) for said, _ in held)]

    def where(self, test: pl.Expr, among: Records | None = None) -> Records:
        """Records, of all or of those in `among`, of which an expression is true."""
        places = np.arange(self.records.height) if among is None else np.flatnonzero(among)
        found = np.zeros(self.records.height, np.bool_)
        if len(places):
            # Of the columns that are read: to pick these records from all takes longer than most tests.
            read = [self.records[name] for name in set(test.meta.root_names())]
            read = read if among is None else [column[places] for column in read]
            asked = pl.DataFrame([pl.Series("row", places), *read])
            found[places] = asked.select("row", found=test.fill_null(value=False))["found"].to_numpy()
        return found


def _of_field(column: pl.Series) -> tuple[pl.Series, Places]:
    """Its texts, and which record each stands in."""
    rows = np.arange(len(column))
    if column.dtype == pl.String:
        return column.alias(""), rows
    said = column.explode(empty_as_null=False, keep_nulls=False).struct.field("content").alias("")
    return said, np.repeat(rows, column.list.len().fill_null(0).to_numpy())
