"""What one student can do to the others by sending more than anybody could answer."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from tests.chat_client import CODE, Chat, connect

if TYPE_CHECKING:
    from tests.service import Service, SignUp

pytestmark = pytest.mark.real_time

LONG_CODE = "def total(prices):\n" + "    result = 0\n" * 8_000
"""Takes a tenth of a second to analyse."""
ASKS = 100


async def flood(chat: Chat) -> set[str]:
    """Ask about a long program again and again without waiting; give how the answers end."""

    async def read_ends() -> set[str]:
        ends: list[str] = []
        while len(ends) < ASKS:
            frame = await chat.receive()
            if frame["type"] in {"done", "error"}:
                ends.append(frame.get("code", "done"))
        return set(ends)

    reading = asyncio.create_task(read_ends())
    for _ in range(ASKS):
        await chat.ask(code=LONG_CODE)
    return await reading


async def health_times(service: Service) -> list[float]:
    """Ask for health until cancelled; give how long each answer took, in seconds, the shortest first."""
    times: list[float] = []
    async with ClientSession(service.url) as client:
        try:
            while True:
                asked_at = time.monotonic()
                async with client.get("/api/health") as response:
                    assert response.status == 200
                times.append(time.monotonic() - asked_at)
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            return sorted(times)


async def test_a_student_who_asks_without_end_holds_up_nobody(service: Service, sign_up: SignUp) -> None:
    """Three sockets send 300 asks about long programs: meanwhile others are answered, and health is as quick as ever.

    A refusal costs little, since the limits come before the analysis, and a socket is read no further while too many
    of its asks wait.
    """
    flooding, other = await sign_up(service), await sign_up(service)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(service.url, flooding.access_token)) for _ in range(3)]
        chat = await stack.enter_async_context(connect(service.url, other.access_token))
        looking = asyncio.create_task(health_times(service))
        floods = [asyncio.create_task(flood(socket)) for socket in sockets]
        async with asyncio.timeout(10):
            answered = [(await chat.answer(code=CODE))[-1]["type"] for _ in range(5)]
        ends = await asyncio.gather(*floods)
        looking.cancel()
        times = await looking

    assert answered == ["done"] * 5
    assert set.union(*ends) == {"done", "RATE_LIMITED"}
    assert times[len(times) * 9 // 10] < 0.5, times[-10:]
