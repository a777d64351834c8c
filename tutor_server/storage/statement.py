"""Statements that every ask executes. They are compiled once for each dialect and use the driver's cursor (PEP 249).

SQLAlchemy would build, cache and wrap them at each execution, which takes several times as long as the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import String, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError

from tutor_server.storage.upsert import insert_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from types import TracebackType

    from sqlalchemy import Connection, Dialect, Select
    from sqlalchemy.engine.interfaces import DBAPICursor
    from sqlalchemy.orm import DeclarativeBase
    from sqlalchemy.sql.dml import UpdateBase
    from sqlalchemy.types import TypeEngine

    from tutor_server.storage.upsert import InsertInto

    Construct = Select[*tuple[Any, ...]] | UpdateBase
    Convert = Callable[[Any], Any] | None
    """Converts a value between our type and the driver's; None means that the types are the same."""

T = TypeVar("T")


class Statement:
    """A statement that returns no rows.

    `build` makes SQLAlchemy's construct, given the dialect's own `insert`. Every execution passes values for the same
    names: the construct's `bindparam`s, and the columns that it writes.
    """

    def __init__(self, build: Callable[[InsertInto], Construct]) -> None:
        self._build = build
        self._by_dialect: dict[type[Dialect], _Compiled] = {}

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Execute the statement."""
        self._compiled(connection, values).run(connection, values)

    def execute_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute the statement for the values of each row, in one round trip."""
        self._compiled(connection, rows[0]).run_many(connection, rows)

    def _compiled(self, connection: Connection, names: Collection[str]) -> _Compiled:
        dialect = connection.dialect
        compiled = self._by_dialect.get(type(dialect))
        if compiled is None:
            compiled = _Compiled.of(self._build(insert_of(dialect.name)), dialect, names)
            self._by_dialect[type(dialect)] = compiled
        return compiled


class Insert(Statement):
    """An insert that writes every column of a table.

    PostgreSQL takes many rows as one array for each column, so that one execution inserts all of them.
    """

    def __init__(self, table: type[DeclarativeBase]) -> None:
        super().__init__(lambda insert: insert(table))
        self._names = table.__table__.columns.keys()
        self._from_arrays = Statement(lambda insert: insert(table).from_select(self._names, _rows_of_arrays(table)))

    def execute_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute the insert for the values of each row, in one round trip."""
        if connection.dialect.name == "postgresql":
            arrays = {_array_of(name): [row[name] for row in rows] for name in self._names}
            self._from_arrays.execute(connection, arrays)
        else:
            super().execute_many(connection, rows)


def _rows_of_arrays(table: type[DeclarativeBase]) -> Select[*tuple[Any, ...]]:
    columns = table.__table__.columns
    arrays = [bindparam(_array_of(column.key), type_=ARRAY(_unbounded(column.type))) for column in columns]
    return select(*func.unnest(*arrays).table_valued(*columns.keys()).render_derived().c)


def _array_of(name: str) -> str:
    return f"all_{name}"


def _unbounded(kind: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the column's type without a length: a cast to it would truncate a text that the column must refuse."""
    return Text() if isinstance(kind, String) else kind


class Query(Statement, Generic[T]):
    """A statement that returns rows. `row` builds each row from the values of its columns, in their order."""

    def __init__(self, build: Callable[[InsertInto], Construct], row: Callable[..., T]) -> None:
        super().__init__(build)
        self._row = row

    def all(self, connection: Connection, values: Mapping[str, Any]) -> list[T]:
        """Execute the statement; return its rows."""
        return [self._row(*row) for row in self._compiled(connection, values).run(connection, values)]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> T | None:
        """Execute the statement; return its first row, or None."""
        rows = self.all(connection, values)
        return rows[0] if rows else None


def scalar(value: T) -> T:
    """Return the only value of a row with one column: the argument `row` of such a `Query`."""
    return value


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement compiled for one dialect."""

    sql: str
    template: list[Any]
    """The parameters in their order. A parameter whose value each execution passes is None here."""
    given: Sequence[tuple[int, str, Convert]]
    """The index of each passed value in the parameters, its name, and its conversion."""
    columns: Sequence[Convert]
    """The conversions of a row's values; empty if no value needs one."""

    @classmethod
    def of(cls, construct: Construct, dialect: Dialect, names: Collection[str]) -> _Compiled:
        compiled = construct.compile(dialect=dialect, column_keys=list(names))
        if compiled.insert_prefetch or compiled.update_prefetch:
            raise ValueError("columns with a default have to be given")
        template: list[Any] = []
        given = []
        for place, bind in enumerate(compiled.binds[name] for name in compiled.positiontup or ()):
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if bind.key in names:
                template.append(None)
                given.append((place, bind.key, convert))
            else:
                template.append(convert(bind.effective_value) if convert else bind.effective_value)
        columns = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in construct.exported_columns
        ]
        return cls(compiled.string, template, given, columns if any(columns) else ())

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        parameters = self._parameters(values)
        with _Cursor(connection, self.sql, parameters) as cursor:
            cursor.execute(self.sql, parameters)
            rows = cursor.fetchall()
        if not self.columns:
            return rows
        return [
            [value if convert is None else convert(value) for convert, value in zip(self.columns, row, strict=True)]
            for row in rows
        ]

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        parameters = [self._parameters(values) for values in rows]
        with _Cursor(connection, self.sql, parameters, executemany=True) as cursor:
            cursor.executemany(self.sql, parameters)

    def _parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        parameters = self.template.copy()
        for place, name, convert in self.given:
            parameters[place] = values[name] if convert is None else convert(values[name])
        return tuple(parameters)


class _Cursor:
    """Open a cursor of the driver for one execution, and call SQLAlchemy's event listeners, without their context.

    Errors are raised as SQLAlchemy raises them, and a broken connection is invalidated.
    """

    def __init__(
        self, connection: Connection, sql: str, parameters: Sequence[Any], *, executemany: bool = False
    ) -> None:
        self._executemany = executemany
        self._connection = connection
        self._sql = sql
        self._parameters = parameters

    def __enter__(self) -> DBAPICursor:
        connection = self._connection
        self._cursor = connection.connection.cursor()
        for hear in connection.dispatch.before_cursor_execute:
            hear(connection, self._cursor, self._sql, self._parameters, None, self._executemany)
        return self._cursor

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if error is None:
            self._cursor.close()
            return
        connection, dialect = self._connection, self._connection.dialect
        if not isinstance(error, Exception):
            connection.invalidate(error)  # The execution was cancelled, so the connection's state is unknown.
        elif isinstance(error, dialect.loaded_dbapi.Error):
            is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
            if is_lost:
                connection.invalidate(error)
            raise DBAPIError.instance(
                self._sql, None, error, dialect.loaded_dbapi.Error, connection_invalidated=is_lost, dialect=dialect
            ) from error
