"""Add sessions of the dashboard, and the actor of each action in the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the table and the column. Until now, the actor of every action over HTTP was a holder of the admin key."""
    op.create_table(
        "dashboard_sessions",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_dashboard_sessions")),
    )
    op.add_column("admin_actions", sa.Column("actor", sa.String(length=254), server_default="key", nullable=False))
    op.execute(sa.text("UPDATE admin_actions SET actor = 'command' WHERE way = 'command'"))


def downgrade() -> None:
    """Drop the column and the table."""
    op.drop_column("admin_actions", "actor")
    op.drop_table("dashboard_sessions")
