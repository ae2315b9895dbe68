"""The ledger's tables. Counts, verdicts, decisions, money and lineage; never a row of vendor text.

Money is in whole minor units (SQLite keeps Numeric as REAL); prices are whole numbers of 10^-4 (`_e4`) or
10^-8 (`_e8`) currency units. `as_of` is business time given by the caller; `recorded_at`, `done_at`, the
columns of a claim or a turn (`owner`, `lease_until`, `fence`) and of failed tries (`attempts`, `last_error`,
`next_try_at`) say what a machine went through: they take part in no hash and no export.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, MetaData, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from rampart.ledger.moments import UtcMoment
from rampart.ledger.states import STATES

METADATA = MetaData(
    naming_convention={  # so that a later migration can find a constraint by name on either database
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_KNOWN_STATES = ", ".join(f"'{state}'" for state in STATES)


class Row(SQLModel):
    """A row of any of the ledger's tables."""

    metadata = METADATA


class ContractVersion(Row, table=True):
    """One registered version of a contract.

    `amends` and `effective` are those of its amendment. A version without one takes effect with the version
    it follows; where that is nowhere, both are empty: it is in force from the first day.
    """

    __tablename__ = "contract_version"
    __table_args__: ClassVar[Any] = (UniqueConstraint("contract_id", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    contract_id: str = Field(index=True)
    version: str
    digest: str = Field(unique=True)
    status: str
    vendor_id: str
    vendor_name: str
    program: str = Field(index=True)
    name: str
    object_key: str
    currency: str
    minor_units: int
    as_of: datetime = Field(sa_type=UtcMoment)
    amends: str | None = None
    effective: datetime | None = Field(default=None, sa_type=UtcMoment)


class ContractWeek(Row, table=True):
    """What a contract version plans for one week. `discount_e8` is taken off the price of each unit."""

    __tablename__ = "contract_week"
    contract_digest: str = Field(primary_key=True, foreign_key="contract_version.digest")
    week: int = Field(primary_key=True)
    phase: str
    units: int = Field(sa_type=BigInteger)
    discard_ceiling: float
    price_e4: int = Field(sa_type=BigInteger)
    discount_e8: int = Field(sa_type=BigInteger)
    due: datetime = Field(sa_type=UtcMoment)


class Batch(Row, table=True):
    """One judgement of a delivery for a contract week; a new judgement is a new revision."""

    __tablename__ = "batch"
    __table_args__: ClassVar[Any] = (
        UniqueConstraint("contract_id", "week", "revision"),
        ForeignKeyConstraint(
            ["contract_digest", "week"], ["contract_week.contract_digest", "contract_week.week"]
        ),
        CheckConstraint(f"state IN ({_KNOWN_STATES})", name="known_state"),
        CheckConstraint("revision >= 1", name="revision_from_one"),
    )
    id: int | None = Field(default=None, primary_key=True)
    contract_id: str
    week: int
    revision: int
    state: str
    state_reason: str = ""
    contract_digest: str
    delivery_id: str | None = None
    rules_digest: str | None = None
    replaces: str | None = None
    as_of: datetime = Field(sa_type=UtcMoment)
    owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcMoment)
    fence: int = 0


class FileLine(Row, table=True):
    """One delivered file of a batch, and where its records went."""

    __tablename__ = "batch_file"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("records = accepted + discarded + quarantined", name="each_record_once"),
        CheckConstraint("accepted >= 0 AND discarded >= 0 AND quarantined >= 0", name="counts_not_negative"),
    )
    batch_id: int = Field(primary_key=True, foreign_key="batch.id")
    name: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    sha256: str
    bytes: int = Field(sa_type=BigInteger)
    lines: int = Field(sa_type=BigInteger)
    records: int = Field(sa_type=BigInteger)
    accepted: int = Field(sa_type=BigInteger)
    discarded: int = Field(sa_type=BigInteger)
    quarantined: int = Field(sa_type=BigInteger)


class ReasonLine(Row, table=True):
    """How many records a reason discarded: as their first reason, and as any of their reasons."""

    __tablename__ = "batch_reason"
    __table_args__: ClassVar[Any] = (
        CheckConstraint("0 <= first_count AND first_count <= any_count", name="first_among_any"),
    )
    batch_id: int = Field(primary_key=True, foreign_key="batch.id")
    code: str = Field(primary_key=True)
    first_count: int = Field(sa_type=BigInteger)
    any_count: int = Field(sa_type=BigInteger)


class VerdictLine(Row, table=True):
    """One verdict of a batch, as `quality.verdict.Verdict` said it."""

    __tablename__ = "batch_verdict"
    batch_id: int = Field(primary_key=True, foreign_key="batch.id")
    position: int = Field(primary_key=True)
    clause: str
    metric: str
    threshold: float
    consequence: str
    status: str
    observed: float | None
    low: float | None
    high: float | None
    n: int = Field(sa_type=BigInteger)
    reason: str
    evidence: str | None


class MoneyEntry(Row, table=True):
    """One line of a batch's invoice; credits and discounts are negative."""

    __tablename__ = "batch_money"
    __table_args__: ClassVar[Any] = (
        CheckConstraint(
            "(kind = 'accepted_units' AND amount_minor >= 0) OR "
            "(kind <> 'accepted_units' AND amount_minor <= 0)",
            name="sign",
        ),
    )
    batch_id: int = Field(primary_key=True, foreign_key="batch.id")
    position: int = Field(primary_key=True)
    kind: str
    units: int = Field(sa_type=BigInteger)
    unit_price_e8: int = Field(sa_type=BigInteger)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    minor_units: int
    clause: str


class Artefact(Row, table=True):
    """A file made from a batch: its name and its address in the object store."""

    __tablename__ = "batch_artefact"
    batch_id: int = Field(primary_key=True, foreign_key="batch.id")
    name: str = Field(primary_key=True)
    object_key: str


class Comparison(Row, table=True):
    """The digest of an earlier batch's key set this batch was compared with."""

    __tablename__ = "batch_comparison"
    batch_id: int = Field(primary_key=True, foreign_key="batch.id")
    position: int = Field(primary_key=True)
    digest: str


class Decision(Row, table=True):
    """What a named person decided about a held batch."""

    __tablename__ = "decision"
    batch_id: int = Field(primary_key=True, foreign_key="batch.id")
    accepted: bool
    decided_by: str
    reason: str
    as_of: datetime = Field(sa_type=UtcMoment)


class Event(Row, table=True):
    """One link of a stream's hash chain; the database refuses to change or delete it."""

    __tablename__ = "ledger_event"
    __table_args__: ClassVar[Any] = (UniqueConstraint("stream", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    stream: str
    seq: int
    kind: str
    as_of: datetime = Field(sa_type=UtcMoment)
    payload: str = Field(sa_type=Text)  # canonical JSON
    prev_hash: str
    hash: str
    recorded_at: datetime = Field(sa_type=UtcMoment)


class Outbox(Row, table=True):
    """Work that follows from an entry, written in the entry's own transaction."""

    __tablename__ = "outbox"
    id: str = Field(primary_key=True)
    topic: str = Field(index=True)
    contract_id: str
    week: int
    revision: int
    program: str
    payload: str = Field(sa_type=Text)  # canonical JSON
    as_of: datetime = Field(sa_type=UtcMoment)
    done: bool = False
    done_at: datetime | None = Field(default=None, sa_type=UtcMoment)
    attempts: int = 0  # failed ones
    last_error: str = ""  # a sentence of ours
    next_try_at: datetime | None = Field(default=None, sa_type=UtcMoment)
    owner: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcMoment)
    fence: int = 0


class RmVersion(Row, table=True):
    """One reward-model training run, numbered within its programme."""

    __tablename__ = "rm_version"
    __table_args__: ClassVar[Any] = (UniqueConstraint("program", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    program: str
    version: int
    outbox_id: str = Field(unique=True, foreign_key="outbox.id")
    run_id: str = Field(index=True)
    contract_id: str  # the trigger
    week: int
    revision: int
    data_digest: str
    config_digest: str
    code_digest: str
    backend: str
    n_train: int = Field(sa_type=BigInteger)
    n_holdout: int = Field(sa_type=BigInteger)
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    as_of: datetime = Field(sa_type=UtcMoment)


class RmContract(Row, table=True):
    """A contract version whose batches a reward model was trained on."""

    __tablename__ = "rm_contract"
    rm_id: int = Field(primary_key=True, foreign_key="rm_version.id")
    position: int = Field(primary_key=True)
    contract_digest: str


class RmArtefact(Row, table=True):
    """A file of a reward model: its name and its address in the object store."""

    __tablename__ = "rm_artefact"
    rm_id: int = Field(primary_key=True, foreign_key="rm_version.id")
    name: str = Field(primary_key=True)
    object_key: str


class RmMetric(Row, table=True):
    """A figure measured on a reward model."""

    __tablename__ = "rm_metric"
    rm_id: int = Field(primary_key=True, foreign_key="rm_version.id")
    name: str = Field(primary_key=True)
    value: float


class Promotion(Row, table=True):
    """Whether a reward model became the champion, and on what evidence."""

    __tablename__ = "promotion"
    rm_id: int = Field(primary_key=True, foreign_key="rm_version.id")
    promoted: bool
    champion_before: str | None
    difference: float | None
    low: float | None
    high: float | None
    n: int = Field(sa_type=BigInteger)
    reason: str
