"""`INSERT … ON CONFLICT`, which SQLite and PostgreSQL share and SQLAlchemy keeps in their dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import DeclarativeBase


def upsert(connection: Connection, table: type[DeclarativeBase]) -> sqlite.Insert:
    """Start an insert that can say what to do on a conflict, for the database at hand."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    # The two classes offer the same methods for this; typing follows SQLite's.
    return postgresql.insert(table)  # type: ignore[return-value]
