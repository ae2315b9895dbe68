"""Outbox rows say who is at work on them, how often that failed, and when to try again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NEW = ("attempts", "last_error", "next_try_at", "owner", "lease_until", "fence")


def upgrade() -> None:
    """Rows of older books were never tried: they start without a failure and without an owner."""
    op.add_column("outbox", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("last_error", sa.String(), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("owner", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("fence", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Column by column: a batch ALTER would drop the table that `rm_version` refers to, and its rows."""
    for name in reversed(_NEW):
        op.drop_column("outbox", name)
