"""Add the digests of what an answer said, so that no text is said twice in a session."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the column. It is null in older asks, whose texts may be said again."""
    op.add_column("asks", sa.Column("said", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("asks", "said")
