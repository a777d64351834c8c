"""Add the purpose of an ask, which is sent with `accepted` and so must be known when an answer is replayed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the column. It is null in older asks, whose purpose is not known."""
    op.add_column("asks", sa.Column("purpose", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("asks", "purpose")
