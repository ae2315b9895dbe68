"""Files → the contract `contract new --from` writes → what it makes of those files, unedited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from contracts.load import parse_contract
from contracts.model import Contract
from quality.gates.fates import count_reasons, part
from quality.gates.record.judging import gate_records
from quality.gates.record.repeats import Earlier
from rampart.delivery.canonicalise import Canonical
from rampart.drafting.propose import Proposal, propose
from rampart.drafting.sample import look_at
from rampart.drafting.skeleton import Answers
from rampart.drafting.write import contract_text
from tests.delivery.reading import jsonl, read

ANSWERS = Answers("Acme Labs", "Acme votes", date(2026, 1, 5))


@dataclass(frozen=True)
class Drafted:
    """A proposal, its contract as written, and what canonicalise and the gates make of the whole files."""

    proposal: Proposal
    text: str
    contract: Contract
    read: Canonical
    discarded: Mapping[str, int]  # reason code → records

    @property
    def records(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.read.records.to_pylist()
        return rows

    @property
    def rankings(self) -> list[list[int] | None]:
        return [record["ranking"] for record in self.records]

    def sure(self, address: str) -> str:
        return self.proposal.draft.notes[address].sure


def drafted(paths: Iterable[Path], edits: Iterable[tuple[str, str]] = ()) -> Drafted:
    """Look at files, write the contract, apply textual `edits`, and read the whole files by it."""
    listed = list(paths)
    beyond = 100_000 if len(listed) > 1 else 0
    proposal = propose([look_at(path, beyond=beyond) for path in listed], ANSWERS.start)
    text = contract_text(ANSWERS, proposal.terms(), proposal.draft.notes, proposal.remarks())
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the draft"
        text = text.replace(old, new)
    contract = parse_contract(text.encode(), "draft.odcs.yaml")
    found = read(contract, {path.name: path.read_bytes() for path in listed})
    gated = gate_records(found.records, contract, 1, Earlier())
    counted = count_reasons(part(found.records, gated).discarded)
    return Drafted(proposal, text, contract, found, {code: count for code, (_, count) in counted.items()})


def of_rows(folder: Path, rows: list[dict[str, Any]], name: str = "rows.jsonl") -> Drafted:
    """A draft for a file of JSON lines."""
    path = folder / name
    path.write_bytes(jsonl(*rows))
    return drafted([path])
