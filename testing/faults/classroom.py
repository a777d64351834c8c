"""A service with two fake models that fail on request, and the students who use it."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from testing.chat_client import Chat, connect
from testing.fake_upstream import FakeUpstream
from testing.faults.short_times import PROGRAM
from testing.service import RunningService, Service, Student, sign_up_student

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from testing.fake_upstream import ReceivedCall
    from testing.installations import Installation

ORDERS = (("anthropic", "openai"), ("openai", "anthropic"))
"""The two orders of the providers. Together they make each wire format the first choice once and the fallback once."""
UNAVAILABLE = "The AI service is temporarily unavailable. Please try again in a moment."
ROOMY = {
    "TUTOR_MESSAGES_PER_MINUTE": "1000",
    "TUTOR_DAILY_MESSAGE_CAP": "1000",
    "TUTOR_LLM_CALLS_PER_MINUTE": "100000",
    "TUTOR_CONNECTIONS_PER_USER": "200",
}


@dataclass(frozen=True, slots=True)
class Classroom:
    """A running service and its two fake models, of which the service prefers `first`."""

    service: Service
    first: FakeUpstream
    second: FakeUpstream
    order: tuple[str, str]

    @asynccontextmanager
    async def seat(self) -> AsyncIterator[Seat]:
        """Yield a new student with an open WebSocket. Both models forget earlier calls and behaviours."""
        self.first.reset()
        self.second.reset()
        student = await sign_up_student(self.service)
        async with connect(self.service.url, student.access_token) as chat:
            yield Seat(self, student, chat)

    @asynccontextmanager
    async def chat(self) -> AsyncIterator[Chat]:
        """Yield the open WebSocket of a further student. The models keep what they were told."""
        student = await sign_up_student(self.service)
        async with connect(self.service.url, student.access_token) as chat:
            yield chat


@dataclass(frozen=True, slots=True)
class Seat:
    """A student, the student's WebSocket, and queries on the student's rows in the database."""

    room: Classroom
    student: Student
    chat: Chat

    def rows(self, columns: str = "provider, outcome") -> list[tuple[Any, ...]]:
        """Return the student's rows of the ledger in the order of the calls, without calls that were never sent.

        Such rows exist because the preferred provider gets a row before the service knows whether to skip it.
        """
        statement = f"SELECT {columns} FROM model_calls WHERE user_id = ? AND state <> 'unsent' ORDER BY created_at"
        return self.room.service.query(statement, self.student.id)

    def bills(self) -> list[bool]:
        """Return for each call of the student whether it cost anything. Fail if a row is not settled."""
        rows = self.rows("state, cost_nanodollars > 0")
        assert {state for state, _ in rows} == {"settled"}
        return [bool(costs) for _, costs in rows]

    def stands(self) -> tuple[int, int]:
        """Return the student's message count of the day, and the hint level of the student's only problem."""
        query = self.room.service.query
        day = "SELECT coalesce(sum(d.messages), 0) FROM daily_usage d JOIN users u ON u.subject = d.subject"
        ((messages,),) = query(f"{day} WHERE u.id = ?", self.student.id)
        ((level,),) = query("SELECT hint_level FROM problems WHERE user_id = ?", self.student.id)
        return int(messages), level

    async def delta(self, chat: Chat | None = None) -> None:
        """Receive frames until a delta arrives."""
        while (await (chat or self.chat).receive())["type"] != "delta":
            pass

    async def call(self) -> ReceivedCall:
        """Wait for the first call to the first model and return it."""
        return self.room.first.calls[0] if self.room.first.calls else await self.room.first.next_call()


@asynccontextmanager
async def classroom(
    folder: Path,
    installation: Installation,
    *,
    order: tuple[str, str] = ORDERS[0],
    program: Sequence[str] = PROGRAM,
    **settings: str,
) -> AsyncIterator[Classroom]:
    """Run a service whose limits are too high to be reached."""
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(FakeUpstream()) for _ in order]
        models = dict(zip(order, (first, second), strict=True))
        model_settings = {
            "ANTHROPIC_API_KEY": first.key,
            "ANTHROPIC_BASE_URL": models["anthropic"].url,
            "OPENAI_API_KEY": first.key,
            "OPENAI_BASE_URL": models["openai"].openai_url,
            "TUTOR_LLM_PROVIDERS": ",".join(order),
        }
        running = RunningService(
            folder,
            installation.settings() | ROOMY | model_settings | settings,
            workers=installation.workers,
            program=program,
        )
        yield Classroom(await stack.enter_async_context(running), first, second, order)
