"""Add what the ladder policies need: versions of a problem with their snapshots, efforts, and seen runs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the columns and the table. Each stored problem becomes a version that begins a problem."""
    op.add_column("problems", sa.Column("code_fingerprint", sa.String(length=64), server_default="", nullable=False))
    op.execute("UPDATE problems SET code_fingerprint = fingerprint")
    op.add_column("problems", sa.Column("root_id", sa.Uuid(), nullable=True))
    op.add_column("problems", sa.Column("has_effort", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("problems", sa.Column("unit", sa.String(length=32), nullable=True))
    op.add_column("problems", sa.Column("snapshot", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_problems_user_id_code_fingerprint"), "problems", ["user_id", "code_fingerprint"])
    op.create_index(op.f("ix_problems_user_id_unit_updated_at"), "problems", ["user_id", "unit", "updated_at"])
    op.create_table(
        "seen_runs",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_seen_runs_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "run_id", name=op.f("pk_seen_runs")),
    )
    op.create_index(op.f("ix_seen_runs_seen_at"), "seen_runs", ["seen_at"], unique=False)
    op.add_column("asks", sa.Column("change", sa.String(length=8), nullable=True))
    op.add_column("asks", sa.Column("follow_up_to", sa.Uuid(), nullable=True))
    op.add_column("learning_modules", sa.Column("ladder", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Drop the columns and the table. Versions that are no roots begin problems of their own."""
    op.drop_column("learning_modules", "ladder")
    op.drop_column("asks", "follow_up_to")
    op.drop_column("asks", "change")
    op.drop_index(op.f("ix_seen_runs_seen_at"), table_name="seen_runs")
    op.drop_table("seen_runs")
    op.drop_index(op.f("ix_problems_user_id_unit_updated_at"), table_name="problems")
    op.drop_index(op.f("ix_problems_user_id_code_fingerprint"), table_name="problems")
    op.drop_column("problems", "snapshot")
    op.drop_column("problems", "unit")
    op.drop_column("problems", "has_effort")
    op.drop_column("problems", "root_id")
    op.drop_column("problems", "code_fingerprint")
