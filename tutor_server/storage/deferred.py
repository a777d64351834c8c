"""Writes whose result nobody waits for: what a group of units defers is written together, before its commit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection

    from tutor_server.storage.statement import Statement
    from tutor_server.storage.sums import Key, Sums

_OPTION = "deferred"


class Deferred:
    """What the units of one group have deferred: the rows of each statement, and what is added to each sum.

    Units that ran before may have deferred what a later one looks for. Whatever SQLAlchemy executes sees it, since that
    is written first; a `Statement` sees it where it says so (`Sums.write_deferred`).
    """

    def __init__(self) -> None:
        self._rows: dict[Statement, list[Mapping[str, Any]]] = {}
        self._sums: dict[Sums, dict[Key, list[Sequence[int]]]] = {}

    def add_row(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """Execute a statement later, together with others of its kind."""
        self._rows.setdefault(statement, []).append(values)

    def add_amounts(self, sums: Sums, key: Key, amounts: Sequence[int]) -> None:
        """Add to a row of sums later, in one change with all else that is added to it."""
        self._sums.setdefault(sums, {}).setdefault(key, []).append(amounts)

    def write(self, connection: Connection) -> None:
        """Write all of it: rows in the order in which their statements came first, then sums.

        What cannot be written stays, so that the end of the group fails as well, whoever has caught the error.
        """
        for statement in tuple(self._rows):
            statement.execute_many(connection, self._rows[statement])
            del self._rows[statement]
        for sums in tuple(self._sums):
            self.write_sums(connection, sums)

    def write_sums(self, connection: Connection, sums: Sums) -> None:
        """Write what is added to these sums."""
        if sums in self._sums:
            totals = {key: tuple(map(sum, zip(*added, strict=True))) for key, added in self._sums[sums].items()}
            sums.write(connection, totals)
            del self._sums[sums]


@contextmanager
def deferring(connection: Connection) -> Iterator[None]:
    """Let writes be deferred from now on, and write them at the end. Where something is raised they are dropped."""
    deferred = Deferred()
    connection.execution_options(**{_OPTION: deferred})
    try:
        yield
        deferred.write(connection)
    finally:
        connection.execution_options(**{_OPTION: None})


def deferred_on(connection: Connection) -> Deferred | None:
    """Give what is deferred on a connection; None: nothing is to be."""
    deferred: Deferred | None = connection.get_execution_options().get(_OPTION)
    return deferred


def defer(connection: Connection, statement: Statement, values: Mapping[str, Any]) -> None:
    """Execute a statement before the commit; at once where nothing is deferred."""
    deferred = deferred_on(connection)
    if deferred is None:
        statement.execute(connection, values)
    else:
        deferred.add_row(statement, values)


def write_deferred_first(
    connection: Connection, _cursor: object, _sql: str, _parameters: object, context: object, _is_many: object
) -> None:
    """Write what is deferred before SQLAlchemy executes anything else (its event `before_cursor_execute`)."""
    deferred = deferred_on(connection)
    if context is not None and deferred is not None:
        deferred.write(connection)
