"""Add the table that counts students' ratings of answers, with the ratings that were given so far."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the table, and count the ratings of the stored asks."""
    op.create_table(
        "answer_ratings",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=128), nullable=False),
        sa.Column("hint_level", sa.Integer(), nullable=False),
        sa.Column("is_helpful", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "provider", "model", "hint_level", "is_helpful", name=op.f("pk_answer_ratings")),
    )
    op.execute(
        "INSERT INTO answer_ratings (day, provider, model, hint_level, is_helpful, answers) "
        "SELECT day, provider, model, hint_level, helpful, count(*) FROM asks "
        "WHERE helpful IS NOT NULL AND provider IS NOT NULL AND model IS NOT NULL "
        "GROUP BY day, provider, model, hint_level, helpful"
    )


def downgrade() -> None:
    """Drop the table. The ratings stay with their asks."""
    op.drop_table("answer_ratings")
