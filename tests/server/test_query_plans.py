"""How the databases find what routes ask for: by the index that is there for it, on both of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from benchmarks.filled_database import Size, email, fill, session_id, user_id
from tutor_server.storage.accounts import account_of_email
from tutor_server.storage.asks import find_ask
from tutor_server.storage.background import read_asker, read_background
from tutor_server.storage.daily_usage import messages_on
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.history import Place, messages_of, sessions_of
from tutor_server.storage.ledger import sweep_expired
from tutor_server.storage.modules import modules_in_order, progress_of
from tutor_server.storage.usage import usage_between

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from sqlalchemy import Connection

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STUDENT, SESSION = user_id(7), session_id(7)
PLACE = Place(NOW, UUID(int=1))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name a database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('filled') / 'tutor.sqlite3'}"
    made: str = request.getfixturevalue("postgres_server").database()
    return made


@pytest.fixture
async def database(url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """Give a database with some of everything, filled once."""
    opened = open_database(url)
    if url not in _FILLED:
        await fill(opened, Size(students=300, messages=3000, calls=3000))
        _FILLED.add(url)
    yield opened
    await opened.close()


_FILLED: set[str] = set()


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was sent."""

    words: str
    parameters: Any


class Recorder:
    """Notes the statements of a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.statements: list[Statement] = []

    def __enter__(self) -> list[Statement]:
        event.listen(self._connection, "before_cursor_execute", self._note)
        return self.statements

    def __exit__(self, *_: object) -> None:
        event.remove(self._connection, "before_cursor_execute", self._note)

    def _note(self, _connection: object, _cursor: object, words: str, parameters: Any, *_: object) -> None:
        self.statements.append(Statement(words, parameters))


def plans(connection: Connection, unit: Callable[[Connection], object]) -> Iterator[str]:
    """Run a unit, and give the plan of each of its statements.

    PostgreSQL reads small tables whole, as it should; what it would do with large ones shows when it may not.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    with Recorder(connection) as statements:
        unit(connection)
    if not is_sqlite:
        connection.execute(text("SET LOCAL enable_seqscan = off"))
    explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
    for statement in statements:
        rows = connection.exec_driver_sql(explain + statement.words, statement.parameters)
        yield "\n".join(str(row[-1]) for row in rows)


READS: dict[str, tuple[Callable[[Connection], object], set[str]]] = {
    "sign-in": (lambda connection: account_of_email(connection, email(7)), {"email"}),
    "conversations": (
        lambda connection: sessions_of(connection, STUDENT, session_type="editor", after=None, limit=51),
        {"ix_chat_sessions_user_id_session_type"},
    ),
    "conversations from a place": (
        lambda connection: sessions_of(connection, STUDENT, session_type=None, after=PLACE, limit=51),
        {"ix_chat_sessions_user_id_session_type"},
    ),
    "history": (
        lambda connection: messages_of(connection, STUDENT, SESSION, after=None, limit=51),
        {"ix_chat_messages_session_id_created_at"},
    ),
    "history from a place": (
        lambda connection: messages_of(connection, STUDENT, SESSION, after=PLACE, limit=51),
        {"ix_chat_messages_session_id_created_at"},
    ),
    "progress": (lambda connection: progress_of(connection, STUDENT, after=None, limit=51), {"user_id"}),
    "modules": (
        lambda connection: modules_in_order(connection, after=None, limit=51),
        {"ix_learning_modules_order"},
    ),
    "modules from a place": (
        lambda connection: modules_in_order(connection, after=(7, "module-7"), limit=51),
        {"ix_learning_modules_order"},
    ),
    "usage": (lambda connection: usage_between(connection, NOW.date(), NOW.date()), {"usage_rollups"}),
    "the day's count": (lambda connection: messages_on(connection, "subject", NOW.date()), {"daily_usage"}),
    "a repeated ask": (lambda connection: find_ask(connection, STUDENT, UUID(int=5)), {"request_id"}),
    "who asks": (lambda connection: read_asker(connection, STUDENT, NOW), {"users"}),
    "what an ask needs": (
        lambda connection: read_background(
            connection,
            user_id=STUDENT,
            session_type="editor",
            fingerprint="fingerprint-7",
            session_id=None,
            module_id=None,
        ),
        {
            "ix_chat_sessions_user_id_session_type",
            "ix_chat_messages_session_id_created_at",
            "fingerprint",
            "ix_asks_problem_id",
        },
    ),
    "the sweep": (lambda connection: sweep_expired(connection, NOW), {"ix_model_calls_open"}),
}


@pytest.mark.parametrize("name", READS)
async def test_each_read_uses_its_index(name: str, database: Database) -> None:
    """No statement reads a whole table, and the index that was made for it is the one that is used."""
    unit, indexes = READS[name]

    def explain(connection: Connection) -> list[str]:
        return list(plans(connection, unit))

    found = await database.commit(explain)  # its settings hold for a transaction

    assert found
    whole_table = "SCAN " if database.engine.dialect.name == "sqlite" else "Seq Scan"
    for plan in found:
        assert whole_table not in plan.replace("SCAN learning_modules USING INDEX", "") or "USING INDEX" in plan, plan
    together = "\n".join(found)
    assert [index for index in indexes if index not in together] == [], together
