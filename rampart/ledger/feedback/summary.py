"""The pack's summary as a document: what happened, what to fix first, who, since when, and the money.

Each table says where the rows behind its figures are: a file of the pack and what to look for in it.
"""

from collections.abc import Iterator

from rampart.ledger.feedback.figures import Counts, Figures, section_of
from rampart.ledger.feedback.people import LEAST_COUNT, LEAST_JUDGED, Person
from rampart.showing.words import count, interval, percent, price, spoken
from rampart.specification.specification import Block, Code, Section, Specification, Table

ROWS = "discarded.jsonl"


def summary(figures: Figures) -> Specification:
    """The document; nothing in it is markup."""
    contract, counts = figures.contract, figures.counts
    sections = (
        Section("What happened", tuple(_happened(figures))),
        Section("What to fix first", tuple(_fixes(figures))),
        Section("Discards by reason", tuple(_reasons(figures))),
        Section("Week by week", (_trend(figures),)),
        Section("By annotator", tuple(_people(figures.people))),
        Section("Money", tuple(_money(figures))),
        Section("Files of this pack", tuple(_files())),
    )
    title = f"{contract.vendor.name}: week {counts.week}, {spoken(counts.state)}"
    about = f"Contract {contract.contract_id}, version {contract.version}."
    return Specification(title, about, tuple(section for section in sections if section.blocks))


def _happened(figures: Figures) -> Iterator[Block]:
    counts = figures.counts
    yield f"Verdict: {figures.reason}."
    hidden = counts.discarded - counts.listed
    unlisted = f" ({count(counts.listed)} of them listed)" if hidden else ""
    yield (
        f"Delivered {count(counts.delivered)} judgements: {count(counts.accepted)} accepted, "
        f"{count(counts.discarded)} discarded{unlisted}, {count(counts.unreadable)} unreadable."
    )
    if figures.beside:
        yield f"In the joined files {count(figures.beside)} rows are unreadable."
    if figures.fixes:
        yield (
            "You may dispute a discard by its record id, with a claim for each "
            '({"record_id": "…", "claim": "…"}, one a line).'
            if "gate" in figures.contract.disputes.counts
            else "The contract does not let discards be disputed."
        )


def _fixes(figures: Figures) -> Iterator[Block]:
    if not figures.fixes:
        return
    currency = figures.contract.ramp.currency
    yield (
        "Ranked by avoidable cost: what the records that have no other reason would have paid at the price "
        "in force, and the credits their discard cost. The second amount is what mending a reason saves "
        "together with all above it."
    )
    header = (
        f"Avoidable, {currency}",
        f"with those above, {currency}",
        "Reason",
        "Only reason of",
        "What to do",
    )
    rows = tuple(
        (
            f"{fix.worth:,f}",
            f"{fix.with_above:,f}",
            Code(fix.reason.code),
            count(fix.alone),
            fix.reason.fix,
        )
        for fix in figures.fixes
    )
    yield Table(header, rows)


def _reasons(figures: Figures) -> Iterator[Block]:
    if not figures.fixes:
        return
    yield (
        f"A record may have several reasons; the first is counted in its verdict. Rows: {ROWS}, those whose "
        "reasons hold the code."
    )
    header = ("Reason", "First", "Any", "What it means", "Clause", "Guideline section")
    ordered = sorted(figures.fixes, key=lambda fix: fix.reason.bit)
    rows = tuple(
        (
            Code(fix.reason.code),
            count(fix.first),
            count(fix.any),
            fix.reason.sentence,
            Code(fix.reason.clause),
            section_of(figures.contract, fix.reason.code) or "none named",
        )
        for fix in ordered
    )
    yield Table(header, rows)


def _trend(figures: Figures) -> Block:
    header = (
        "Week",
        "State",
        "Delivered",
        "Discarded",
        "Share",
        "95 % interval",
        "Ceiling",
        "Most often first",
    )
    return Table(header, tuple(map(_week, figures.trend)))


def _week(one: Counts) -> tuple[str | Code, ...]:
    share, low, high = one.rate or (None, None, None)
    most = min(one.first, key=lambda code: (-one.first[code], code), default=None)
    return (
        str(one.week),
        spoken(one.state),
        count(one.delivered),
        count(one.discarded),
        percent(share),
        interval(low, high),
        percent(one.ceiling),
        Code(f"{most} {one.first[most]}") if most else "nothing",
    )


def _people(people: tuple[Person, ...]) -> Iterator[Block]:
    if not people:
        return
    yield (
        "A pseudonym is a keyed hash of your own worker id: the same worker keeps it from week to week, and "
        "we can tell you which worker it is if you ask. Annotators with fewer than "
        f"{LEAST_JUDGED} judgements are put together; counts from 1 to {LEAST_COUNT - 1}, and one more where "
        "such a count could be worked out, are withheld."
    )
    rows = tuple(
        (
            Code(person.pseudonym) if person.pseudonym else f"{count(person.people)} others",
            count(person.judged),
            "withheld" if person.discarded is None else count(person.discarded),
            "" if person.discarded is None else percent(person.discarded / person.judged),
        )
        for person in people
    )
    yield Table(("Annotator", "Judged", "Discarded", "Share"), rows)


def _money(figures: Figures) -> Iterator[Block]:
    if not figures.counts.state.startswith("accepted"):
        yield "Not payable in this state; this is what it would have come to."
    currency = figures.contract.ramp.currency
    rows = [
        (spoken(line.kind), count(line.units), price(line.unit_price), f"{line.amount:,f}", Code(line.clause))
        for line in figures.money
    ]
    total = ("total", "", "", f"{figures.total:,f}", "")
    yield Table(("Line", "Units", "Unit price", f"Amount, {currency}", "Clause"), (*rows, total))


def _files() -> Iterator[Block]:
    told = {
        ROWS: "each discarded record by your own id, with its place and all its reasons",
        "discarded.parquet": "the same, as a table",
        "discarded.csv": "the same, for a spreadsheet: nothing in it runs",
        "quarantined.jsonl": "each line that could not be read, and what was expected there",
        "figures.json": "the figures of this page, for programs",
    }
    yield Table(("File", "Holds"), tuple((Code(name), what) for name, what in told.items()))
