"""`INSERT … ON CONFLICT`, which SQLite and PostgreSQL share and SQLAlchemy keeps in their dialects."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy.orm import DeclarativeBase

T = TypeVar("T")


class InsertInto(Protocol):
    """Starts an insert that can say what to do on a conflict."""

    def __call__(self, table: type[DeclarativeBase], /) -> sqlite.Insert:
        """Insert into a table."""
        ...


def upsert(connection: Connection, table: type[DeclarativeBase]) -> sqlite.Insert:
    """Start an insert that can say what to do on a conflict, for the database at hand."""
    return _insert_of(connection.dialect.name)(table)


def prepared(build: Callable[[InsertInto], T]) -> Callable[[Connection], T]:
    """Put an upsert together once a dialect: that costs ten times what executing it does.

    The values of its columns are given when it is executed, by their names.
    """

    @cache
    def of_dialect(name: str) -> T:
        return build(_insert_of(name))

    return lambda connection: of_dialect(connection.dialect.name)


def _insert_of(dialect: str) -> InsertInto:
    if dialect == "sqlite":
        return sqlite.insert
    # The two classes offer the same methods for this; typing follows SQLite's.
    return postgresql.insert  # type: ignore[return-value]
