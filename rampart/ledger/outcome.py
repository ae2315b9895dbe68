"""What judging a batch found: counts, reasons, verdicts, money and artefacts, as frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from quality.verdict import Verdict
from rampart.ledger.canonical import Json, digest
from rampart.ledger.money import plain
from rampart.ledger.states import Settled

MoneyKind = Literal[
    "accepted_units",
    "discount",
    "free_rework",
    "unpaid_excess",
    "credit_discards",
    "credit_short",
    "credit_late",
    "credit_rejected",
    "discarded_units",
]
CREDITS: tuple[MoneyKind, ...] = ("credit_discards", "credit_short", "credit_late")  # of an accepted batch


@dataclass(frozen=True)
class FileCount:
    """One delivered file, `bytes` and `lines` as landed; records = accepted + discarded + quarantined."""

    name: str
    role: Literal["rows", "items"]
    sha256: str
    bytes: int
    lines: int
    records: int
    accepted: int
    discarded: int
    quarantined: int


@dataclass(frozen=True)
class ReasonCount:
    """Records discarded for reason `code`: as their `first` reason, and as `any` of their reasons."""

    code: str
    first: int
    any: int


@dataclass(frozen=True)
class MoneyLine:
    """One invoice line: |`amount`| = `units` x |`unit_price`|, rounded to the currency's `minor_units`.

    `amount` is signed: discounts and credits are negative. `clause` is the address of the term behind it.
    Which lines count in which state is told by `rampart.ledger.reckoning`.
    """

    kind: MoneyKind
    units: int
    unit_price: Decimal
    amount: Decimal
    currency: str
    minor_units: int
    clause: str


@dataclass(frozen=True)
class Settlement:
    """The whole outcome of judging one batch.

    `artefacts` maps a name to an object-store key; `compared_with` holds the digests of the key sets of the
    earlier batches it was compared with. The money of a held batch is what it would pay; of a rejected one,
    what it would have paid.
    """

    state: Settled
    reason: str
    files: tuple[FileCount, ...]
    reasons: tuple[ReasonCount, ...]
    verdicts: tuple[Verdict, ...]
    money: tuple[MoneyLine, ...]
    artefacts: Mapping[str, str]
    compared_with: tuple[str, ...] = ()

    @property
    def accepted(self) -> int:
        """Accepted records over all files."""
        return sum(file.accepted for file in self.files)

    @property
    def discarded(self) -> int:
        """Discarded records over all files."""
        return sum(file.discarded for file in self.files)

    @property
    def digest(self) -> str:
        """SHA-256 of everything in it but the state and its reason, which a decision may change later."""
        money: list[Json] = [
            [line.kind, line.units, plain(line.unit_price), plain(line.amount), line.currency, line.clause]
            for line in self.money
        ]
        files: list[Json] = [
            [f.name, f.role, f.sha256, f.bytes, f.lines, f.records, f.accepted, f.discarded, f.quarantined]
            for f in sorted(self.files, key=lambda file: (file.name, file.role))
        ]
        reasons: list[Json] = [
            [r.code, r.first, r.any] for r in sorted(self.reasons, key=lambda reason: reason.code)
        ]
        return digest(
            {
                "files": files,
                "reasons": reasons,
                "verdicts": [_verdict_facts(verdict) for verdict in self.verdicts],
                "money": money,
                "artefacts": dict(self.artefacts),
                "compared_with": self.compared_with,
            }
        )


def _verdict_facts(verdict: Verdict) -> list[Json]:
    """As the database will give it back: a threshold of 0 is the float 0.0 there."""
    figures: list[Json] = [
        None if figure is None else float(figure)
        for figure in (verdict.spec.threshold, verdict.observed, verdict.low, verdict.high)
    ]
    said = [verdict.spec.clause, verdict.spec.metric, verdict.spec.consequence, verdict.status]
    return [*said, *figures, verdict.n, verdict.reason, verdict.evidence]
