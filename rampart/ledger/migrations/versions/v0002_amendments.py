"""Contract versions say which one they amend, and from when on."""

import sqlalchemy as sa
from alembic import op

from rampart.ledger.errors import LedgerError

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Versions of older books have neither: among them the latest registered stays in force."""
    op.add_column("contract_version", sa.Column("amends", sa.String(), nullable=True))
    op.add_column("contract_version", sa.Column("effective", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back, unless a version on the books amends another: the older schema cannot say so."""
    amending = sa.text(
        "SELECT count(*) FROM contract_version WHERE amends IS NOT NULL OR effective IS NOT NULL"
    )
    if found := op.get_bind().execute(amending).scalar_one():
        raise LedgerError(
            f"{found} contract versions on the books say what they amend or from when on, which schema "
            f"{down_revision} cannot hold; restore the backup made before the upgrade instead"
        )
    op.drop_column("contract_version", "effective")
    op.drop_column("contract_version", "amends")
