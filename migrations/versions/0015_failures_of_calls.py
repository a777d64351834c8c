"""Add the number of failed calls by day, provider, model and reason, for the metrics."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the table. It counts from now on."""
    op.create_table(
        "call_failures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "provider", "model", "outcome", name=op.f("pk_call_failures")),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("call_failures")
