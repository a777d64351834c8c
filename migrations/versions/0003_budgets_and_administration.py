"""Add budgets, limits of single students, the off switch, the audit log, refusals and the topics of asks."""

from collections import Counter
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Create the tables, the column of topics and two indexes by time."""
    op.create_table(
        "spending",
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("committed_nanodollars", sa.BigInteger(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("period", name=op.f("pk_spending")),
    )
    _sum_up_spending(op.get_bind())
    op.create_table(
        "limit_overrides",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("messages_per_minute", sa.Integer(), nullable=True),
        sa.Column("daily_messages", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_limit_overrides_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_limit_overrides")),
    )
    op.create_index(op.f("ix_limit_overrides_expires_at"), "limit_overrides", ["expires_at"], unique=False)
    op.create_table(
        "switched_off",
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("message", sa.String(length=300), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_switched_off")),
    )
    op.create_table(
        "admin_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("module_id", sa.String(length=64), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_admin_actions_user_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_actions")),
    )
    op.create_index(op.f("ix_admin_actions_at"), "admin_actions", ["at"], unique=False)
    op.create_index(op.f("ix_admin_actions_user_id"), "admin_actions", ["user_id"], unique=False)
    op.create_table(
        "refusals",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("limit_name", sa.String(length=32), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "limit_name", name=op.f("pk_refusals")),
    )
    op.add_column("asks", sa.Column("topic", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_asks_created_at"), "asks", ["created_at"], unique=False)
    op.create_index(op.f("ix_model_calls_created_at"), "model_calls", ["created_at"], unique=False)


def downgrade() -> None:
    """Drop the tables, the column of topics and the indexes."""
    op.drop_index(op.f("ix_model_calls_created_at"), table_name="model_calls")
    op.drop_index(op.f("ix_asks_created_at"), table_name="asks")
    op.drop_column("asks", "topic")
    op.drop_table("refusals")
    op.drop_index(op.f("ix_admin_actions_user_id"), table_name="admin_actions")
    op.drop_index(op.f("ix_admin_actions_at"), table_name="admin_actions")
    op.drop_table("admin_actions")
    op.drop_table("switched_off")
    op.drop_index(op.f("ix_limit_overrides_expires_at"), table_name="limit_overrides")
    op.drop_table("limit_overrides")
    op.drop_table("spending")


def _sum_up_spending(connection: sa.Connection) -> None:
    """Fill the table of spending from the ledger: the cost of settled calls, and the reserved amounts of open calls."""
    rollups = sa.table("usage_rollups", sa.column("day", sa.Date()), sa.column("cost_nanodollars", sa.BigInteger()))
    calls = sa.table(
        "model_calls",
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("state", sa.String()),
        sa.column("reserved_nanodollars", sa.BigInteger()),
    )
    spent: Counter[str] = Counter()
    for day, nanodollars in connection.execute(sa.select(rollups.c.day, rollups.c.cost_nanodollars)):
        spent[day.isoformat()] += nanodollars
        spent[day.isoformat()[:7]] += nanodollars
    is_open = calls.c.state.in_(("reserved", "sent"))
    for made_at, nanodollars in connection.execute(
        sa.select(calls.c.created_at, calls.c.reserved_nanodollars).where(is_open)
    ):
        day = made_at.date().isoformat()
        spent[day] += nanodollars or 0
        spent[day[:7]] += nanodollars or 0
    spending = sa.table(
        "spending", sa.column("period", sa.String()), sa.column("committed_nanodollars", sa.BigInteger())
    )
    if spent:
        op.bulk_insert(
            spending,
            [{"period": period, "committed_nanodollars": nanodollars} for period, nanodollars in sorted(spent.items())],
        )
