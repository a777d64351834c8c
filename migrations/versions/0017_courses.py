"""Add courses and their members. Everything stored so far belongs to the course `default`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

EVERYWHERE, DEFAULT = UUID(int=0), UUID(int=1)

OF_A_COURSE = ("chat_sessions", "asks", "model_calls", "learning_modules")
"""Tables whose rows belong to one course."""
SUMS_BY_COURSE = {
    "usage_rollups": ["day", "provider", "model"],
    "guard_verdicts": ["day", "provider", "model", "hint_level", "verdict"],
    "answer_ratings": ["day", "provider", "model", "hint_level", "is_helpful"],
    "refusals": ["day", "limit_name"],
}
"""Tables of sums that are kept for each course, with their primary keys until now."""
LIMITS, LIMITS_KEY = "limit_overrides", ["user_id"]
"""The table of students' own limits, which gets rows for single courses, and its primary key until now."""
COUNTED = {"daily_usage": "subject, day, messages", "spending": "period, committed_nanodollars, warned_at"}
"""Tables that are kept for all courses together. The tables `course_…` beside them begin with a copy for `default`."""


def upgrade() -> None:
    """Create the tables, give every row its course, and make every account a member of `default`."""
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ladder", sa.String(length=16), nullable=True),
        sa.Column("max_hint_level", sa.Integer(), nullable=True),
        sa.Column("messages_per_minute", sa.Integer(), nullable=True),
        sa.Column("daily_message_cap", sa.Integer(), nullable=True),
        sa.Column("daily_budget_nanodollars", sa.BigInteger(), nullable=True),
        sa.Column("monthly_budget_nanodollars", sa.BigInteger(), nullable=True),
        sa.Column("providers", sa.JSON(), nullable=True),
        sa.Column("off_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_reason", sa.String(length=300), server_default="", nullable=False),
        sa.Column("join_code", sa.String(length=16), nullable=True),
        sa.Column("join_code_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("members_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("slug", name=op.f("uq_courses_slug")),
        sa.UniqueConstraint("join_code", name=op.f("uq_courses_join_code")),
    )
    op.create_table(
        "course_members",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_members_course_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "email", name=op.f("pk_course_members")),
    )
    op.create_index(op.f("ix_course_members_email"), "course_members", ["email"], unique=False)
    op.create_table(
        "course_daily_usage",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "day", "course_id", name=op.f("pk_course_daily_usage")),
    )
    op.create_table(
        "course_spending",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("committed_nanodollars", sa.BigInteger(), nullable=False),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("course_id", "period", name=op.f("pk_course_spending")),
    )
    for table in OF_A_COURSE:
        op.add_column(table, _course(DEFAULT))
    op.add_column("learning_modules", sa.Column("slug", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_learning_modules_course_id_slug"), "learning_modules", ["course_id", "slug"], unique=True)
    op.create_index(op.f("ix_learning_modules_course_id_order"), "learning_modules", ["course_id", "order"])
    op.drop_index(op.f("ix_learning_modules_order"), table_name="learning_modules")
    op.add_column("admin_actions", sa.Column("course_id", sa.Uuid(), nullable=True))
    for table, key in SUMS_BY_COURSE.items():
        _change_key(table, key, [*key, "course_id"], add=_course(DEFAULT))
    _change_key(LIMITS, LIMITS_KEY, [*LIMITS_KEY, "course_id"], add=_course(EVERYWHERE))
    _fill()


def _fill() -> None:
    """Create the course `default` with its members and counts."""
    courses = sa.table(
        "courses",
        sa.column("id", sa.Uuid()),
        sa.column("slug", sa.String()),
        sa.column("title", sa.String()),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    op.bulk_insert(
        courses, [{"id": DEFAULT, "slug": "default", "title": "Default course", "created_at": datetime.now(UTC)}]
    )
    op.execute(
        "INSERT INTO course_members (course_id, email, role, created_at)"  # noqa: S608 - an id of this module
        f" SELECT '{_id(DEFAULT)}', email, 'student', created_at FROM users"
    )
    for table, columns in COUNTED.items():
        op.execute(
            f"INSERT INTO course_{table} (course_id, {columns})"  # noqa: S608 - names of this module
            f" SELECT '{_id(DEFAULT)}', {columns} FROM {table}"
        )


def downgrade() -> None:
    """Drop the tables and columns. The sums of all courses are added up; modules of other courses are deleted."""
    op.execute(f"DELETE FROM {LIMITS} WHERE course_id <> '{_id(EVERYWHERE)}'")  # noqa: S608 - names of this module
    _change_key(LIMITS, [*LIMITS_KEY, "course_id"], LIMITS_KEY, drop="course_id")
    for table, key in SUMS_BY_COURSE.items():
        _add_up(table, key)
        _change_key(table, [*key, "course_id"], key, drop="course_id")
    op.drop_column("admin_actions", "course_id")
    op.execute(f"DELETE FROM learning_modules WHERE course_id <> '{_id(DEFAULT)}'")  # noqa: S608 - an id of this module
    op.create_index(op.f("ix_learning_modules_order"), "learning_modules", ["order"])
    op.drop_index(op.f("ix_learning_modules_course_id_order"), table_name="learning_modules")
    op.drop_index(op.f("ix_learning_modules_course_id_slug"), table_name="learning_modules")
    op.drop_column("learning_modules", "slug")
    for table in OF_A_COURSE:
        op.drop_column(table, "course_id")
    op.drop_index(op.f("ix_course_members_email"), table_name="course_members")
    for table in ("course_spending", "course_daily_usage", "course_members"):
        op.drop_table(table)
    op.drop_table("courses")


def _course(course: UUID) -> sa.Column[UUID]:
    return sa.Column("course_id", sa.Uuid(), server_default=sa.text(f"'{_id(course)}'"), nullable=False)


def _id(course: UUID) -> str:
    """Return an id as SQLite stores it. PostgreSQL accepts this form, too."""
    return course.hex


def _change_key(
    table: str, old: Sequence[str], new: Sequence[str], *, add: sa.Column[UUID] | None = None, drop: str | None = None
) -> None:
    """Change the primary key of a table. SQLite copies the table; these tables are small."""
    assert set(old) != set(new)  # noqa: S101 - a check of this script itself
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(f"pk_{table}", type_="primary")
        if add is not None:
            batch.add_column(add)
        if drop is not None:
            batch.drop_column(drop)
        batch.create_primary_key(f"pk_{table}", list(new))


def _add_up(table: str, key: Sequence[str]) -> None:
    """Replace the sums of the courses by one for all of them, as rows of the course `default`."""
    columns = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    sums = [name for name in columns if name not in {*key, "course_id"}]
    names = ", ".join((*key, *sums))
    added = ", ".join((*key, *(f"CAST(SUM({name}) AS BIGINT)" for name in sums)))
    op.execute(
        f"INSERT INTO {table} (course_id, {names})"  # noqa: S608 - names of this module and of the schema
        f" SELECT '{_id(EVERYWHERE)}', {added} FROM {table} GROUP BY {', '.join(key)}"
    )
    op.execute(f"DELETE FROM {table} WHERE course_id <> '{_id(EVERYWHERE)}'")  # noqa: S608 - names of this module
