"""Where the rows behind each figure of a feedback pack are, for the buyer; a vendor's pack has no addresses.

Every figure of `figures.json` has a place here. One that has none is an error, so that no figure can be added
to a pack without saying what it rests on.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rampart.ledger.evidence_of import money_evidence, reason_evidence
from rampart.ledger.read.detail import BatchDetail
from rampart.records.evidence import AddressError, Condition, in_books, in_store

Place = tuple[str | int, ...]
GROUPS = "groups"
_LISTED, _UNREADABLE = "pack/discarded.jsonl", "pack/quarantined.jsonl"
_FILES = ("delivered", "accepted", "discarded", "unreadable")
_NAMES = ("week", "people")  # numbers that say which, or of how many, and count nothing


def figures_in(told: Any, place: Place = ()) -> Iterator[Place]:
    """The place of every figure in a pack's figures as JSON: numbers, and amounts, which are texts there."""
    if isinstance(told, Mapping):
        for name, value in told.items():
            yield from figures_in(value, (*place, name))
    elif isinstance(told, list):
        for at, value in enumerate(told):
            yield from figures_in(value, (*place, at))
    elif place[-1] not in _NAMES and _counts(told):
        yield place


def pack_evidence(  # noqa: PLR0911 (a figure, a place)
    detail: BatchDetail, told: Mapping[str, Any], place: Place
) -> str:
    """The address of the rows behind the figure at `place` of the pack of `detail`.

    Raises:
        AddressError: the figure is not known here.
    """
    batch, (group, *inner) = detail.batch, place
    at = (batch.contract_id, batch.week, batch.revision)
    match group, inner:
        case "counts", ["first", str(code)]:
            return reason_evidence(detail, code)
        case "counts", ["listed"]:
            return in_store(detail.artefacts[_LISTED])
        case ("counts", ["ceiling"]):
            return in_books(*at, "verdicts", metric="discard_rate")
        case "counts", [name] if name in _FILES:
            return in_books(*at, "files", role="rows")
        case "unreadable_in_joined_files", []:
            return in_books(*at, "files", role="items") if told[group] else in_books(*at, "files")
        case "money", [int(line), _]:
            return money_evidence(detail, detail.money[line])
        case "total", []:
            return in_books(*at, "money")
        case "reasons", [int(line), _]:
            return reason_evidence(detail, told["reasons"][line]["code"])
        case "annotators", [int(line), _]:
            return _of_annotator(detail, told["annotators"][line]["pseudonym"])
        case "weeks", [int(line), *_]:
            return _of_week(at, told["weeks"][line]["week"])
    raise AddressError(f"no address is known of the pack's figure {'.'.join(map(str, place))}; add it here")


def _of_annotator(detail: BatchDetail, pseudonym: str) -> str:
    """One annotator's counts; those put together stand there each by itself."""
    named = (Condition("name", pseudonym),) if pseudonym else ()
    return in_store(detail.artefacts[GROUPS], Condition("kind", "annotator"), *named)


def _of_week(at: tuple[str, int, int], week: int) -> str:
    """An earlier week's files, of its first judgement: a pack's trend is of what was on the books then."""
    contract_id, own, revision = at
    return in_books(contract_id, week, revision if week == own else 1, "files")


def _counts(told: object) -> bool:
    if isinstance(told, str):
        return told.removeprefix("-").replace(".", "", 1).isdecimal() and "." in told
    return isinstance(told, int | float) and not isinstance(told, bool)
