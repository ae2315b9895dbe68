"""What may come after a version that is on the books: an amendment, and only of what it names.

A contract file is one version. What no verdict and no invoice depends on (`ADMINISTRATIVE`) may change from
version to version as it likes; who delivers what, when and in which currency (`IDENTITY`) never; everything
else needs an `amendment` group that names it.
"""

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contracts.model import Contract
from contracts.reading.problems import Problem, one_line
from contracts.versions.clauses import Clause, clauses, covers, same
from contracts.versions.phrases import value_in_words
from contracts.versions.reach import ADMINISTRATIVE, in_order, takes_effect

IDENTITY = (
    "contract_id",
    "vendor.id",
    "program",
    "term.start",
    "term.timezone",
    "ramp.currency",
    "ramp.minor_units",
)
_MOST_NAMED = 12  # addresses in a suggested amendment; beyond, it names the groups they are in
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")
Line = Callable[[str], int | None]


@dataclass(frozen=True)
class Registered:
    """A version on the books; `effective` is the moment it takes effect, None for the first."""

    terms: Contract
    effective: datetime | None

    @property
    def due(self) -> Mapping[int, datetime]:
        """Week → the moment its delivery is due, UTC."""
        return {week: self.terms.term.due(week) for week in self.terms.ramp.weeks}


def is_identity(address: str) -> bool:
    """Is the clause one that no amendment may change?"""
    return address in IDENTITY


def differences(old: Contract, new: Contract) -> dict[str, tuple[Clause | None, Clause | None]]:
    """Address → both sides of every clause whose value differs."""
    before, after = clauses(old), clauses(new)
    both = {address: (before.get(address), after.get(address)) for address in {**before, **after}}
    return {address: sides for address, sides in both.items() if not same(*sides)}


def version_problems(
    known: Sequence[Registered], new: Contract, today: date, line: Line = lambda _address: None
) -> tuple[Problem, ...]:
    """Why `new` may not follow the versions on the books, one problem a clause; empty when it may.

    Args:
        known: every version on the books, in the order they were registered.
        new: the version to register; none of `known` has its number.
        today: the effective day a suggested amendment shows.
        line: address → its line in the file.
    """
    if not known:
        return () if new.amendment is None else (_nothing_to_amend(new, line),)
    newest = in_order(known)[-1].terms
    changed = {
        address: sides for address, sides in differences(newest, new).items() if not _administrative(address)
    }
    if new.amendment is None or (new.amendment == newest.amendment and not changed):
        kept = [address for address in changed if not is_identity(address)]
        wanted = (_unannounced(newest, changed, today, line),) if kept else ()
        return (*_identity_problems(newest, new, line), *wanted)
    amended = next((each for each in known if each.terms.version == new.amendment.of), None)
    if amended is None:
        return (_unknown_version(known, new, line),)
    return (*_wrong_version(known, new, line), *_amendment_problems(amended.terms, new, line))


def _nothing_to_amend(new: Contract, line: Line) -> Problem:
    assert new.amendment is not None  # noqa: S101 (narrows the type)
    return Problem(
        "amendment.of",
        line("amendment.of"),
        f"no version of {new.contract_id} is on the books, so {new.amendment.of!r} cannot be amended",
        "register the amended version's file first (`rampart contract register`)",
    )


def _unknown_version(known: Sequence[Registered], new: Contract, line: Line) -> Problem:
    assert new.amendment is not None  # noqa: S101 (narrows the type)
    versions = [each.terms.version for each in known]
    near = difflib.get_close_matches(new.amendment.of, versions, n=1)
    fix = f"did you mean {near[0]}?" if near else "register that version first"
    problem = f"version {new.amendment.of!r} is not on the books; there are: {', '.join(versions)}"
    return Problem("amendment.of", line("amendment.of"), one_line(problem), one_line(fix))


def _wrong_version(known: Sequence[Registered], new: Contract, line: Line) -> Iterator[Problem]:
    """An amendment follows the version in force when it takes effect: another's changes would be lost."""
    amendment, effective = new.amendment, takes_effect(new)
    assert amendment is not None and effective is not None  # noqa: S101 (narrows the types)
    last = in_order(known)[-1]
    if last.effective is not None and last.effective > effective:
        version = last.terms.version
        yield Problem(
            "amendment.effective",
            line("amendment.effective"),
            f"version {version} takes effect after {amendment.effective} and would take these changes back",
            f"amend version {version}, from its own day on or later",
        )
        return
    earlier = [each for each in known if each.effective is None or each.effective <= effective]
    in_force = in_order(earlier)[-1].terms.version
    if in_force != amendment.of:
        yield Problem(
            "amendment.of",
            line("amendment.of"),
            f"amends version {amendment.of}, but on {amendment.effective} version {in_force} is in force",
            f"start from the terms of {in_force} and write of: {in_force}, or choose another effective day",
        )


def _amendment_problems(old: Contract, new: Contract, line: Line) -> Iterator[Problem]:
    assert new.amendment is not None  # noqa: S101 (narrows the type)
    named, changed = new.amendment.clauses, differences(old, new)
    yield from _identity_problems(old, new, line)
    for place, name in enumerate(named):
        if not any(covers(name, address) for address in changed):
            yield _unchanged(old, new, place, line)
    for address, sides in changed.items():
        free = _administrative(address) or is_identity(address)
        if not free and not any(covers(name, address) for name in named):
            yield Problem(
                one_line(address),
                line(address),
                f"differs from version {old.version} ({_both(*sides)}), but no amended clause names it",
                one_line(f"add {address} to amendment.clauses, or take the change back"),
            )


def _identity_problems(old: Contract, new: Contract, line: Line) -> Iterator[Problem]:
    for address, sides in differences(old, new).items():
        if is_identity(address):
            yield Problem(
                address,
                line(address),
                f"differs from version {old.version} ({_both(*sides)}), and no amendment can change it",
                "take the change back, or write a new contract with its own `id`",
            )


def _unchanged(old: Contract, new: Contract, place: int, line: Line) -> Problem:
    assert new.amendment is not None  # noqa: S101 (narrows the type)
    name, field = new.amendment.clauses[place], f"amendment.clauses.{place}"
    known = {**clauses(old), **clauses(new)}
    if any(covers(name, address) for address in known):
        said = f": {value_in_words(known[name].value, known[name].about.kind)}" if name in known else ""
        problem = f"names {name}, which is as in version {old.version}{said}"
        return Problem(
            field, line(field), one_line(problem), "change that clause, or remove it from the list"
        )
    parents = {address.rsplit(".", depth)[0] for address in known for depth in range(4)}
    near = difflib.get_close_matches(name, sorted(parents), n=1)
    fix = f"did you mean {near[0]}?" if near else "docs/contract-reference.md lists the addresses"
    return Problem(field, line(field), one_line(f"{name!r} is no clause of either version"), one_line(fix))


def _unannounced(
    old: Contract,
    changed: Mapping[str, tuple[Clause | None, Clause | None]],
    today: date,
    line: Line,
) -> Problem:
    """Terms changed without an amendment: show the group to paste."""
    kept = {address: sides for address, sides in changed.items() if not is_identity(address)}
    first = next(iter(kept))
    also = f" and {len(kept) - 1} more" if len(kept) > 1 else ""
    return Problem(
        "amendment",
        line(first),
        one_line(
            f"is missing: terms differ from version {old.version} on the books"
            f" ({first}: {_both(*kept[first])}{also})"
        ),
        f"below `value:` write {suggested(old.version, tuple(kept), today)}",
    )


def suggested(of: str, addresses: Sequence[str], effective: date) -> str:
    """An amendment group to paste into a contract file, as one line of YAML."""
    depth = 2
    while len(addresses) > _MOST_NAMED and depth > 0:
        addresses = tuple(dict.fromkeys(".".join(each.split(".")[:depth]) for each in addresses))
        depth -= 1
    named = ", ".join(each if _PLAIN.fullmatch(each) else json.dumps(each) for each in addresses)
    return f'amendment: {{of: "{of}", effective: {effective}, clauses: [{named}], reason: "say why"}}'


def _administrative(address: str) -> bool:
    return any(covers(free, address) for free in ADMINISTRATIVE)


def _both(old: Clause | None, new: Clause | None) -> str:
    said = (value_in_words(side.value, side.about.kind) if side else "none" for side in (old, new))
    return " → ".join(said)
