"""The delivery specification: what a vendor must send, in its own files' words, from the terms alone.

It goes to the vendor, so it leaves out what is the buyer's: prices, contacts and names of people, the
programme, training, answers of gold questions, and the thresholds of audits that are only advice; such an
audit is still named. How the work is to be shared out (make-up, shares and hours of annotators) is told in
any case.
"""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from contracts.model import Contract
from contracts.terms.mapping import DeliveryTerms, RecordFields, Source
from contracts.terms.sources import DETECT
from contracts.versions.phrases import value_in_words
from rampart.delivery.globs import path_matches
from rampart.specification.example_rows import Examples
from rampart.specification.rules import batch_rules, label_words, record_rules, redelivery_rules

_MOMENTS = {
    "iso8601": "ISO 8601 (2026-01-06T09:00:00+00:00)",
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
}
_DURATIONS = {"s": "in seconds", "ms": "in milliseconds", "min": "in minutes", "h": "in hours"}
_DURATIONS["clock"] = "written like 1:02:03, the last two being minutes and seconds"


@dataclass(frozen=True)
class Code:
    """Text to be copied as it stands: a path, an expression, a word of the label."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table; a cell is prose or `Code`."""

    header: tuple[str, ...]
    rows: tuple[tuple[str | Code, ...], ...]


@dataclass(frozen=True)
class Listing:
    """A file's content under its name."""

    name: str
    text: str
    language: str


Block = str | Table | Listing  # a str is a paragraph


@dataclass(frozen=True)
class Section:
    """Blocks under a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Specification:
    """The whole document. Nothing in it is markup: whoever renders it escapes it."""

    title: str
    about: str
    sections: tuple[Section, ...]


def specification(contract: Contract, examples: Examples) -> Specification:
    """The specification of `contract`'s deliveries, with `examples` that were proven."""
    sections = (
        Section("When and where", _calendar(contract)),
        Section("Files", _files(contract)),
        Section("What each row holds", _fields(contract)),
        Section("Words", _words(contract)),
        Section("What makes a record unusable", _records(contract)),
        Section("What a batch is judged on", tuple(batch_rules(contract))),
        Section("Correcting a delivery", tuple(redelivery_rules(contract))),
        Section("Example", _example(contract, examples)),
    )
    about = f"For {contract.vendor.name}. Contract {contract.contract_id}, version {contract.version}."
    return Specification(f"Delivery specification: {contract.name}", about, sections)


def _calendar(contract: Contract) -> tuple[Block, ...]:
    term = contract.term
    zone = ZoneInfo(term.timezone)
    under, over = (
        value_in_words(share, "share") for share in (contract.ramp.volume_under, contract.ramp.volume_over)
    )
    named = bool(contract.on_policy.checkpoints)
    rows = []
    for number in sorted(contract.ramp.weeks):
        begins = term.start + timedelta(days=7 * (number - 1))
        due = term.due(number).astimezone(zone)
        checkpoints = Code(", ".join(contract.on_policy.allowed(number)) or "none named")
        rows.append(
            (
                str(number),
                f"{begins:%d %b} to {begins + timedelta(days=6):%d %b %Y}",
                f"{due:%a %d %b %Y, %H:%M}",
                Code(f"{contract.inbox(number)}/"),
                f"{contract.week(number).units:,}",
                *((checkpoints,) if named else ()),
            )
        )
    header = ("week", "work done", f"due ({term.timezone})", "folder", "judgements")
    judged = f"A week may fall short of its plan by {under} and exceed it by {over}."
    table = Table((*header, "checkpoints allowed") if named else header, tuple(rows))
    return (f"One folder a week, below the place agreed for deliveries. {judged}", table)


def _files(contract: Contract) -> tuple[Block, ...]:
    terms = contract.delivery
    rows = [_source("the judgements", terms.rows)]
    for join in terms.join:
        keys = f"{', '.join(join.on_parts)} = {', '.join(join.key_parts)}"
        rows.append(_source(f"joined as {join.as_}: {keys}", join.source))
    complete = (
        f"The delivery is complete when {terms.manifest} is in the folder: upload it last. It lists every "
        "file with its name, size in bytes, SHA-256 and number of rows; files it does not list are refused."
        if terms.manifest != "none"
        else "There is no manifest: the files named here are the delivery, so upload them whole."
        + _complete(terms)
    )
    packed = (
        "Files may be plain or compressed with gzip or zstandard; a zip archive, named .zip, counts as a "
        "folder of files. Other archives (tar, 7z) are not read."
    )
    return (Table(("file", "holds", "format"), tuple(rows)), f"{packed} {complete}")


def _complete(terms: DeliveryTerms) -> str:
    """The sentence on what says that files without a manifest are all there, with a blank before it."""
    marker, minutes = (
        (terms.complete.marker, terms.complete.quiet_minutes) if terms.complete else (None, None)
    )
    last = f"the file {marker} is in the folder (write it last)" if marker else ""
    quiet = f"no file has changed for {minutes} minutes" if minutes else ""
    said = " and ".join(filter(None, (last, quiet)))
    return f" The delivery is complete when {said}."


def _source(holds: str, source: Source) -> tuple[str | Code, ...]:
    match source.format:
        case "csv":
            dialect = source.csv
            encoding = "any encoding" if dialect.encoding == DETECT else dialect.encoding
            delimiter = "a tab" if dialect.delimiter == "\t" else repr(dialect.delimiter)
            said = f"CSV with a header; {delimiter} between cells, quoted by {dialect.quote}; {encoding}"
        case "json":
            where = f"in {source.rows_at}" if source.rows_at else "at the top"
            said = f"JSON, UTF-8: one array of objects {where}"
        case "jsonl":
            said = "JSON lines, UTF-8: one object a line"
        case "parquet":
            said = "Parquet"
    return Code(source.path), holds, said


def _fields(contract: Contract) -> tuple[Block, ...]:
    record = contract.delivery.record
    rows: list[tuple[str | Code, ...]] = []
    for name, given in record:
        if given is None:
            continue
        meaning = (RecordFields.model_fields[name].description or "").split(";")[0].rstrip(".") + "."
        needed = "required" if name in contract.required else "optional"
        if isinstance(given, str):
            rows.append((Code(given), name, needed, meaning))
            continue
        for place, one in enumerate(given, 1):
            for part, text in one:
                if text is not None:
                    must = "required" if part in contract.required else "optional"
                    must = needed if part == "content" else must
                    rows.append(
                        (Code(text), f"response {place}, {part}", must, f"The {part} of response {place}.")
                    )
    split = [
        f"One row holds several judgements: each element of {each.in_}." for each in contract.delivery.eaches
    ]
    if contract.delivery.tree:
        split.append(f"One row holds a tree of messages, from {contract.delivery.tree.root} down.")
    read = "Where each field of a record is read from (JMESPath). Other columns are not read."
    return (" ".join([*split, read]), Table(("read from", "feeds", "needed", "meaning"), tuple(rows)))


def _words(contract: Contract) -> tuple[Block, ...]:
    terms = contract.delivery
    blocks: list[Block] = []
    words = label_words(contract.annotation.scheme)
    if words:
        blocks.append("What the label may be. Upper and lower case do not matter.")
        rows = tuple((Code(word), meaning) for word, meaning in words)
        blocks.append(Table(("label", "means"), rows))
    if axes := contract.annotation.aspects:
        blocks.append(f"Aspects are scored by these names: {', '.join(axes)}.")
    if terms.roles:
        roles = tuple((Code(theirs), ours) for theirs, ours in terms.roles.items())
        blocks.append(Table(("role word", "is read as"), roles))
    for name, given in terms.values:
        if given:
            left = {
                "keep": "other words are kept as they are",
                "empty": "other words count as empty",
                "quarantine": "a row with another word is set aside",
            }
            blocks.append(f"Words for {name}; {left[given.unlisted]}.")
            listed = tuple((Code(theirs), ours) for theirs, ours in given.map.items())
            blocks.append(Table((name, "is read as"), listed))
    moments = ", or ".join(_MOMENTS.get(each, each) for each in terms.times.formats)
    zoned = f"a moment without an offset is read in {contract.term.timezone}"
    blocks.append(
        f"Moments are written as {moments}; {zoned}. Durations are {_DURATIONS[terms.times.duration]}."
    )
    if guideline := contract.annotation.guideline:
        where = f" ({guideline.document})" if guideline.document else ""
        blocks.append(f"Labels follow guideline version {guideline.version}{where}.")
    return tuple(blocks)


def _records(contract: Contract) -> tuple[Block, ...]:
    blocks: list[Block] = [
        "A row that cannot be read is set aside and not paid; its line and what was wrong come back to you. "
        "A record that was read is discarded for these reasons:",
        Table(("reason", "what it means", "what to do"), tuple(record_rules(contract))),
    ]
    if rules := contract.delivery.require:
        blocks.append("Rows are also set aside where one of these rules does not hold:")
        blocks.append(
            Table(("must be true", "otherwise"), tuple((Code(one.test), one.problem) for one in rules))
        )
    return tuple(blocks)


def _example(contract: Contract, examples: Examples) -> tuple[Block, ...]:
    if not examples.files:
        why = f" ({examples.problem})" if examples.problem else ""
        return (f"No example is shown: none could be made that reads back by this contract{why}.",)
    stand_for = "Texts, ids and checkpoints stand for those of the work order."
    taken = "The rows are those of a sample."
    blocks: list[Block] = [
        f"A whole delivery of week 1 in small: {examples.records} "
        f"{'judgement' if examples.records == 1 else 'judgements'}. It was read back by this contract, and "
        f"every record was kept. {taken if examples.real else stand_for}",
    ]
    layouts = {"jsonl": "each object stands on one line in the file", "parquet": "rows shown as JSON"}
    for file in examples.files:
        source = _source_of(contract, file.name)
        note = f" ({layouts[source.format]})" if source.format in layouts else ""
        blocks.append(Listing(f"{file.name}{note}", file.text, file.language))
    if examples.manifest is not None:
        name = contract.delivery.manifest
        blocks.append(Listing(name, examples.manifest, name.rpartition(".")[2]))
        blocks.append("The sizes and digests are those of the example's files, uncompressed.")
    return tuple(blocks)


def _source_of(contract: Contract, name: str) -> Source:
    sources = [contract.delivery.rows, *(join.source for join in contract.delivery.join)]
    return next(source for source in sources if path_matches(name, source.path))
