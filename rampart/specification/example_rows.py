"""Examples for a vendor: rows in its own shape, proven by reading them back before anyone sees them.

Rows are made by reading the contract's expressions backwards, or taken from a sample. Either way they are
written to files, landed, read by the contract and judged by its gates; what does not come back whole is not
shown.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from contracts.language.expressions import ExpressionError, fields_read
from contracts.model import Contract
from contracts.terms.mapping import Source
from rampart.delivery.archives import is_archive
from rampart.delivery.canonicalise import Canonical, canonicalise
from rampart.delivery.errors import DeliveryError
from rampart.delivery.landing import land
from rampart.delivery.local_store import LocalStore
from rampart.delivery.manifest_csv import as_table
from rampart.delivery.scope import columns_read
from rampart.records.reasons import reasons_of
from rampart.specification.example_files import file_name, shown, written
from rampart.specification.example_values import labels, responses_shown, wanted
from rampart.specification.inversion import ROW, Inversion
from rampart.specification.row_draft import LAST, NotInvertibleError, RowDraft, Steps

Judge = Callable[[pa.Table], Sequence[int]]  # canonical records → masks of reasons to discard them, 0: kept
Rows = list[dict[str, Any]]

WEEK = 1  # the contract week examples are of
NO_GOLD = (None, '""', "null")  # an ordinary row's gold column, in a format without nulls too
_KEY = b"an example names nobody"
# What a contract's expressions or a draft can raise where they cannot be read backwards.
_UNSOLVED = (NotInvertibleError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class ExampleFile:
    """One file of the example: its bytes, and the text a page shows in `language`."""

    name: str
    data: bytes
    rows: int
    text: str
    language: str


@dataclass(frozen=True)
class Examples:
    """A delivery in small. `manifest` is the text of its manifest, None where the contract wants none.

    `problem` says why there are no files, where there are none; `unfit` which rows of a sample were passed
    over, and why. `real` rows are a sample's, not made.
    """

    files: tuple[ExampleFile, ...] = ()
    manifest: str | None = None
    records: int = 0
    problem: str = ""
    unfit: tuple[str, ...] = ()
    real: bool = False


@dataclass
class _Made:
    """Rows by the file they stand in."""

    rows: Rows = field(default_factory=list)
    joined: dict[str, Rows] = field(default_factory=dict)  # name of the join → rows


def made_examples(contract: Contract, judge: Judge) -> Examples:
    """An example delivery of the first week, made from the terms alone.

    Args:
        contract: the terms.
        judge: the record gates; a record they discard is not an example.
    """
    made = _Made()
    for item, label in enumerate(labels(contract.annotation.scheme, responses_shown(contract))):
        _add(made, contract, item, label)
    return proven(contract, made.rows, made.joined, judge)


def proven(contract: Contract, rows: Rows, joined: Mapping[str, Rows], judge: Judge) -> Examples:
    """Those of `rows` that come back as records the gates keep, with the files they stand in."""
    problem = "no row could be made from the expressions of the contract"
    for _ in range(2):  # the second time, without the rows that failed the first
        if not rows:
            break
        try:
            found, files, manifest = _read_back(contract, rows, joined)
        except (DeliveryError, *_UNSOLVED) as error:
            return Examples(problem=str(error))
        bad = _bad_lines(found, judge)
        if not bad and found.records.num_rows:
            return Examples(files, manifest, found.records.num_rows)
        problem = next(iter(bad.values()), "no row holds a judgement")
        rows = [row for place, row in enumerate(rows, 1) if place + _offset(contract) not in bad]
        if not bad:
            break
    return Examples(problem=problem)


def _offset(contract: Contract) -> int:
    """Lines before the first row: places count from 1, and a CSV's header is line 1."""
    return 1 if contract.delivery.rows.format == "csv" else 0


def _bad_lines(found: Canonical, judge: Judge) -> dict[int, str]:
    """Line → why it is no example."""
    bad = {
        int(one["source_line"]): str(one["problem"])
        for one in found.quarantine.select(["source_line", "problem"]).to_pylist()
    }
    lines = found.records["source_line"].to_pylist()
    gold = found.records["gold"].to_pylist()
    for line, mask, known in zip(lines, judge(found.records), gold, strict=True):
        reasons = ", ".join(reason.code.replace("_", " ") for reason in reasons_of(mask))
        is_gold = known not in NO_GOLD
        if mask or is_gold:
            bad.setdefault(
                int(line), "a gold question is nobody's example" if is_gold else f"discarded: {reasons}"
            )
    return bad


def _read_back(
    contract: Contract, rows: Rows, joined: Mapping[str, Rows]
) -> tuple[Canonical, tuple[ExampleFile, ...], str | None]:
    files = tuple(_files(contract, rows, joined))
    manifest = _manifest(contract, files) if contract.delivery.manifest != "none" else None
    marker = contract.delivery.complete.marker if contract.delivery.complete else None
    with TemporaryDirectory() as folder:
        drop, store = LocalStore(Path(folder) / "drop"), LocalStore(Path(folder) / "store")
        for file in files:
            drop.put_once(file.name, file.data)
        if marker:
            drop.put_once(marker, b"")
        if manifest is not None:
            drop.put_once(contract.delivery.manifest, manifest.encode())
        return canonicalise(land(drop, "", contract, WEEK, store), contract, store, _KEY), files, manifest


def _files(contract: Contract, rows: Rows, joined: Mapping[str, Rows]) -> Iterator[ExampleFile]:
    terms = contract.delivery
    sources: dict[str, tuple[Source, Rows]] = {terms.rows.path: (terms.rows, list(rows))}
    for join in terms.join:
        _, partners = sources.setdefault(join.source.path, (join.source, []))
        for row in joined.get(join.as_, ()):
            if row not in partners:  # several rows may share one
                partners.append(row)
    for path, (source, held) in sources.items():
        if any(is_archive(name) for name in path.split("/")):
            raise NotInvertibleError("it lies in an archive")
        columns = columns_read(terms) if path == terms.rows.path else frozenset[str]()
        data = written(held, source, columns)
        text, language = shown(held, data, source)
        if source.format == "csv" and not all(each.isprintable() or each in "\n\t" for each in text):
            raise NotInvertibleError("it holds characters that cannot be shown")
        yield ExampleFile(file_name(path), data, len(held), text, language)


def _manifest(contract: Contract, files: Sequence[ExampleFile]) -> str:
    listed = [
        {
            "name": file.name,
            "bytes": len(file.data),
            "sha256": hashlib.sha256(file.data).hexdigest(),
            "rows": file.rows,
        }
        for file in files
    ]
    told = {"manifest_version": 1, "contract_id": contract.contract_id, "week": WEEK, "replaces": None}
    if contract.delivery.manifest == "manifest.csv":
        return as_table([*told.values()], ([*file.values()] for file in listed))
    return json.dumps({**told, "files": listed}, indent=2) + "\n"


def _add(made: _Made, contract: Contract, item: int, label: Any) -> None:
    """Make one row and its partners, where that can be done."""
    terms = contract.delivery
    draft = RowDraft(terms.transcript.markers if terms.transcript else {})
    names = {join.as_ for join in terms.join}
    try:
        ways = list(_ways(contract, draft))
    except (ExpressionError, *_UNSOLVED):
        return
    for place, aliases in enumerate(ways):
        inversion = Inversion(draft, aliases)
        _put_keys(inversion, contract, item)
        _put_record(inversion, contract, wanted(contract, item, item * len(ways) + place, label))
    try:
        row = _in_order(draft.built(ROW), contract)
        partners = {name: draft.built(name) for name in names}
    except NotInvertibleError:
        return
    made.rows.append(row)
    for name, partner in partners.items():
        made.joined.setdefault(name, []).append(partner)


def _in_order(row: dict[str, Any], contract: Contract) -> dict[str, Any]:
    """The row's columns in the order in which a record reads them, ids first."""
    texts = [text for _, text in contract.delivery.record if isinstance(text, str)]
    texts.insert(2, _texts_of_responses(contract))
    order = [name for text in texts if text for name in sorted(fields_read(text))]
    places = {name: place for place, name in reversed(list(enumerate(order)))}
    return dict(sorted(row.items(), key=lambda pair: places.get(pair[0], len(order))))


def _texts_of_responses(contract: Contract) -> str:
    given = contract.delivery.record.responses
    return f"[{', '.join(one.content for one in given)}]" if isinstance(given, tuple) and given else ""


def _ways(contract: Contract, draft: RowDraft) -> Iterator[dict[Steps, Steps | None]]:
    """The names the contract gives, resolved: one set of aliases for each judgement of a row."""
    terms = contract.delivery
    start: dict[Steps, Steps | None] = {(ROW, join.as_): (join.as_,) for join in terms.join}
    if terms.tree:
        root = Inversion(draft, start).path(terms.tree.root)
        node: Steps = (ROW, terms.tree.as_)
        start |= {(*node, "node"): root, (*node, "replies"): (*root, terms.tree.replies)}
        start |= {(*node, "path", place): root for place in (0, LAST)}
    ways = [start]
    for each in terms.eaches:
        ways = [{**way, **more} for way in ways for more in _elements(contract, draft, way, each)]
    yield from ways


def _elements(
    contract: Contract, draft: RowDraft, aliases: Mapping[Steps, Steps | None], each: Any
) -> Iterator[dict[Steps, Steps | None]]:
    keyed = f"{each.as_}.key" in contract.delivery.record.model_dump_json()
    for number, found in enumerate(Inversion(draft, aliases).elements(each.in_), 1):
        own: Steps = (ROW, each.as_)
        told: dict[Steps, Steps | None] = {(*own, name): None for name in ("key", "index", "number")}
        for below, path in found.items():
            by_key = keyed and path and isinstance(path[-1], int) and not below
            told[(*own, "value", *below)] = (*path[:-1], f"annotator-{number}") if by_key and path else path
        yield told


def _put_keys(inversion: Inversion, contract: Contract, item: int) -> None:
    for join in contract.delivery.join:
        for on, key in zip(join.on_parts, join.key_parts, strict=True):
            value = f"{join.as_}-{item + 1}"
            _tried(inversion.put, on, value)
            _tried(inversion.put, key, value, join.as_)


def _put_record(inversion: Inversion, contract: Contract, values: Mapping[str, Any]) -> None:
    terms, record = contract.delivery, contract.delivery.record
    for name, value in values.items():
        given = getattr(record, name)
        if name == "responses" and isinstance(given, tuple):
            for fields, response in zip(given, value, strict=True):
                for part, text in fields:
                    if text is not None:
                        _tried(inversion.put, text, response[part])
        elif given is not None:
            _tried(inversion.put, given, value)
    if terms.shown:
        _tried(inversion.put, terms.shown, list(range(len(values.get("responses", ())))))
    conditions = [each.where for each in terms.eaches] + [terms.tree.where if terms.tree else None]
    for condition in filter(None, [*conditions, *(rule.test for rule in terms.require)]):
        _tried(inversion.hold, condition)


def _tried(put: Callable[..., None], *given: Any) -> None:
    """What cannot be read backwards is left out; reading the row back shows whether it was needed."""
    try:
        put(*given)
    except (ExpressionError, *_UNSOLVED):
        return
