"""H13 and stalled processes: workers are replaced, a stopping service ends, and clients reconnect by themselves."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from aiohttp import ClientError, ClientSession

from testing.chat_client import Closed, connect, text_of
from testing.fake_upstream import Behaviour
from testing.faults.classroom import classroom
from testing.faults.stuck_service import PROGRAM
from testing.installations import Laptop, University
from testing.long_hints import long_hint
from testing.service import RunningService, Service, sign_up_student
from testing.waiting import until
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.remote import RemoteTutor
from tutor_protocol import Ask, Done, Position
from tutor_server.process.guardian import FORCED_EXIT
from tutor_server.process.serving import RESTART_WANTED
from tutor_server.process.workers import START_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.servers import PostgresServer, RedisServer
    from tutor_protocol import FromService

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(400)]

SHORT = Behaviour(text=long_hint(80), token_seconds=0.02)
"""An answer that takes one or two seconds, so that a stopping service waits for it."""
STUDENTS = 5


@pytest.fixture
def university(postgres_server: PostgresServer, redis_server: RedisServer) -> University:
    """Return the settings of a service with two workers."""
    return University(postgres_server, redis_server)


@pytest.fixture
async def two_workers(tmp_path: Path, university: University) -> AsyncIterator[Service]:
    """Run a service whose workers can be made to stall by a signal."""
    async with RunningService(tmp_path, university.settings(), workers=2, program=PROGRAM) as service:
        await until(lambda: sum(line["event"] == "started" for line in service.log) == 2)
        yield service


def service_that_sticks(folder: Path) -> RunningService:
    """Return the command of a single process that can be made to stall by a signal."""
    return RunningService(folder, {}, program=PROGRAM)


async def exit_status(service: Service) -> int:
    """Return the exit status of a service once all its processes have ended."""
    await until(lambda: service.process.poll() is not None, seconds=60)
    assert service.process.returncode is not None
    return service.process.returncode


async def is_well(service: Service) -> bool:
    """Return whether health answers over a new connection."""
    with suppress(ClientError, TimeoutError):
        async with asyncio.timeout(5), ClientSession(service.url) as client, client.get("/api/health") as response:
            return response.status == 200
    return False


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGUSR1, signal.SIGUSR2], ids=["stopped", "busy", "in C"])
async def test_h13_a_worker_that_does_not_answer_is_replaced(two_workers: Service, how: signal.Signals) -> None:
    """The parent kills a stalled worker after 5 s and starts another, while the other worker serves."""
    stuck, other = two_workers.worker_ids()

    os.kill(stuck, how)
    # The stalled worker may still have answered one request, if it arrived before the signal.
    # The system spreads connections over the workers by chance, so a few of them could all reach the stalled one.
    assert any(await asyncio.gather(*(is_well(two_workers) for _ in range(20))))
    await two_workers.logged("worker_stalled")
    await two_workers.logged("worker_died", exit_status=-signal.SIGKILL)
    await until(lambda: len(two_workers.worker_ids()) == 2)

    assert other in two_workers.worker_ids()
    assert stuck not in two_workers.worker_ids()
    await until(lambda: sum(line["event"] == "started" for line in two_workers.log) == 3, seconds=60)
    assert await is_well(two_workers)


async def test_h13_a_stop_takes_workers_along_that_do_not_answer(two_workers: Service) -> None:
    """SIGTERM ends all processes, even if one is stalled and another has an endless thread."""
    stopped, unending = workers = two_workers.worker_ids()
    os.kill(unending, signal.SIGWINCH)
    os.kill(stopped, signal.SIGSTOP)

    two_workers.process.send_signal(signal.SIGTERM)

    assert await exit_status(two_workers) == 1
    for worker in workers:
        with pytest.raises(ProcessLookupError):
            os.kill(worker, 0)


@pytest.mark.parametrize(
    ("how", "status"),
    [(signal.SIGUSR1, FORCED_EXIT), (signal.SIGUSR2, -signal.SIGPROF), (signal.SIGWINCH, FORCED_EXIT)],
    ids=["busy", "in C", "thread"],
)
async def test_h13_a_stop_ends_a_single_process_whatever_it_does(
    tmp_path: Path, how: signal.Signals, status: int
) -> None:
    """SIGTERM ends a process that is stalled in Python, in C or by a thread, and the log shows the stalled frame."""
    async with service_that_sticks(tmp_path) as service:
        service.process.send_signal(how)
        service.process.send_signal(signal.SIGTERM)

        assert await exit_status(service) == status
        service.kill()

    text = "\n".join(service.lines)
    if how is signal.SIGUSR1:
        # The watchdog ends the process for the stall or for the stop, whichever it notices first.
        frames = ended_by(service, "loop_stalled", "stop_forced")
        assert any(frame.startswith("stand_still (stuck_service.py:") for frame in frames)
    elif how is signal.SIGUSR2:
        assert "in keep_the_interpreter" in text
    else:
        assert ended_by(service, "stop_forced")
    assert "aaaa" not in text


def ended_by(service: Service, *events: str) -> list[str]:
    """Return the logged frames of the main thread at the moment when the watchdog ended the process."""
    (line,) = [line for line in service.log if line["event"] in events]
    frames: list[str] = line["frames"]
    return frames


async def test_a_single_process_that_was_stopped_goes_on(tmp_path: Path) -> None:
    """Time in which the process did not run, as after Ctrl-Z or a laptop's sleep, does not count as a stall."""
    async with service_that_sticks(tmp_path) as service:
        service.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(6)
        service.process.send_signal(signal.SIGCONT)

        await asyncio.sleep(1.5)
        assert await is_well(service)


async def ask_on(tutor: RemoteTutor, name: str) -> list[FromService]:
    """Ask about a function with the given name; return the answer."""
    ask = Ask(request_id=uuid4(), code=f"def {name}():\n    return x\n", cursor=Position(1, 0))
    return [message async for message in tutor.ask(ask)]


async def test_h13_workers_are_restarted_one_after_another_under_load(tmp_path: Path, university: University) -> None:
    """After SIGHUP under load, running answers are complete, no ask fails, and both workers are new."""
    async with classroom(tmp_path, university) as room:
        room.first.default = SHORT
        service = room.service
        before = service.worker_ids()
        tokens = [(await sign_up_student(service)).access_token for _ in range(STUDENTS)]
        tutors = [RemoteTutor(service.url, StaticToken(token)) for token in tokens]
        has_ended = asyncio.Event()

        async def keep_asking(tutor: RemoteTutor, number: int) -> list[FromService]:
            ends: list[FromService] = []
            while not has_ended.is_set():
                ends.append((await ask_on(tutor, f"f{number}_{len(ends)}"))[-1])
            return ends

        asking = [asyncio.create_task(keep_asking(tutor, number)) for number, tutor in enumerate(tutors)]
        await room.first.next_call()
        service.process.send_signal(signal.SIGHUP)
        await until(lambda: sum(line["event"] == "stopped" for line in service.log) == 2, seconds=START_SECONDS)
        has_ended.set()
        ends = [end for ends in await asyncio.gather(*asking) for end in ends]
        after = service.worker_ids()
        closed = {line.get("close_code") for line in service.log if line["event"] == "connection_closed"}
        for tutor in tutors:
            await tutor.close()
        states = service.query("SELECT DISTINCT state FROM model_calls")

    assert len(ends) > STUDENTS
    assert {getattr(end, "code", "done") for end in ends} == {"done"}
    assert not set(before) & set(after)
    assert len(after) == 2
    assert 1012 in closed
    assert states == [("settled",)]


@pytest.mark.parametrize(
    ("number", "code", "status"),
    [(signal.SIGHUP, 1012, RESTART_WANTED), (signal.SIGTERM, 1001, 0)],
    ids=["SIGHUP", "SIGTERM"],
)
async def test_h13_a_single_process_lets_answers_finish(
    tmp_path: Path, number: signal.Signals, code: int, status: int
) -> None:
    """A process that stops lets answers finish and closes idle sockets; its exit status says whether to restart it."""
    async with classroom(tmp_path, Laptop()) as room:
        room.first.default = SHORT
        student = await sign_up_student(room.service)
        async with (
            connect(room.service.url, student.access_token) as chat,
            connect(room.service.url, student.access_token) as quiet,
        ):
            request_id = await chat.ask()
            await room.first.next_call()
            room.service.process.send_signal(number)
            codes = []
            with pytest.raises(Closed) as closed:
                await quiet.receive()
            codes.append(closed.value.code)
            late = (await chat.answer(code="x = y\n"))[-1]
            frames = await chat.collect(request_id)
            with pytest.raises(Closed) as closed:
                await chat.receive()
            codes.append(closed.value.code)

        assert await exit_status(room.service) == status
        room.service.kill()

    assert (late["code"], late["retryable"]) == ("SHUTTING_DOWN", True)
    assert frames[-1]["type"] == "done"
    assert text_of(frames) == SHORT.text
    assert codes == [code, code]


async def test_h13_clients_come_back_to_a_single_process_that_starts_again(tmp_path: Path) -> None:
    """An ask that is sent between SIGHUP and the restart is answered, since the client reconnects by itself."""
    folder = tmp_path / "service"
    folder.mkdir()
    first = await asyncio.to_thread(Service, folder, {})
    port = int(first.url.rpartition(":")[2])
    student = await sign_up_student(first)
    tutor = RemoteTutor(first.url, StaticToken(student.access_token))
    assert isinstance((await ask_on(tutor, "before"))[-1], Done)

    first.process.send_signal(signal.SIGHUP)
    assert await exit_status(first) == RESTART_WANTED
    first.kill()
    between = asyncio.create_task(ask_on(tutor, "between"))
    second = await asyncio.to_thread(Service, folder, {}, port=port)
    end = (await between)[-1]
    await tutor.close()

    assert isinstance(end, Done)
    assert await asyncio.to_thread(second.stop) == 0
    second.kill()
