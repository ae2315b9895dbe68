"""The books as first opened."""

import sqlalchemy as sa
from alembic import op

from rampart.ledger.errors import LedgerError

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REFUSAL = "ledger events are append-only: write a new event instead of changing an old one"

_SQLITE_TRIGGERS = [
    f"CREATE TRIGGER ledger_event_no_{action.lower()} BEFORE {action} ON ledger_event "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for action in ("UPDATE", "DELETE")
]
_POSTGRES_TRIGGERS = [
    "CREATE FUNCTION ledger_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER ledger_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_event_refuse()",
]


_TABLES = (  # children before their parents
    "promotion",
    "rm_metric",
    "rm_artefact",
    "rm_contract",
    "rm_version",
    "outbox",
    "ledger_event",
    "batch_comparison",
    "batch_artefact",
    "batch_money",
    "batch_verdict",
    "batch_reason",
    "batch_file",
    "decision",
    "batch",
    "contract_week",
    "contract_version",
)


def upgrade() -> None:
    """Make every table, and have the database itself refuse to change an event."""
    _contracts()
    _batches()
    _findings()
    _log()
    _models()
    triggers = {"sqlite": _SQLITE_TRIGGERS, "postgresql": _POSTGRES_TRIGGERS}
    for trigger in triggers[op.get_bind().dialect.name]:
        op.execute(trigger)


def downgrade() -> None:
    """Take every table away, unless something stands in the books: a change of schema deletes none."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM ledger_event")).scalar_one():
        raise LedgerError(
            f"the books hold entries, and before schema {revision} there is no place for them; "
            "keep a backup and remove the database itself if they shall go"
        )
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ledger_event_refuse()")


def _contracts() -> None:
    """Contract versions and their weeks."""
    op.create_table(
        "contract_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("vendor_id", sa.String(), nullable=False),
        sa.Column("vendor_name", sa.String(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor_units", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_version")),
        sa.UniqueConstraint("contract_id", "version", name=op.f("uq_contract_version_contract_id_version")),
        sa.UniqueConstraint("digest", name=op.f("uq_contract_version_digest")),
    )
    op.create_index(op.f("ix_contract_version_contract_id"), "contract_version", ["contract_id"])
    op.create_index(op.f("ix_contract_version_program"), "contract_version", ["program"])
    op.create_table(
        "contract_week",
        sa.Column("contract_digest", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("discard_ceiling", sa.Float(), nullable=False),
        sa.Column("price_e4", sa.BigInteger(), nullable=False),
        sa.Column("discount_e8", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_digest"], ["contract_version.digest"], name=op.f("fk_contract_week_contract_version")
        ),
        sa.PrimaryKeyConstraint("contract_digest", "week", name=op.f("pk_contract_week")),
    )


def _batches() -> None:
    """Batches and what people decided about them."""
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=False),
        sa.Column("contract_digest", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=True),
        sa.Column("rules_digest", sa.String(), nullable=True),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('expected', 'late', 'received', 'landed', 'gated', 'audited', "
            "'accepted', 'accepted_partial', 'held', 'rejected', 'superseded')",
            name=op.f("ck_batch_known_state"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_batch_revision_from_one")),
        sa.ForeignKeyConstraint(
            ["contract_digest", "week"],
            ["contract_week.contract_digest", "contract_week.week"],
            name=op.f("fk_batch_contract_week"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint(
            "contract_id", "week", "revision", name=op.f("uq_batch_contract_id_week_revision")
        ),
    )
    op.create_table(
        "decision",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_decision_batch")),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_decision")),
    )


def _findings() -> None:
    """What judging a batch found."""
    op.create_table(
        "batch_file",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("discarded", sa.BigInteger(), nullable=False),
        sa.Column("quarantined", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "accepted >= 0 AND discarded >= 0 AND quarantined >= 0",
            name=op.f("ck_batch_file_counts_not_negative"),
        ),
        sa.CheckConstraint(
            "records = accepted + discarded + quarantined", name=op.f("ck_batch_file_each_record_once")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_file_batch")),
        sa.PrimaryKeyConstraint("batch_id", "name", "role", name=op.f("pk_batch_file")),
    )
    op.create_table(
        "batch_reason",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("first_count", sa.BigInteger(), nullable=False),
        sa.Column("any_count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "0 <= first_count AND first_count <= any_count", name=op.f("ck_batch_reason_first_among_any")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_reason_batch")),
        sa.PrimaryKeyConstraint("batch_id", "code", name=op.f("pk_batch_reason")),
    )
    op.create_table(
        "batch_verdict",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("metric", sa.String(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("consequence", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("observed", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_verdict_batch")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_verdict")),
    )
    op.create_table(
        "batch_money",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_e8", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("minor_units", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'accepted_units' AND amount_minor >= 0) OR "
            "(kind <> 'accepted_units' AND amount_minor <= 0)",
            name=op.f("ck_batch_money_sign"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_money_batch")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_money")),
    )
    op.create_table(
        "batch_artefact",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_artefact_batch")),
        sa.PrimaryKeyConstraint("batch_id", "name", name=op.f("pk_batch_artefact")),
    )
    op.create_table(
        "batch_comparison",
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_comparison_batch")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_comparison")),
    )


def _log() -> None:
    """The event chain and the outbox."""
    op.create_table(
        "ledger_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_event")),
        sa.UniqueConstraint("stream", "seq", name=op.f("uq_ledger_event_stream_seq")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(op.f("ix_outbox_topic"), "outbox", ["topic"])


def _models() -> None:
    """Reward models and their promotions."""
    op.create_table(
        "rm_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outbox_id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("contract_id", sa.String(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("data_digest", sa.String(), nullable=False),
        sa.Column("config_digest", sa.String(), nullable=False),
        sa.Column("code_digest", sa.String(), nullable=False),
        sa.Column("backend", sa.String(), nullable=False),
        sa.Column("n_train", sa.BigInteger(), nullable=False),
        sa.Column("n_holdout", sa.BigInteger(), nullable=False),
        sa.Column("accuracy", sa.Float(), nullable=False),
        sa.Column("accuracy_low", sa.Float(), nullable=False),
        sa.Column("accuracy_high", sa.Float(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_rm_version_outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rm_version")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_rm_version_outbox_id")),
        sa.UniqueConstraint("program", "version", name=op.f("uq_rm_version_program_version")),
    )
    op.create_index(op.f("ix_rm_version_run_id"), "rm_version", ["run_id"])
    op.create_table(
        "rm_contract",
        sa.Column("rm_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contract_digest", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["rm_id"], ["rm_version.id"], name=op.f("fk_rm_contract_rm_version")),
        sa.PrimaryKeyConstraint("rm_id", "position", name=op.f("pk_rm_contract")),
    )
    op.create_table(
        "rm_artefact",
        sa.Column("rm_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("object_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["rm_id"], ["rm_version.id"], name=op.f("fk_rm_artefact_rm_version")),
        sa.PrimaryKeyConstraint("rm_id", "name", name=op.f("pk_rm_artefact")),
    )
    op.create_table(
        "rm_metric",
        sa.Column("rm_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["rm_id"], ["rm_version.id"], name=op.f("fk_rm_metric_rm_version")),
        sa.PrimaryKeyConstraint("rm_id", "name", name=op.f("pk_rm_metric")),
    )
    op.create_table(
        "promotion",
        sa.Column("rm_id", sa.Integer(), nullable=False),
        sa.Column("promoted", sa.Boolean(), nullable=False),
        sa.Column("champion_before", sa.String(), nullable=True),
        sa.Column("difference", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["rm_id"], ["rm_version.id"], name=op.f("fk_promotion_rm_version")),
        sa.PrimaryKeyConstraint("rm_id", name=op.f("pk_promotion")),
    )
