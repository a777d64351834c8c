"""Course modules in a service's database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testing.service import Service


def store_modules(service: Service, *modules: tuple[str, int]) -> None:
    """Store modules with these ids and order numbers in a service's SQLite database."""
    with closing(sqlite3.connect(service.data_dir / "tutor.sqlite3")) as connection, connection:
        connection.executemany(
            'INSERT INTO learning_modules (id, title, "order", statement, objectives, allowed_names, max_hint_level)'
            " VALUES (?, ?, ?, 'Do it.', '[\"learn\"]', '[\"sum\"]', 3)",
            [(name, name.title(), order) for name, order in modules],
        )
