"""Add the edit that an answer shows, which is sent with `done` and so must be known for a replay."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the column. It is null in older asks, and where the operator does not store code."""
    op.add_column("asks", sa.Column("edit", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("asks", "edit")
