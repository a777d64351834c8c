"""Count failed calls by course. Those counted so far belong to the course `default`."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLE, KEY = "call_failures", ["day", "provider", "model", "outcome"]
DEFAULT = UUID(int=1)


def upgrade() -> None:
    """Add the course to the key. SQLite copies the table, which is small."""
    of_default = sa.text(f"'{DEFAULT.hex}'")
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(f"pk_{TABLE}", type_="primary")
        batch.add_column(sa.Column("course_id", sa.Uuid(), server_default=of_default, nullable=False))
        batch.create_primary_key(f"pk_{TABLE}", ["day", "course_id", *KEY[1:]])


def downgrade() -> None:
    """Add the courses up, and drop the column."""
    everywhere = UUID(int=0)
    failures = sa.table(
        TABLE,
        *(sa.column(name) for name in KEY),
        sa.column("course_id", sa.Uuid()),
        sa.column("calls", sa.BigInteger()),
    )
    kept = [failures.c[name] for name in KEY]
    # PostgreSQL sums big integers as a decimal number.
    sums = sa.select(
        sa.literal(everywhere, sa.Uuid()), *kept, sa.cast(sa.func.sum(failures.c.calls), sa.BigInteger())
    ).group_by(*kept)
    op.execute(sa.insert(failures).from_select(["course_id", *KEY, "calls"], sums))
    op.execute(sa.delete(failures).where(failures.c.course_id != everywhere))
    with op.batch_alter_table(TABLE) as batch:
        batch.drop_constraint(f"pk_{TABLE}", type_="primary")
        batch.drop_column("course_id")
        batch.create_primary_key(f"pk_{TABLE}", KEY)
