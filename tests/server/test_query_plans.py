"""Query plans on SQLite and PostgreSQL: the queries of each route use the intended indexes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from benchmarks.filled_database import Size, email, fill, session_id, user_id
from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.storage.accounts import account_of_email
from tutor_server.storage.asks import find_ask
from tutor_server.storage.background import read_asker, read_background
from tutor_server.storage.conversation import read_conversation
from tutor_server.storage.course_models import DEFAULT_COURSE
from tutor_server.storage.daily_usage import messages_on
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.history import Place, messages_of, sessions_of
from tutor_server.storage.ledger import sweep_expired
from tutor_server.storage.modules import modules_in_order, progress_of
from tutor_server.storage.personal_data import erase_some, page_of, parts_of
from tutor_server.storage.problems import place_ask
from tutor_server.storage.retention import forget_asks_before, unused_words
from tutor_server.storage.spending import held_on
from tutor_server.storage.usage import usage_between

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from sqlalchemy import Connection

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STUDENT, SESSION = user_id(7), session_id(7)
PLACE = Place(NOW, UUID(int=1))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a database of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('filled') / 'tutor.sqlite3'}"
    made: str = request.getfixturevalue("postgres_server").database()
    return made


@pytest.fixture
async def database(url: str, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """Yield a database that was filled once with some rows in each table."""
    opened = open_database(url)
    if url not in _FILLED:
        await fill(opened, Size(students=300, messages=3000, calls=3000))
        _FILLED.add(url)
    yield opened
    await opened.close()


_FILLED: set[str] = set()


@dataclass(frozen=True, slots=True)
class Statement:
    """An SQL statement with its parameters, as it was sent to the database."""

    words: str
    parameters: Any


class Recorder:
    """A context that records the statements of a connection."""

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
    """Run a unit of work, then yield the query plan of each of its statements.

    PostgreSQL reads small tables sequentially. Sequential scans are disabled to see the plan that large tables get.
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


def place_an_ask(connection: Connection) -> None:
    """Place an ask about a version of code that is stored already."""
    place_ask(
        connection,
        new_id=UUID(int=1),
        user_id=STUDENT,
        snapshot=Snapshot(fingerprint="fingerprint-7", shape="shape", unit="unit-7"),
        run_id=None,
        policy=Ladder.ATTEMPTS,
        bound=5,
        now=NOW,
    )


def export_everything(connection: Connection) -> None:
    """Read the second page of each part of a student's export."""
    for part in parts_of(connection, STUDENT):
        _, place = page_of(connection, replace(part, rows_a_page=1), None)
        page_of(connection, part, place)


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
        {"ix_learning_modules_course_id_order"},
    ),
    "modules from a place": (
        lambda connection: modules_in_order(connection, after=(7, "module-7"), limit=51),
        {"ix_learning_modules_course_id_order"},
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
            session_id=None,
            course_id=DEFAULT_COURSE,
            module_id=None,
        ),
        {"ix_chat_sessions_user_id_session_type"},
    ),
    "the conversation about a problem": (
        lambda connection: read_conversation(connection, UUID(int=7), last_problem_id=UUID(int=8), with_code=True),
        {"ix_asks_problem_id", "ix_chat_messages_session_id_created_at"},
    ),
    "the problem of an ask": (
        place_an_ask,
        {"ix_problems_user_id_code_fingerprint", "ix_problems_user_id_unit_updated_at", "problems"},
    ),
    "money that is held": (lambda connection: held_on(connection, NOW.date()), {"ix_model_calls_open"}),
    "an export": (
        export_everything,
        {"ix_chat_messages_session_id_created_at", "fingerprint", "request_id", "ix_model_calls_user_id"},
    ),
    "an erasure": (
        lambda connection: erase_some(connection, user_id(8)),
        {"ix_chat_messages_session_id_created_at", "ix_model_calls_user_id"},
    ),
    "asks to be forgotten": (lambda connection: forget_asks_before(connection, NOW), {"ix_asks_created_at"}),
    "the sweep": (lambda connection: sweep_expired(connection, NOW), {"ix_model_calls_open"}),
}


@pytest.mark.parametrize("name", READS)
async def test_each_read_uses_its_index(name: str, database: Database) -> None:
    """No statement reads a whole table, and each uses the intended index."""
    unit, indexes = READS[name]

    def explain(connection: Connection) -> list[str]:
        return list(plans(connection, unit))

    found = await database.commit(explain)  # The setting ends with the transaction.

    assert found
    whole_table = "SCAN " if database.engine.dialect.name == "sqlite" else "Seq Scan"
    for plan in found:
        assert whole_table not in plan.replace("SCAN learning_modules USING INDEX", "") or "USING INDEX" in plan, plan
    together = "\n".join(found)
    assert [index for index in indexes if index not in together] == [], together


async def test_messages_to_be_forgotten_are_found_by_their_conversations(database: Database) -> None:
    """Messages to delete are found by their conversations' index; a search by time would read all messages."""
    before = datetime(2020, 1, 1, tzinfo=UTC)
    found = await database.commit(lambda connection: list(plans(connection, lambda c: unused_words(c, before))))

    assert "ix_chat_messages_session_id_created_at" in found[0]
    assert "SCAN chat_messages" not in found[0]
