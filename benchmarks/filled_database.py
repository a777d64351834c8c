"""Fills a database with the data of a university: students, conversations, progress, and a year of model calls.

Everything is written by a few INSERT … SELECT statements. The daily totals are computed from the calls themselves.
"""

# ruff: noqa: S608 - the statements are built only from constants of this module

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import text

from tutor_server.storage.migrations import upgrade

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tutor_server.storage.database import Database

DAYS = 365
MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5", "gpt-6.1-terra", "gpt-6.1-luna", "local-8b", "local-70b")
MODULES = 40
PROGRESS = 5
"""The number of modules that each student has begun."""
BLOCK = 1_000_000
"""The maximum number of rows in one transaction."""


@dataclass(frozen=True, slots=True)
class Size:
    """The amount of data. Each student has one problem and one conversation; messages are spread evenly over them.

    Questions and answers alternate, and each answer has one model call. The other calls belong to erased students.
    """

    students: int
    messages: int
    calls: int

    @property
    def asks(self) -> int:
        """The number of asks, which is also the number of answers."""
        return self.messages // (2 * self.students) * self.students


def user_id(number: int) -> UUID:
    """Return the id of a student, numbered from 0 to `students - 1`."""
    return UUID(int=number + 1)


def session_id(number: int) -> UUID:
    """Return the id of a student's conversation."""
    return UUID(int=(1 << 64) + number + 1)


def email(number: int) -> str:
    """Return a student's e-mail address."""
    return f"student-{number}@uni.example"


async def fill(database: Database, size: Size) -> None:
    """Create the tables and fill them."""
    dialect = _POSTGRES if database.engine.dialect.name == "postgresql" else _SQLITE

    def run(connection: Connection, statement: str, first: int, count: int) -> None:
        given = {"first": first, "last": first + count - 1, "students": size.students, "asks": size.asks}
        connection.execute(text(statement), {name: given[name] for name in given if f":{name}" in statement})

    await database.commit(upgrade)
    for statement, count in (
        (dialect.users, size.students),
        (dialect.sessions, size.students),
        (dialect.messages, size.messages),
        (dialect.problems, size.students),
        (dialect.asks, size.asks),
        (dialect.modules, MODULES),
        (dialect.progress, PROGRESS * size.students),
        (dialect.calls, size.calls),
    ):
        for first in range(0, count, BLOCK):
            block = min(BLOCK, count - first)
            await database.commit(partial(run, statement=statement, first=first, count=block))
    await database.commit(lambda connection: connection.execute(text(dialect.rollups)))
    await database.commit(lambda connection: connection.execute(text("ANALYZE")))


@dataclass(frozen=True, slots=True)
class _Dialect:
    """The statements in one database's SQL dialect. In each statement, `n` counts from :first to :last."""

    numbers: str
    uuid: str
    """SQL for an id that consists of the prefix `{prefix}` and the number `{n}`."""
    at: str
    """SQL for the time `{n}` seconds after the start of 1 September 2025."""
    days: str
    digest: str
    no: str

    def _id(self, number: str, prefix: int = 0) -> str:
        return self.uuid.format(prefix=f"{prefix:016x}", n=f"({number} + 1)")

    def _at(self, seconds: str) -> str:
        return self.at.format(n=seconds)

    @property
    def users(self) -> str:
        return f"""{self.numbers}
            INSERT INTO users
                (id, email, subject, password_hash, programming_level, maths_level, created_at, confirmed_at)
            SELECT {self._id("n")}, 'student-' || n || '@uni.example', 'subject-' || n, 'none', 3, 3, {self._at("n")},
                {self._at("n")} FROM numbers"""

    @property
    def sessions(self) -> str:
        return f"""{self.numbers}
            INSERT INTO chat_sessions (id, user_id, session_type, created_at, updated_at)
            SELECT {self._id("n", 1)}, {self._id("n")}, 'editor', {self._at("n")}, {self._at("n")} FROM numbers"""

    @property
    def messages(self) -> str:
        return f"""{self.numbers}
            INSERT INTO chat_messages (id, session_id, role, content, code, hint_level, created_at)
            SELECT {self._id("n", 2)}, {self._id("n % :students", 1)},
                CASE (n / :students) % 2 WHEN 0 THEN 'user' ELSE 'assistant' END,
                'What does the last line of the message say about the name in it? ' || n,
                CASE (n / :students) % 2 WHEN 0 THEN 'for price in prices: total += price' END, 1, {self._at("n")}
            FROM numbers"""

    @property
    def problems(self) -> str:
        return f"""{self.numbers}
            INSERT INTO problems (id, user_id, fingerprint, hint_level, updated_at)
            SELECT {self._id("n", 5)}, {self._id("n")}, 'fingerprint-' || n, 5, {self._at("n")} FROM numbers"""

    @property
    def asks(self) -> str:
        return f"""{self.numbers}
            INSERT INTO asks (id, user_id, request_id, digest, session_id, problem_id, state, owner, hint_level,
                max_hint_level, level_raised, error_type, remaining_today, day, fallback, input_tokens, output_tokens,
                created_at)
            SELECT {self._ask_id}, {self._id("n % :students")}, {self._id("n", 6)}, {self.digest},
                {self._id("n % :students", 1)}, {self._id("n % :students", 5)}, 'done', 'owner', 1, 5, {self.no},
                'none', 99, '2025-09-01', {self.no}, 1500, 300, {self._at("n")}
            FROM numbers"""

    @property
    def _ask_id(self) -> str:
        """SQL for the id of the nth ask. The message with its answer has the same id."""
        return self._id("((2 * (n / :students) + 1) * :students + n % :students)", 2)

    @property
    def modules(self) -> str:
        return f"""{self.numbers}
            INSERT INTO learning_modules (id, title, "order", statement, objectives, allowed_names)
            SELECT 'module-' || n, 'Module ' || n, n, 'Write a program.', '[]', '[]' FROM numbers"""

    @property
    def progress(self) -> str:
        return f"""{self.numbers}
            INSERT INTO user_module_progress (id, user_id, module_id, status, updated_at)
            SELECT {self._id("n", 3)}, {self._id("n % :students")}, 'module-' || (n / :students), 'completed',
                {self._at("n")}
            FROM numbers"""

    @property
    def calls(self) -> str:
        cases = " ".join(f"WHEN {number} THEN '{model}'" for number, model in enumerate(MODELS))
        return f"""{self.numbers}
            INSERT INTO model_calls (id, ask_id, user_id, provider, model, state, owner, created_at, settled_at,
                input_tokens, output_tokens, cost_nanodollars, is_estimated, outcome, latency_ms, first_content_ms)
            SELECT {self._id("n", 4)}, CASE WHEN n < :asks THEN {self._ask_id} END,
                CASE WHEN n < :asks THEN {self._id("n % :students")} END,
                CASE WHEN n % {len(MODELS)} < 2 THEN 'anthropic' ELSE 'openai' END,
                CASE n % {len(MODELS)} {cases} END, 'settled', 'owner', {self._at(f"(n % {DAYS}) * 86400 + n % 86400")},
                {self._at(f"(n % {DAYS}) * 86400 + n % 86400 + 5")}, 1500 + n % 500, 300 + n % 100,
                CASE WHEN n % {len(MODELS)} < 4 THEN 9000000 + n % 1000 END, {self.no},
                'completed', 5000, 700
            FROM numbers"""

    @property
    def rollups(self) -> str:
        return f"""
            INSERT INTO usage_rollups
                (day, provider, model, calls, input_tokens, output_tokens, cost_nanodollars, unpriced_calls)
            SELECT {self.days}, provider, model, count(*), sum(input_tokens), sum(output_tokens),
                coalesce(sum(cost_nanodollars), 0), count(*) - count(cost_nanodollars)
            FROM model_calls GROUP BY 1, 2, 3"""


_SQLITE = _Dialect(
    numbers="""WITH RECURSIVE numbers(n) AS (
        SELECT CAST(:first AS INTEGER) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last)""",
    uuid="'{prefix}' || printf('%016x', {n})",
    at="datetime('2025-09-01', ({n}) || ' seconds') || '.000000'",
    days="date(created_at)",
    digest="zeroblob(32)",
    no="0",
)
_POSTGRES = _Dialect(
    numbers="""WITH numbers AS (
        SELECT n FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n)""",
    uuid="('{prefix}' || lpad(to_hex({n}), 16, '0'))::uuid",
    at="timestamptz '2025-09-01 00:00+00' + ({n}) * interval '1 second'",
    days="(created_at AT TIME ZONE 'UTC')::date",
    digest="decode(repeat('00', 32), 'hex')",
    no="false",
)
