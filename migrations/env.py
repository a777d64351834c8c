"""Alembic's environment script: runs the migrations on the caller's connection, or on `TUTOR_DATABASE_URL`."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection, create_engine, make_url, pool

from tutor_server.settings import load_settings
from tutor_server.storage.models import Base
from tutor_server.storage.types import UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Render our column types as SQLAlchemy's own, since a migration must not depend on code that changes later."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run(connection: Connection) -> None:
    """Apply the migrations in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:  # Without a connection, a developer has run the command `alembic` to write a migration.
    url = make_url(load_settings().effective_database_url)
    engine = create_engine(url.set(drivername="sqlite"), poolclass=pool.NullPool)
    with engine.begin() as connection:
        run(connection)
