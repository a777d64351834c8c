"""Builds `INSERT … ON CONFLICT`, which SQLAlchemy offers only in its dialects of SQLite and PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import DeclarativeBase


class InsertInto(Protocol):
    """Builds an insert that can have a conflict clause."""

    def __call__(self, table: type[DeclarativeBase], /) -> sqlite.Insert:
        """Return an insert into a table."""
        ...


def upsert(connection: Connection, table: type[DeclarativeBase]) -> sqlite.Insert:
    """Return an insert that can have a conflict clause, for the dialect of a connection."""
    return insert_of(connection.dialect.name)(table)


def insert_of(dialect: str) -> InsertInto:
    """Return the insert of a dialect by its name."""
    if dialect == "sqlite":
        return sqlite.insert
    # Both dialects' classes offer the methods used here; the annotation names SQLite's.
    return postgresql.insert  # type: ignore[return-value]
