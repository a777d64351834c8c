"""Tables of sums that every ask adds to. Sums are only incremented, with one update for a group of units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.storage.deferred import deferred_on
from tutor_server.storage.statement import Statement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import DeclarativeBase

    from tutor_server.storage.deferred import Key


class Sums:
    """A table of sums: one row for each combination of values of the columns `by`, and a sum in each column `of`."""

    def __init__(self, table: type[DeclarativeBase], *, by: Sequence[str], of: Sequence[str]) -> None:
        self._columns = (*by, *of)
        self._add = Statement(
            lambda insert: (added := insert(table)).on_conflict_do_update(
                index_elements=by, set_={name: getattr(table, name) + added.excluded[name] for name in of}
            )
        )

    def add(self, connection: Connection, key: Key, amounts: Sequence[int]) -> None:
        """Add amounts to the row of a key: before the commit or, if writes are not deferred, at once."""
        deferred = deferred_on(connection)
        if deferred is None:
            self.write(connection, {key: amounts})
        else:
            deferred.add_amounts(self, key, amounts)

    def write(self, connection: Connection, rows: Mapping[Key, Sequence[int]]) -> None:
        """Add amounts to several rows now, in the order of their keys, so that two transactions cannot deadlock."""
        changed = [
            dict(zip(self._columns, (*key, *amounts), strict=True))
            for key, amounts in sorted(rows.items())
            if any(amounts)
        ]
        if changed:
            self._add.execute_many(connection, changed)

    def write_deferred(self, connection: Connection) -> None:
        """Execute the deferred additions now, because the next statement reads them."""
        deferred = deferred_on(connection)
        if deferred is not None:
            deferred.write_sums(connection, self)
