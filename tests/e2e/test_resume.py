"""The service's client and the service itself, over a line that is cut at random moments."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from tutor_lsp.credentials import StaticToken
from tutor_lsp.remote_tutor import RemoteTutor
from tutor_lsp.retrying import Timing
from tutor_server.pedagogy.levels import HintLevel, StudentLevels
from tutor_server.pedagogy.offline import explain
from tutor_server.protocol import Ask, Delta, Done, Position

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.service import SignUp, StartService

ASKS = 100
CODE = "for value in values\n    print(value)\n"


@asynccontextmanager
async def cutting_proxy(target: str, chance: random.Random, cuts: list[int]) -> AsyncIterator[str]:
    """Forward TCP to the target; abort every connection after a random number of bytes from it, head included.

    `cuts` gets that number for each connection so ended.
    """
    parts = urlsplit(target)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            ours, theirs = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            writer.transport.abort()
            return
        forward = asyncio.create_task(_forward(reader, theirs))
        left = length = chance.randrange(200, 2500)
        while left > 0 and (chunk := await ours.read(min(left, 64))):
            left -= len(chunk)
            writer.write(chunk)
        if left <= 0:
            cuts.append(length)
        forward.cancel()
        writer.transport.abort()
        theirs.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        yield f"http://127.0.0.1:{port}"


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(4096):
            writer.write(chunk)
    except ConnectionError:
        pass


async def test_hundred_answers_survive_a_line_that_is_cut(start_service: StartService, sign_up: SignUp) -> None:
    """H2: 100 answers over a line cut at random moments are whole, each delta once, and each is counted once."""
    chance = random.Random(11)  # noqa: S311 - chance for a test, not for a secret
    limits = {"TUTOR_MESSAGES_PER_MINUTE": "1000", "TUTOR_CONNECTIONS_PER_USER": "1000"}
    cuts: list[int] = []
    async with start_service(**limits) as service, cutting_proxy(service.url, chance, cuts) as url:
        student = await sign_up(service)
        tutor = RemoteTutor(
            url, StaticToken(student.access_token), timing=Timing(first_delay=0.001, longest_delay=0.01)
        )
        for number in range(ASKS):
            ask = Ask(request_id=uuid4(), code=CODE, cursor=Position(0, 0))
            messages = [message async for message in tutor.ask(ask)]
            assert isinstance(messages[-1], Done), messages[-1]
            deltas = [message for message in messages if isinstance(message, Delta)]
            assert [delta.seq for delta in deltas] == list(range(len(deltas)))
            level = HintLevel(min(number + 1, 5))
            assert "".join(delta.content for delta in deltas) == explain(ask, level, StudentLevels()).text
        await tutor.close()
        assert len(cuts) >= ASKS / 2
        assert service.query("SELECT messages FROM daily_usage") == [(ASKS,)]
