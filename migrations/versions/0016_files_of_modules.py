"""Add the files of exercises: the starter, the tests that students see, and the reference, which they never do."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "module_files",
        sa.Column("module_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["module_id"], ["learning_modules.id"], name="fk_module_files_module_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("module_id", "kind", "name", name="pk_module_files"),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("module_files")
