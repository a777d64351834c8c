"""Add the people of LTI platforms: their accounts here, and the roles that the platforms gave them last."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "lti_users",
        sa.Column("platform_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("launched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id"], ["lti_platforms.id"], name=op.f("fk_lti_users_platform_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_lti_users_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("platform_id", "subject", name=op.f("pk_lti_users")),
    )
    op.create_index(op.f("ix_lti_users_user_id"), "lti_users", ["user_id"], unique=False)
    op.create_table(
        "lti_members",
        sa.Column("platform_id", sa.Uuid(), nullable=False),
        sa.Column("deployment_id", sa.String(length=255), nullable=False),
        sa.Column("context_id", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["platform_id", "deployment_id", "context_id"],
            ["lti_contexts.platform_id", "lti_contexts.deployment_id", "lti_contexts.context_id"],
            name=op.f("fk_lti_members_platform_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("platform_id", "deployment_id", "context_id", "email", name=op.f("pk_lti_members")),
    )
    op.create_index(op.f("ix_lti_members_email"), "lti_members", ["email"], unique=False)


def downgrade() -> None:
    """Drop the tables. The accounts and members stay."""
    op.drop_table("lti_members")
    op.drop_table("lti_users")
