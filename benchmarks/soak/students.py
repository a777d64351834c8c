"""The random behaviour in a soak test: the model's answers, and the actions of the students."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from aiohttp import ClientError

from testing.chat_client import Closed, connect
from testing.fake_upstream import Behaviour
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.remote import RemoteTutor
from tutor_protocol import Ask, Delta, Done, Error, Position

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from testing.fake_upstream.behaviour import Fault
    from testing.service import Student as Account
    from tutor_protocol import FromService

FAULTS_IN_A_HUNDRED = 30
CANCELS_IN_A_HUNDRED = 6
LEAVES_IN_A_HUNDRED = 3
LONGEST_THOUGHT = 1.0
"""The maximum number of seconds between the end of an answer and the student's next question."""

BEFORE_TEXT: tuple[Fault, ...] = ("drop", "html", "no_head", "silence", "pings")
AFTER_TEXT: tuple[Fault, ...] = (
    "end",
    "fin",
    "reset",
    "inside_event",
    "bad_json",
    "bad_utf8",
    "error_event",
    "silence",
    "pings",
)
CANCELLED, LEFT = "cancelled by the student", "left for good"


def whole_text(parts: int) -> str:
    """Return an answer whose text shows whether it is complete."""
    return f"This hint has {parts} parts. " + " ".join(f"Look at part {number}." for number in range(1, parts + 1))


def behaviour(chance: random.Random) -> Behaviour:
    """Return a random behaviour of the model for one call."""
    text = whole_text(chance.randrange(5, 30))
    if chance.randrange(100) >= FAULTS_IN_A_HUNDRED:
        return Behaviour(
            text=text,
            first_token_seconds=chance.uniform(0, 0.5),
            token_seconds=chance.choice((0, 0, 0.005, 0.02)),
            unknown=chance.random() < 0.1,
            usage=chance.choice(("counted",) * 8 + ("zero", "none")),
        )
    before_text: tuple[Callable[[], Behaviour], ...] = (
        lambda: Behaviour(status=chance.choice((500, 503, 529))),
        lambda: Behaviour(status=429, headers={"Retry-After": chance.choice(("1", "8"))}),
        lambda: Behaviour(fault=chance.choice(BEFORE_TEXT)),
    )
    if chance.random() < 0.5:
        return chance.choice(before_text)()
    fault: Fault = "huge_event" if chance.random() < 0.02 else chance.choice(AFTER_TEXT)
    return Behaviour(text=text, fault=fault, tokens_before_fault=chance.randrange(1, 40), token_seconds=0.005)


@dataclass(slots=True)
class Record:
    """One ask as its student saw it. `end` is `done`, an error code, or the action by which the student ended it."""

    user_id: UUID
    request_id: UUID
    text: str = ""
    end: str = ""
    message: str = ""
    withheld: bool = False
    seqs: list[int] = field(default_factory=list)

    def take(self, message: FromService) -> None:
        """Record a message of the service."""
        match message:
            case Delta():
                self.seqs.append(message.seq)
                self.text += message.content
            case Done():
                self.end, self.withheld = "done", message.withheld
            case Error():
                self.end, self.message = message.code, message.content


class Student:
    """A student who asks repeatedly, mostly with the editor's own client over a connection that is often cut."""

    def __init__(self, account: Account, url: str, broken_url: str, *, chance: random.Random) -> None:
        self.records: list[Record] = []
        self.tutor = RemoteTutor(broken_url, StaticToken(account.access_token))
        self._account = account
        self._url = url
        self._chance = chance

    async def study(self, stop_at: float) -> None:
        """Ask until the given monotonic time, and wait for the last answer."""
        while time.monotonic() < stop_at:
            record = Record(UUID(self._account.id), uuid4())
            self.records.append(record)
            if self._chance.randrange(100) < LEAVES_IN_A_HUNDRED:
                await self._ask_and_leave(record)
            else:
                await self._ask(record)
            await asyncio.sleep(self._chance.uniform(0, LONGEST_THOUGHT))

    async def _ask(self, record: Record) -> None:
        is_patient = self._chance.randrange(100) >= CANCELS_IN_A_HUNDRED
        patience = None if is_patient else self._chance.randrange(1, 20)
        ask = Ask(
            request_id=record.request_id,
            code=f"def f{len(self.records) // 3}(x)\n    return x\n",
            cursor=Position(0, 4),
            question=_question(record),
        )
        async with aclosing(self.tutor.ask(ask)) as messages:
            async for message in messages:
                record.take(message)
                if patience is not None and not record.end:
                    patience -= 1
                    if patience == 0:
                        record.end = CANCELLED
                        break

    async def _ask_and_leave(self, record: Record) -> None:
        try:
            async with connect(self._url, self._account.access_token) as chat:
                await chat.ask(request_id=str(record.request_id), question=_question(record))
                for _ in range(self._chance.randrange(4)):
                    if (await chat.receive())["type"] in {"done", "error"}:
                        break
                chat.leave(self._chance.choice(("fin", "reset")))
        except (Closed, ClientError, OSError):  # The worker was killed in the meantime.
            pass
        record.end = LEFT


def _question(record: Record) -> str:
    """Return a question that contains the request's id, so that each call of the model can be assigned to its ask."""
    return f"Why, {record.request_id}?"
