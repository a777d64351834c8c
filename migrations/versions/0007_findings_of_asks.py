"""Add the line and the certainty of the offline tutor's finding to asks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns. Both are null in older asks."""
    op.add_column("asks", sa.Column("finding_line", sa.Integer(), nullable=True))
    op.add_column("asks", sa.Column("finding_certainty", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("asks", "finding_certainty")
    op.drop_column("asks", "finding_line")
