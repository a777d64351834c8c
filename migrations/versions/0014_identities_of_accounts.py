"""Add the identities with which people sign in at an identity provider, their sessions there, and operators."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the column and the tables."""
    op.add_column("users", sa.Column("is_operator", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "sign_in_identities",
        sa.Column("issuer", sa.String(length=512), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("verified_email", sa.String(length=254), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_sign_in_identities_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_sign_in_identities")),
    )
    op.create_index(op.f("ix_sign_in_identities_user_id"), "sign_in_identities", ["user_id"], unique=False)
    op.create_table(
        "provider_sessions",
        sa.Column("issuer", sa.String(length=512), nullable=False),
        sa.Column("sid", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_provider_sessions_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "sid", name=op.f("pk_provider_sessions")),
    )
    op.create_index(op.f("ix_provider_sessions_user_id"), "provider_sessions", ["user_id"], unique=False)
    op.create_index(op.f("ix_provider_sessions_created_at"), "provider_sessions", ["created_at"], unique=False)


def downgrade() -> None:
    """Drop the tables and the column."""
    op.drop_table("provider_sessions")
    op.drop_table("sign_in_identities")
    op.drop_column("users", "is_operator")
