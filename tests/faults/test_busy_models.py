"""A model server that answers one call at a time, and a class that asks at once: the service queues the calls."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from testing.chat_client import Chat, connect, text_of
from testing.fake_upstream import Behaviour
from testing.faults.classroom import UNAVAILABLE, Classroom, classroom
from testing.faults.short_times import program
from testing.installations import University
from testing.service import sign_up_student
from testing.waiting import until
from tutor_server.tutoring.speaking import BUSY_NOTE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.installations import Installation
    from testing.servers import PostgresServer, RedisServer

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(120)]

CLASS = 12
QUICK = Behaviour(first_token_seconds=0.05, token_seconds=0.002)
SLOW = Behaviour(token_seconds=1)
GRACE = 0.5
KEY = "an-admin-key-of-the-tests"


@asynccontextmanager
async def busy_room(folder: Path, installation: Installation, **settings: str) -> AsyncIterator[Classroom]:
    """Run a service whose first model answers one call at a time, and whose chain ends in `offline`."""
    chosen = {"TUTOR_LLM_CONCURRENCY": "1", "TUTOR_LLM_PROVIDERS": "openai,offline", "TUTOR_ADMIN_KEY": KEY} | settings
    order = ("openai", "anthropic")
    async with classroom(folder, installation, order=order, program=program(grace=GRACE), **chosen) as room:
        room.first.slots.limit(1)
        yield room


@asynccontextmanager
async def students(room: Classroom, number: int) -> AsyncIterator[list[Chat]]:
    """Sign students up, each with an open WebSocket."""
    async with AsyncExitStack() as stack:
        chats = []
        for _ in range(number):
            student = await sign_up_student(room.service)
            chats.append(await stack.enter_async_context(connect(room.service.url, student.access_token)))
        yield chats


async def place_of(chat: Chat) -> int:
    """Receive frames until the ask's place in the queue arrives."""
    while (frame := await chat.receive())["type"] != "queued":
        pass
    return int(frame["place"])


async def queue_metrics(room: Classroom) -> dict[str, float]:
    """Return the metrics of the first provider's queue, without their common prefix."""
    headers = {"X-Admin-Key": KEY}
    async with ClientSession(room.service.url) as client, client.get("/metrics", headers=headers) as response:
        found = re.findall(r'^tutor_queue_(\w+)\{provider="openai"\} (\S+)$', await response.text(), re.MULTILINE)
    return {name: float(value) for name, value in found}


def end_of(frames: list[dict[str, Any]]) -> tuple[str, str, bool]:
    """Return how an answer ended: its type, its provider and whether it is a fallback."""
    end = frames[-1]
    return end["type"], end.get("provider", ""), end.get("fallback", False)


def calls_of(room: Classroom) -> list[tuple[str, str]]:
    """Return state and outcome of each call in the ledger that was sent."""
    return room.service.query("SELECT state, outcome FROM model_calls WHERE provider = 'openai' AND state <> 'unsent'")


async def test_p10_a_class_at_a_server_that_takes_one_call_at_a_time(
    installation: Installation, tmp_path: Path
) -> None:
    """P10: each of 12 students at once gets the model's whole answer; the server never has a second call."""
    async with busy_room(tmp_path, installation) as room, students(room, CLASS) as chats:
        room.first.default = QUICK
        answers = await asyncio.gather(*(chat.answer() for chat in chats))
        metrics = room.first.slots.waited, len(room.first.calls)
        counted = await queue_metrics(room)

        assert {end_of(frames) for frames in answers} == {("done", "openai", False)}
        assert metrics == (0, CLASS)
        assert (counted["calls"], counted["waiting"], counted["waited_total"]) == (0, 0, CLASS - 1)
        assert counted["waited_seconds_total"] > 0
        assert counted["passed_on_total"] == 0
        assert calls_of(room) == [("settled", "completed")] * CLASS
    queued = [[frame["place"] for frame in frames if frame["type"] == "queued"] for frames in answers]
    assert sum(bool(places) for places in queued) == CLASS - 1
    assert all(places == sorted(places, reverse=True) and places[-1] == 0 for places in queued if places)
    assert max(max(places) for places in queued if places) == CLASS - 1


async def test_p10_students_take_turns(installation: Installation, tmp_path: Path) -> None:
    """P10: the one question of a student who comes later is called for second, among five of an earlier student."""
    async with busy_room(tmp_path, installation) as room, students(room, 3) as (first, eager, late):
        room.first.default = SLOW
        running = await first.ask()
        await until(lambda: len(room.first.calls) == 1)
        asked = [await eager.ask(code=f"eager = {number}\n", cursor={"line": 0, "character": 0}) for number in range(5)]
        while await place_of(eager) < len(asked):
            pass
        last = await late.ask(code="late = 0\n", cursor={"line": 0, "character": 0})
        assert await place_of(late) == 2
        room.first.default = QUICK
        await first.send({"type": "cancel", "request_id": running})
        await first.collect(running)
        await late.collect(last)
        await until(lambda: len(room.first.calls) == 1 + len(asked) + 1)
        prompts = [str(call.body) for call in room.first.calls[1:]]

    assert ["late = 0" in prompt for prompt in prompts] == [False, True, False, False, False, False]


async def test_p10_past_the_bound_an_offline_hint_comes(installation: Installation, tmp_path: Path) -> None:
    """P10: asks that have waited as long as they may get an offline hint, marked so, within a second, at no cost."""
    seconds = 1.5
    room_of = busy_room(tmp_path, installation, TUTOR_LLM_QUEUE_SECONDS=str(seconds))
    async with room_of as room, students(room, 4) as (first, *others):
        room.first.default = SLOW
        running = await first.ask()
        await until(lambda: len(room.first.calls) == 1)
        began_at = time.monotonic()
        answers = await asyncio.gather(*(chat.answer() for chat in others))
        took = time.monotonic() - began_at
        entry = await room.service.logged("call_queued", outcome="passed_on", reason="waited")
        await first.send({"type": "cancel", "request_id": running})
        await first.collect(running)

        assert {end_of(frames) for frames in answers} == {("done", "offline", True)}
        assert all(text_of(frames).startswith(BUSY_NOTE) for frames in answers)
        assert seconds - 0.1 < took < seconds + 2
        assert seconds * 1000 <= entry["waited_ms"] < seconds * 1000 + 1000
        assert calls_of(room) == [("settled", "cancelled")]


async def test_without_offline_an_ask_past_the_bound_can_be_repeated(
    installation: Installation, tmp_path: Path
) -> None:
    """Without `offline`, an ask past the bound ends as unavailable, and uses up no limit of any kind."""
    settings = {"TUTOR_LLM_PROVIDERS": "openai", "TUTOR_LLM_QUEUE_SECONDS": "0.5", "TUTOR_LLM_CALLS_PER_MINUTE": "3"}
    async with busy_room(tmp_path, installation, **settings) as room, students(room, 2) as (first, second):
        room.first.default = SLOW
        running = await first.ask()
        await until(lambda: len(room.first.calls) == 1)
        refused = [(await second.answer())[-1] for _ in range(4)]
        await first.send({"type": "cancel", "request_id": running})
        await first.collect(running)
        room.first.default = QUICK
        answered = await second.answer()

        ((counted,),) = room.service.query("SELECT sum(messages) FROM daily_usage")

    assert [(end["code"], end["content"], end["retryable"]) for end in refused] == [
        ("AI_UNAVAILABLE", UNAVAILABLE, True)
    ] * 4
    assert (answered[-1]["type"], answered[-1]["hint_level"]) == ("done", 1)
    assert counted == 2


@pytest.mark.parametrize("how", ["cancel", "leave"])
async def test_an_ask_that_is_left_frees_its_place(installation: Installation, tmp_path: Path, how: str) -> None:
    """A cancel, or the end of the grace period, removes an ask from the queue, and a call from its place, in 0.5 s."""

    async def end(chat: Chat, request_id: str) -> float:
        if how == "leave":
            return chat.leave("reset") + GRACE
        await chat.send({"type": "cancel", "request_id": request_id})
        return time.monotonic()

    async with busy_room(tmp_path, installation) as room, students(room, 3) as (first, second, third):
        room.first.default = SLOW
        running = await first.ask()
        await until(lambda: len(room.first.calls) == 1)
        waiting = await second.ask()
        assert await place_of(second) == 1
        last = await third.ask()
        assert await place_of(third) == 2
        await end(second, waiting)
        assert await place_of(third) == 1
        ended_at = await end(first, running)
        await until(lambda: len(room.first.calls) == 2)
        call = room.first.calls[1]
        await third.send({"type": "cancel", "request_id": last})
        await third.collect(last)

        assert call.opened_at - ended_at < 0.5
        assert room.first.slots.waited <= 1  # The new call may reach the server before the end of the old one.


async def test_places_of_a_killed_worker_are_free_once_the_leases_have_run_out(
    tmp_path: Path, postgres_server: PostgresServer, redis_server: RedisServer
) -> None:
    """After kill -9 of all workers, the call under way is billed, the waiting one is not, and the next one is made."""
    room_of = busy_room(tmp_path, University(postgres_server, redis_server), TUTOR_LLM_QUEUE_SECONDS="60")
    async with room_of as room, students(room, 2) as (first, second):
        room.first.default = SLOW
        await first.ask()
        await until(lambda: len(room.first.calls) == 1)
        await second.ask()
        await place_of(second)
        for worker in room.service.worker_ids():
            os.kill(worker, signal.SIGKILL)
        await until(lambda: sum(entry["event"] == "started" for entry in room.service.log) == 4, seconds=60)
        room.first.default = QUICK
        student = await sign_up_student(room.service)
        async with connect(room.service.url, student.access_token) as chat:
            frames = await chat.answer()

        assert end_of(frames) == ("done", "openai", False)
        await until(
            lambda: (
                sorted(room.service.query("SELECT state FROM model_calls")) == [("settled",), ("swept",), ("unsent",)]
            )
        )
