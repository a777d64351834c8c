"""`INSERT … ON CONFLICT`, which SQLite and PostgreSQL share and SQLAlchemy keeps in their dialects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import DeclarativeBase


class InsertInto(Protocol):
    """Starts an insert that can say what to do on a conflict."""

    def __call__(self, table: type[DeclarativeBase], /) -> sqlite.Insert:
        """Insert into a table."""
        ...


def upsert(connection: Connection, table: type[DeclarativeBase]) -> sqlite.Insert:
    """Start an insert that can say what to do on a conflict, for the database at hand."""
    return insert_of(connection.dialect.name)(table)


def insert_of(dialect: str) -> InsertInto:
    """Give the insert of a dialect by its name."""
    if dialect == "sqlite":
        return sqlite.insert
    # The two classes offer the same methods for this; typing follows SQLite's.
    return postgresql.insert  # type: ignore[return-value]
