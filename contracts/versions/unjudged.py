"""Clauses a contract sets although nothing judges them yet: recorded, or refused where they would be paid."""

from collections.abc import Iterator

from contracts.reading.problems import Problem
from contracts.terms.base import Terms
from contracts.versions.clauses import Judged, flattened
from contracts.versions.succession import Line


def recorded(terms: Terms) -> tuple[str, ...]:
    """Addresses of the clauses that `terms` set (other than by default) and that are only recorded."""
    return _set(terms, "recorded")


def refused(terms: Terms) -> tuple[str, ...]:
    """Addresses of the clauses that `terms` set, that would change what is paid, and that are not billed."""
    return _set(terms, "refused")


def refusals(terms: Terms, line: Line = lambda _address: None) -> Iterator[Problem]:
    """Why a contract with these terms cannot come into force: money it promises would not be billed."""
    for address in refused(terms):
        problem = "would change what is paid, and Rampart does not bill it yet"
        fix = "leave it at its default and agree it outside Rampart, until it is billed"
        yield Problem(address, line(address), problem, fix)


def _set(terms: Terms, judged: Judged) -> tuple[str, ...]:
    found = (each for each in flattened(terms) if each.about.judged == judged and not each.is_default)
    return tuple(dict.fromkeys(each.field for each in found))
