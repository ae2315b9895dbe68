"""Contract versions say which one they amend, and from when on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Versions of older books have neither: among them the latest registered stays in force."""
    op.add_column("contract_version", sa.Column("amends", sa.String(), nullable=True))
    op.add_column("contract_version", sa.Column("effective", sa.DateTime(timezone=True), nullable=True))
