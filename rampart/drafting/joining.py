"""Several files: which holds the rows, which are looked up from it, and by which keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, takewhile
from typing import Any

from rampart.delivery.joins import join_key
from rampart.drafting import names
from rampart.drafting.columns import Column, Table
from rampart.drafting.names import called, free_name, words
from rampart.drafting.sample import Sample
from rampart.drafting.series import series_in

_CONTAINED = 0.95  # share of the rows' keys that must be found: more would be lost to the quarantine
_KEY_LONGEST = 100
_ANY_ID = {"id", "idx", "key", "index", "uid", "uuid"}


@dataclass(frozen=True)
class Link:
    """One file looked up from the rows by `on` and `key` (the columns' names), and the evidence."""

    items: Sample
    as_: str
    on: tuple[str, ...]
    key: tuple[str, ...]
    found: float
    why: str

    def terms(self) -> dict[str, Any]:
        """The `join` entry."""
        source = self.items.source.model_dump(exclude_defaults=True)
        unmatched = {} if self.found >= _CONTAINED else {"unmatched": "keep"}
        return {"as": self.as_, "source": source, "on": _keyed(self.on), "key": _keyed(self.key), **unmatched}


@dataclass(frozen=True)
class Files:
    """The rows' file, the files looked up from it, and those that could not be linked."""

    rows: Sample
    links: tuple[Link, ...]
    left: tuple[Sample, ...]


def _keyed(columns: tuple[str, ...]) -> str | list[str]:
    named = [names.name_of(one) for one in columns]
    return named[0] if len(named) == 1 else named


def linked(samples: Sequence[Sample]) -> Files:
    """The files as rows and what is looked up from them.

    The file that finds the most others by a key they hold once is the one of the rows; of equals the one
    with more rows to each key.
    """
    merged = _alike(samples)
    if len(merged) == 1:
        return Files(merged[0], (), ())
    ways = [_from(rows, [other for other in merged if other is not rows]) for rows in merged]
    return max(ways, key=lambda way: (len(way.links), _many_to_one(way), len(way.rows.rows)))


def _alike(samples: Sequence[Sample]) -> list[Sample]:
    """Files with the same columns as one, read by a glob."""
    groups: dict[tuple[str, ...], list[Sample]] = {}
    for sample in samples:
        groups.setdefault(
            (sample.source.format, *sorted({k for row in sample.rows[:50] for k in row})), []
        ).append(sample)
    return [group[0] if len(group) == 1 else _as_one(group) for group in groups.values()]


def _as_one(group: list[Sample]) -> Sample:
    stems = [sample.name for sample in group]
    start = _shared_start(stems)
    end = _shared_start([name[len(start) :][::-1] for name in stems])[::-1]
    glob = f"{start}*{end}" if not set(start + end) & set("[]?*") else "*"
    source = group[0].source.model_copy(update={"path": glob})
    rows = tuple(row for sample in group for row in sample.rows)
    return Sample(group[0].name, source, rows[: max(len(group[0].rows), 1)], rows[len(group[0].rows) :])


def _shared_start(texts: list[str]) -> str:
    return "".join(
        letters[0] for letters in takewhile(lambda one: len(set(one)) == 1, zip(*texts, strict=False))
    )


def _from(rows: Sample, others: list[Sample]) -> Files:
    taken = {key for row in rows.rows[:50] for key in row}
    links: list[Link] = []
    left: list[Sample] = []
    for other in others:
        ways = list(_links(rows, other, taken)) or list(_by_two(rows, other, taken))
        best = max(ways, key=_strength, default=None)
        if best is None:
            left.append(other)
        else:
            links.append(best)
            taken.add(best.as_)
    return Files(rows, tuple(links), tuple(left))


def _links(rows: Sample, items: Sample, taken: set[str]) -> Iterator[Link]:
    """Every link from the rows to the items' file that the sample bears out."""
    ours, theirs = Table(rows.rows), Table((*items.rows, *items.beyond))
    as_ = free_name(_stem(items.name), taken)
    sided = {path for series in series_in(ours.scalars) for path in series.paths}  # one of two models, say
    ids = [c for c in ours.scalars if len(c.path) == 1 and c.path not in sided and _may_be_key(c)]
    keys = [c for c in theirs.scalars if len(c.path) == 1 and _may_be_key(c)]
    for key in keys:
        held = {found for value in key.values if (found := join_key(value))}
        if len(held) < len(key.values):
            continue  # not in every row, or twice
        for on in ids:
            share = _share(on, held)
            least = 0.01 if on.path == key.path and _is_truth(theirs) else _CONTAINED
            if share >= least and _related(on, key, held, items.name):
                why = f"{share:.0%} of the rows find their {on.path[0]} there: {key.path[0]}, each once"
                why += "" if share >= _CONTAINED else "; the others are kept without"
                yield Link(items, as_, on.path, key.path, share, why)


def _by_two(rows: Sample, items: Sample, taken: set[str]) -> Iterator[Link]:
    """A link by two columns of the same names."""
    ours, theirs = Table(rows.rows), Table((*items.rows, *items.beyond))
    as_ = free_name(_stem(items.name), taken)
    shared = [path for path in theirs.columns if path in ours.columns and len(path) == 1]
    shared = [
        path for path in shared if _may_be_key(theirs.columns[path]) and _may_be_key(ours.columns[path])
    ]
    for one, other in combinations(shared[:8], 2):
        columns = theirs.columns[one], theirs.columns[other]
        held = list(zip(*(map(join_key, c.values) for c in columns), strict=True))
        if len(set(held)) < len(held):
            continue
        pairs = list(zip(*(map(join_key, ours.columns[path].values) for path in (one, other)), strict=True))
        share = sum(pair in set(held) for pair in pairs) / len(pairs)
        if share >= _CONTAINED:
            why = f"{share:.0%} of the rows find {one[0]} and {other[0]} together there, which are unique"
            yield Link(items, as_, (one[0], other[0]), (one[0], other[0]), share, why)


def _is_truth(items: Table) -> bool:
    """Does a file hold known answers? They are often known for some items only."""
    return len(items.columns) <= 3 and any(called(column.path, names.GOLD) >= 4 for column in items.scalars)


def _may_be_key(column: Column) -> bool:
    return column.kind in ("text", "number") and column.length <= _KEY_LONGEST


def _share(on: Column, held: set[str]) -> float:
    asked = [join_key(value) for value in on.values]
    return sum(key in held for key in asked) / len(asked) if asked else 0.0


def _related(on: Column, key: Column, held: set[str], file: str) -> bool:
    """Do the names say the same thing, or do so many values meet that chance is out of the question?"""
    one, other = set(on.words), set(key.words)
    if one & other - _ANY_ID or one == other:
        return True
    if other <= _ANY_ID and one & set(words((file.partition(".")[0],))):
        return True
    met = {join_key(value) for value in on.values} & held
    return len(met) >= 20 and not all(text.isdigit() for text in met if text)


def _strength(link: Link) -> tuple[bool, int, float, int]:
    """Same names first, then names of items, then the share found, then one column rather than two."""
    named = max(called(link.on, names.ITEM), 0) - called(link.on, names.WORKER) - called(link.on, names.MODEL)
    return link.on == link.key, named, link.found, -len(link.on)


def _many_to_one(way: Files) -> float:
    if not way.links:
        return 0.0
    on = way.links[0].on
    values = [tuple(str(row.get(name)) for name in on) for row in way.rows.rows]
    return len(values) / max(len(set(values)), 1)


def _stem(name: str) -> str:
    parts = words((name.partition(".")[0],))
    return "_".join(parts[:2]) or "other"


def joined(files: Files) -> list[dict[str, Any]]:
    """The rows, each with its partners under their names, without those that miss one they need."""
    tables = [
        (link, {_key(row, link.key): row for row in (*link.items.rows, *link.items.beyond)})
        for link in files.links
    ]
    found: list[dict[str, Any]] = []
    for row in files.rows.rows:
        partners = {link.as_: table.get(_key(row, link.on)) for link, table in tables}
        if all(partners[link.as_] is not None or link.found < _CONTAINED for link, _ in tables):
            found.append({**row, **partners})
    return found


def _key(row: dict[str, Any], columns: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(join_key(row.get(name)) for name in columns)
