"""Add the tokens of a call that were read from the provider's cache or written to it. They have their own prices.

Add whether the model's answer to an ask was cut, since such an answer is not repeated in a prompt.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Add the columns. Cached tokens are null in older rows, for which they are not known."""
    op.add_column("asks", sa.Column("was_cut", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("model_calls", sa.Column("cache_read_tokens", sa.Integer(), nullable=True))
    op.add_column("model_calls", sa.Column("cache_write_tokens", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Drop the columns."""
    op.drop_column("model_calls", "cache_write_tokens")
    op.drop_column("model_calls", "cache_read_tokens")
    op.drop_column("asks", "was_cut")
