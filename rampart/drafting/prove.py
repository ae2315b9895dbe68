"""A draft tried on the sample itself: what becomes of its rows, by the code that will judge deliveries."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

from pydantic import ValidationError

from contracts.model import Contract
from quality.gates.fates import count_reasons, part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.canonicalise import canonicalise
from rampart.delivery.errors import DeliveryError
from rampart.delivery.landing import Landed, land
from rampart.delivery.local_store import LocalStore
from rampart.drafting.joining import Files
from rampart.drafting.sample import Sample

_KEY = b"sampled pseudonyms are thrown away"
_UNUSABLE = ("missing_required_field", "label_outside_scheme", "duplicate_record_id")


@dataclass(frozen=True)
class Trial:
    """What became of the sampled rows.

    `records` were read, `quarantined` could not be; `reasons` counts, by reason code, the records that the
    gates would discard. `usable` are the records whose fields and label say what the scheme asks for.
    """

    records: int
    quarantined: int
    reasons: Mapping[str, int]
    usable: int
    problem: str = ""
    valid: bool = True  # did the terms pass the contract's own rules?

    @property
    def share(self) -> float:
        """Usable records among everything delivered."""
        total = self.records + self.quarantined
        return self.usable / total if total else 0.0


FAILED = Trial(0, 0, {}, 0)


class Proof:
    """The sampled rows, landed once, against which drafts are tried; a context manager."""

    def __init__(self, files: Files, start: date) -> None:
        self._files = files
        self._frame = {**_FRAME, "term": {"start": start, "weeks": 1}}
        self._landed: Landed | None = None

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="rampart-draft-")
        root = Path(self._folder.name)
        self._drop, self._store = LocalStore(root / "drop"), LocalStore(root / "store")
        self._names = {}
        samples = [self._files.rows, *(link.items for link in self._files.links)]
        for number, sample in enumerate(samples):
            name = f"file-{number}.jsonl"
            self._names[sample.source.path] = name
            rows = sample.rows if number == 0 else (*sample.rows, *sample.beyond)
            self._drop.put_once(name, "".join(map(_line, rows)).encode("utf-8", "surrogatepass"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def tried(self, terms: Mapping[str, Any]) -> Trial:
        """What a contract of these terms (`annotation`, `delivery`, `gates`) makes of the sample."""
        try:
            contract = self._contract(terms)
            if self._landed is None:
                self._landed = land(self._drop, "", contract, 1, self._store)
            found = canonicalise(self._landed, contract, self._store, _KEY)
        except ValidationError as error:
            return replace(FAILED, problem=str(error.errors()[0]["msg"]), valid=False)
        except DeliveryError as error:
            return replace(FAILED, problem=str(error))
        gated = gate_records(found.records, contract, 1, Earlier())
        discarded = part(found.records, gated).discarded
        reasons = {code: count for code, (_, count) in count_reasons(discarded).items()}
        bad = sum(bool(set(row) & set(_UNUSABLE)) for row in discarded["reasons"].to_pylist())
        problems = Counter(found.quarantine["problem"].to_pylist()).most_common(1)
        return Trial(
            found.records.num_rows,
            found.quarantine.num_rows,
            reasons,
            found.records.num_rows - bad,
            problems[0][0] if problems else "",
        )

    def _contract(self, terms: Mapping[str, Any]) -> Contract:
        delivery = dict(terms["delivery"])
        delivery["rows"] = self._as_lines(self._files.rows)
        links = {link.as_: link.items for link in self._files.links}
        delivery["join"] = [
            {**join, "source": self._as_lines(links[join["as"]])} for join in delivery.get("join", ())
        ]
        return Contract.model_validate({**self._frame, **terms, "delivery": {**delivery, "manifest": "none"}})

    def _as_lines(self, sample: Sample) -> dict[str, str]:
        return {"path": self._names[sample.source.path], "format": "jsonl"}


_FRAME: dict[str, Any] = {
    "contract_id": "dc-draft",
    "version": "0",
    "status": "draft",
    "name": "Draft",
    "digest": "0" * 64,
    "vendor": {"id": "vendor", "name": "Vendor"},
    "program": "draft",
    "ramp": {
        "weeks": {1: {"phase": "production", "units": 1}},
        "phases": {"production": {"discard_ceiling": 1.0, "price": 0}},
    },
}


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=_as_text) + "\n"


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
