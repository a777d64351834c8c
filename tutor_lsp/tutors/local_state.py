"""The state of local mode: the hint level of each problem, in an SQLite file that all editor windows share."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.records import RECENT, Version, highest_of_follow_up, place
from tutor_pedagogy.conversation.said import digests_of, split_digests
from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.conversation.talk import NEW, Talk, Told
from tutor_pedagogy.ladder.policy import Circumstances, Ladder, Standing, Step, step

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from tutor_pedagogy.conversation.change import Comparison

FILE_NAME = "local.sqlite3"
BUSY_SECONDS = 5.0
"""Seconds to wait while another window writes to the file. A write takes milliseconds."""

_creating = threading.Lock()
"""The lock for creating the file. When a thread closes a file, the process loses all its POSIX locks on that file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS versions (
    id INTEGER PRIMARY KEY,
    fingerprint TEXT NOT NULL UNIQUE,
    code_fingerprint TEXT NOT NULL,
    unit TEXT NOT NULL,
    root INTEGER,
    level INTEGER NOT NULL DEFAULT 0,
    effort INTEGER NOT NULL DEFAULT 0,
    snapshot TEXT,
    asked_at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_of_code ON versions (code_fingerprint, asked_at);
CREATE INDEX IF NOT EXISTS versions_of_unit ON versions (unit, asked_at);
CREATE TABLE IF NOT EXISTS runs (run_id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_ANSWERS = """
CREATE TABLE IF NOT EXISTS answers (
    message_id TEXT PRIMARY KEY,
    problem INTEGER NOT NULL,
    session TEXT NOT NULL,
    level INTEGER NOT NULL,
    is_follow_up INTEGER NOT NULL,
    question TEXT,
    said BLOB NOT NULL
) WITHOUT ROWID
"""
_ANSWERS_OF_SESSION = "CREATE INDEX IF NOT EXISTS answers_of_session ON answers (session)"
_TIMES = "SELECT count(*) FROM answers WHERE problem = ? AND level = ? AND NOT is_follow_up"
_IMPORT_OLD = (
    """
    INSERT OR IGNORE INTO versions (fingerprint, code_fingerprint, unit, level, asked_at)
    SELECT fingerprint, fingerprint, '', min(asks, 5), 0 FROM problems
    """,
    "DROP TABLE problems",
)
"""Imports the levels of a file from before versions were stored."""
_FIND = """
SELECT v.id, coalesce(r.id, v.id), v.fingerprint, v.asked_at, v.snapshot
FROM versions AS v LEFT JOIN versions AS r ON r.id = v.root
WHERE v.{column} ? ORDER BY v.asked_at DESC, v.id DESC LIMIT ?
"""
_OF_CODE, _OF_UNIT = _FIND.format(column="code_fingerprint ="), _FIND.format(column="unit =")
_LATELY = _FIND.format(column="asked_at >=")
_VERSIONS = 20
"""The maximum number of versions of a code or a unit that are compared."""
_STORE = """
INSERT INTO versions (fingerprint, code_fingerprint, unit, root, snapshot, asked_at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (fingerprint) DO UPDATE SET unit = excluded.unit, snapshot = excluded.snapshot, asked_at = excluded.asked_at
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class PlacedAsk:
    """The problem that an ask is about, its step on the ladder, and the change; None for a follow-up question.

    `talk` is the conversation so far.
    """

    problem: int
    step: Step
    comparison: Comparison | None = None
    talk: Talk = NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalAnswer:
    """An answer of local mode: what is stored of it."""

    message_id: UUID
    problem: int
    session: UUID
    level: int
    is_follow_up: bool
    question: str | None
    text: str


class StateUnavailable(Exception):
    """The state file cannot be used. The message is for the student, and names the file but not its folder."""

    def __init__(self, message: str, *, retryable: bool) -> None:
        super().__init__(message)
        self.retryable = retryable


class LocalState:
    """Stores the versions of code that were asked about, with their hint levels, in `local.sqlite3` in the data folder.

    Each call opens the file, changes it in one transaction and closes it. So any thread may call, and no window holds a
    lock between two asks. A call blocks for some milliseconds, at worst for `busy_seconds`. SQLite's rollback journal
    is used, because WAL needs shared memory, which a home folder on a network lacks (https://www.sqlite.org/wal.html,
    "Overview").
    """

    def __init__(self, data_dir: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = data_dir / FILE_NAME
        self._busy_seconds = busy_seconds

    def place_ask(
        self, snapshot: Snapshot, *, session: UUID, run_id: UUID | None, policy: Ladder, bound: int, now: datetime
    ) -> PlacedAsk:
        """Store the version of an ask and the hint level of its problem. Raise `StateUnavailable`."""
        with self._transaction() as connection:
            placement = place(
                snapshot,
                of_code=_versions(connection, _OF_CODE, snapshot.fingerprint),
                of_unit=_versions(connection, _OF_UNIT, snapshot.unit),
                policy=policy,
                now=now,
                lately=lambda: _versions(connection, _LATELY, (now - RECENT).timestamp()),
            )
            asked = placement.circumstances
            if run_id is not None and _is_new(connection, run_id):
                asked = replace(asked, made_effort=True)
            stored = json.dumps(placement.stored.to_json())
            row = (placement.fingerprint, snapshot.fingerprint, snapshot.unit, placement.root, stored, now.timestamp())
            (version,) = connection.execute(_STORE, row).fetchone()
            problem = placement.root or version
            taken = _climb(connection, problem, asked, policy, bound)
            talk = Talk(
                comparison=placement.comparison,
                times=connection.execute(_TIMES, (problem, int(taken.level))).fetchone()[0],
                said=_said(connection, session),
            )
            return PlacedAsk(problem, taken, placement.comparison, talk)

    def place_follow_up(
        self,
        message_id: str,
        *,
        snapshot: Snapshot,
        session: UUID,
        made_effort: bool,
        policy: Ladder,
        bound: int,
        now: datetime,
    ) -> PlacedAsk | None:
        """Return the problem of an earlier answer; None if there is no such answer. Raise `StateUnavailable`."""
        with self._transaction() as connection:
            found = connection.execute(
                "SELECT problem, level, question FROM answers WHERE message_id = ?", (message_id,)
            ).fetchone()
            if found is None:
                return None
            problem, level, question = found
            asked = Circumstances(is_follow_up=True, made_effort=made_effort)
            talk = Talk(follow_up_to=Told(level, question), said=_said(connection, session))
            highest = highest_of_follow_up(
                snapshot,
                problem,
                of_code=_versions(connection, _OF_CODE, snapshot.fingerprint),
                of_unit=_versions(connection, _OF_UNIT, snapshot.unit),
                now=now,
            )
            return PlacedAsk(problem, _climb(connection, problem, asked, policy, min(bound, highest)), talk=talk)

    def remember_answer(self, answer: LocalAnswer) -> None:
        """Store an answer, for questions about it and so that it is not said again. Raise `StateUnavailable`."""
        named = (str(answer.message_id), answer.problem, str(answer.session))
        kept = (int(answer.level), answer.is_follow_up, answer.question, digests_of(answer.text))
        with self._transaction() as connection:
            connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", named + kept)

    def take_back(self, problem: int) -> None:
        """Lower the level of a problem by one, for an ask that got no answer. Raise `StateUnavailable`."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE versions SET level = level - 1, effort = 1 WHERE id = ? AND level > 0", (problem,)
            )

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
                # Take the write lock before the first read, so that no other window can count in between.
                connection.execute("BEGIN IMMEDIATE")
                _prepare(connection)
                yield connection
                connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise _unavailable(error) from error


def _prepare(connection: sqlite3.Connection) -> None:
    """Create the tables if they are missing, and import the levels of an older file."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "versions" not in names:
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        if "problems" in names:
            for statement in _IMPORT_OLD:
                connection.execute(statement)
    if "answers" in names and "session" not in {row[1] for row in connection.execute("PRAGMA table_info(answers)")}:
        connection.execute("DROP TABLE answers")  # Of a version that stored only the problem of each answer.
    connection.execute(_ANSWERS)
    connection.execute(_ANSWERS_OF_SESSION)


def _versions(connection: sqlite3.Connection, query: str, value: str | float) -> list[Version[int]]:
    return [
        Version(
            key=key,
            root=root,
            fingerprint=fingerprint,
            asked_at=datetime.fromtimestamp(asked_at, UTC),
            snapshot=None if stored is None else Snapshot.from_json(json.loads(stored)),
        )
        for key, root, fingerprint, asked_at, stored in connection.execute(query, (value, _VERSIONS))
    ]


def _said(connection: sqlite3.Connection, session: UUID) -> frozenset[bytes]:
    """Return the digests of what was said in a session."""
    stored = connection.execute("SELECT said FROM answers WHERE session = ?", (str(session),))
    return frozenset().union(*(split_digests(digests) for (digests,) in stored))


def _is_new(connection: sqlite3.Connection, run_id: UUID) -> bool:
    return connection.execute("INSERT OR IGNORE INTO runs VALUES (?)", (str(run_id),)).rowcount == 1


def _climb(connection: sqlite3.Connection, problem: int, asked: Circumstances, policy: Ladder, bound: int) -> Step:
    level, effort = connection.execute("SELECT level, effort FROM versions WHERE id = ?", (problem,)).fetchone()
    taken = step(policy, Standing(level, effort=bool(effort)), asked, bound)
    connection.execute(
        "UPDATE versions SET level = ?, effort = ? WHERE id = ?", (taken.after.level, taken.after.effort, problem)
    )
    return taken


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
