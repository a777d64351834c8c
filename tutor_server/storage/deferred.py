"""Fire-and-forget writes: the writes that a group of units defers are executed together, before the group's commit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.statement import Statement

_OPTION = "deferred"

Key = tuple[Any, ...]
"""The values of a row's key columns."""


class AddsTogether(Protocol):
    """A table whose additions can be written together."""

    def write(self, connection: Connection, rows: Mapping[Key, Sequence[int]]) -> None:
        """Add amounts to the rows of several keys now."""
        ...


class Deferred:
    """The deferred writes of one group of units: rows by statement, and increments of sums.

    A unit may read what an earlier unit's deferred writes change. Deferred writes are executed before any statement
    that SQLAlchemy executes. A `Statement` sees them only after a call such as `Sums.write_deferred`.
    """

    def __init__(self) -> None:
        self._rows: dict[Statement, list[Mapping[str, Any]]] = {}
        self._sums: dict[AddsTogether, dict[Key, list[Sequence[int]]]] = {}

    def add_row(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """Defer the execution of a statement; rows for the same statement are executed together."""
        self._rows.setdefault(statement, []).append(values)

    def add_amounts(self, sums: AddsTogether, key: Key, amounts: Sequence[int]) -> None:
        """Defer an increment of a row of sums; increments of the same row are added up."""
        self._sums.setdefault(sums, {}).setdefault(key, []).append(amounts)

    def write(self, connection: Connection) -> None:
        """Execute all deferred writes: rows in the order in which their statements first came, then sums.

        A write that fails stays deferred, so that the end of the group fails as well, even if a unit caught the error.
        """
        for statement in tuple(self._rows):
            statement.execute_many(connection, self._rows[statement])
            del self._rows[statement]
        for sums in tuple(self._sums):
            self.write_sums(connection, sums)

    def write_sums(self, connection: Connection, sums: AddsTogether) -> None:
        """Execute the deferred increments of one table of sums."""
        if sums in self._sums:
            totals = {key: tuple(map(sum, zip(*added, strict=True))) for key, added in self._sums[sums].items()}
            sums.write(connection, totals)
            del self._sums[sums]


@contextmanager
def deferring(connection: Connection) -> Iterator[None]:
    """Defer writes inside the context, and execute them at its end. If the context raises, they are dropped."""
    deferred = Deferred()
    connection.execution_options(**{_OPTION: deferred})
    try:
        yield
        deferred.write(connection)
    finally:
        connection.execution_options(**{_OPTION: None})


def deferred_on(connection: Connection) -> Deferred | None:
    """Return the deferred writes of a connection, or None if writes are not deferred on it."""
    deferred: Deferred | None = connection.get_execution_options().get(_OPTION)
    return deferred


def defer(connection: Connection, statement: Statement, values: Mapping[str, Any]) -> None:
    """Execute a statement before the commit, or at once if writes are not deferred."""
    deferred = deferred_on(connection)
    if deferred is None:
        statement.execute(connection, values)
    else:
        deferred.add_row(statement, values)


def write_deferred_first(
    connection: Connection, _cursor: object, _sql: str, _parameters: object, context: object, _is_many: object
) -> None:
    """Execute deferred writes before SQLAlchemy executes anything else (event `before_cursor_execute`)."""
    deferred = deferred_on(connection)
    if context is not None and deferred is not None:
        deferred.write(connection)
