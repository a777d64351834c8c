"""The state of local mode: the number of asks about each problem, in an SQLite file that all editor windows share."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "local.sqlite3"
BUSY_SECONDS = 5.0
"""Seconds to wait while another window writes to the file. A write takes milliseconds."""

_creating = threading.Lock()
"""The lock for creating the file. When a thread closes a file, the process loses all its POSIX locks on that file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS problems (
    fingerprint TEXT PRIMARY KEY,
    asks INTEGER NOT NULL
) WITHOUT ROWID
"""


class StateUnavailable(Exception):
    """The state file cannot be used. The message is for the student, and names the file but not its folder."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class LocalState:
    """Counts asks by problem in `local.sqlite3` in the data folder.

    Each call opens the file, changes it in one transaction and closes it. So any thread may call, and no window holds a
    lock between two asks. A call blocks for some milliseconds, at worst for `busy_seconds`. SQLite's rollback journal
    is used, because WAL needs shared memory, which a home folder on a network lacks (https://www.sqlite.org/wal.html,
    "Overview").
    """

    def __init__(self, data_dir: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = data_dir / FILE_NAME
        self._busy_seconds = busy_seconds

    def count_ask(self, fingerprint: str) -> int:
        """Count an ask about a problem, and return the number of earlier asks about it. Raise `StateUnavailable`."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO problems (fingerprint, asks) VALUES (?, 1) "
                "ON CONFLICT (fingerprint) DO UPDATE SET asks = asks + 1",
                (fingerprint,),
            )
            asks: int
            (asks,) = connection.execute("SELECT asks FROM problems WHERE fingerprint = ?", (fingerprint,)).fetchone()
        return asks - 1

    def take_back(self, fingerprint: str) -> None:
        """Subtract an ask that got no answer. Raise `StateUnavailable`."""
        with self._transaction() as connection:
            connection.execute("UPDATE problems SET asks = max(asks - 1, 0) WHERE fingerprint = ?", (fingerprint,))

    def _create(self) -> None:
        """Create the file if it is missing, readable by the student only. SQLite gives its journal the same mode."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _creating, suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._create()
            connection = sqlite3.connect(self._path, timeout=self._busy_seconds, isolation_level=None)
            with closing(connection):
                connection.execute(SCHEMA)
                # Take the write lock before the first read, so that no other window can count in between.
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise _unavailable(error) from error


def _unavailable(error: sqlite3.Error | OSError) -> StateUnavailable:
    # sqlite_errorcode may be an extended code, whose low byte is the primary code (https://www.sqlite.org/rescode.html).
    code = getattr(error, "sqlite_errorcode", None) or 0
    primary = code & 0xFF
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StateUnavailable(
            f"Another program holds the tutor's file {FILE_NAME}. Please ask again in a moment.", retryable=True
        )
    if primary in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR}:
        return StateUnavailable(
            f"The tutor's file {FILE_NAME} in its data folder is damaged. Move it away and ask again: "
            "the hints then start at the first one.",
            retryable=False,
        )
    return StateUnavailable(
        f"The tutor cannot write its file {FILE_NAME}. Make room on the disk, or set TUTOR_DATA_DIR to a folder "
        "that you can write to.",
        retryable=False,
    )
