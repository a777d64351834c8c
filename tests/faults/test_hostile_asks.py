"""H10: asks that are designed to take long to analyse. `python -m benchmarks.hostile` measures their times."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from testing.chat_client import CODE, connect, text_of
from testing.fake_upstream import KEY, FakeUpstream
from testing.faults.short_times import program
from testing.hostile_asks import HOSTILE_ASKS
from testing.required import REQUIRE_ALL
from testing.service import Service, sign_up_student
from tutor_analysis.unread import NOT_ANALYSED

if TYPE_CHECKING:
    from pathlib import Path

    from testing.service import SignUp

pytestmark = pytest.mark.real_time

LEVELS = 5 if REQUIRE_ALL else 1
ADMIN_KEY = "the key of the instructors here"
SECRET = "a_name_of_the_student"
LARGE = f"def {SECRET}(prices):\n" + "    result = 0\n" * 1_000


@pytest.mark.real_time
@pytest.mark.parametrize("name", HOSTILE_ASKS)
async def test_h10_a_hostile_ask_is_answered(service: Service, sign_up: SignUp, name: str) -> None:
    """Each hostile ask is answered at each hint level, and another student's ask is answered meanwhile."""
    hostile, other = await sign_up(service), await sign_up(service)
    async with connect(service.url, hostile.access_token) as chat, connect(service.url, other.access_token) as honest:
        for level in range(1, LEVELS + 1):
            asked = await chat.ask(**HOSTILE_ASKS[name])
            assert (await honest.answer(code=CODE, question=str(level)))[-1]["type"] == "done"
            frames = await chat.collect(asked)
            assert (frames[0]["hint_level"], frames[-1]["type"]) == (level, "done")
            assert text_of(frames)


async def test_h10_what_is_not_analysed_is_told_counted_and_charged(tmp_path: Path) -> None:
    """An ask that cannot be analysed in time gets a generic hint without a model call.

    It counts as a message of the day and appears in the metrics and the log.
    """
    async with FakeUpstream() as upstream:
        settings = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.openai_url, "TUTOR_ADMIN_KEY": ADMIN_KEY}
        service = await asyncio.to_thread(lambda: Service(tmp_path, settings, program=program(analysis=1e-6)))
        try:
            student = await sign_up_student(service)
            async with connect(service.url, student.access_token) as chat:
                frames = await chat.answer(code=LARGE)
                small = await chat.answer(code=CODE)
            logged = await service.logged("not_analysed", step="examine", reason="deadline", user=student.id)
            metrics = await _metrics_with(service, "tutor_not_analysed_total{} 1")
            topics = service.query("SELECT topic, provider, withheld_rule FROM asks ORDER BY created_at")
        finally:
            await asyncio.to_thread(service.stop)

    assert "could not work through this code" in text_of(frames)
    assert (frames[0]["remaining_today"], frames[0]["error_type"]) == (99, "none")
    assert (frames[-1]["type"], frames[-1]["provider"], frames[-1]["fallback"]) == ("done", "offline", False)
    assert small[-1]["provider"] == "openai"
    assert len(upstream.calls) == 1
    assert topics[0] == (NOT_ANALYSED, "offline", None)
    assert 'limit="not_analysed"' not in metrics
    assert set(logged) == {"timestamp", "level", "event", "user", "step", "reason"}
    assert SECRET not in "\n".join(service.lines)


async def _metrics_with(service: Service, line: str) -> str:
    """Return the metrics once they contain a line; the service updates them every few seconds."""
    async with ClientSession(service.url, headers={"X-Admin-Key": ADMIN_KEY}) as client:
        async with asyncio.timeout(30):
            while True:
                async with client.get("/metrics") as response:
                    text = await response.text()
                if line in text.split("\n"):
                    return text
                await asyncio.sleep(0.2)


async def test_h10_hostile_asks_at_once_all_end(service: Service, sign_up: SignUp) -> None:
    """Four simultaneous hostile asks of one student are all answered, and health answers meanwhile."""
    hostile = await sign_up(service)
    async with connect(service.url, hostile.access_token) as chat, ClientSession(service.url) as client:
        for name in ("64 KB f-string", "20 KB of backslashes"):
            ids = {await chat.ask(**HOSTILE_ASKS[name]) for _ in range(4)}
            ends: list[str] = []

            async def read(ids: set[str] = ids, ends: list[str] = ends) -> None:
                while len(ends) < len(ids):
                    frame = await chat.receive()
                    if frame["type"] in {"done", "error"}:
                        ends.append(frame["type"])

            reading = asyncio.create_task(read())
            while not reading.done():
                async with client.get("/api/health") as response:
                    assert response.status == 200
                await asyncio.sleep(0.05)
            await reading
            assert ends == ["done"] * 4
