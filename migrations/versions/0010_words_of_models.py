"""Add whether words of a model are in the answer, which is sent with `done` and so must be known for a replay."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the column. It is null in older asks, for which the provider tells it."""
    op.add_column("asks", sa.Column("has_model_words", sa.Boolean(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("asks", "has_model_words")
