"""The pool of child processes: deadlines, fairness, allowances, and hostile calls."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvloop

from testing import analysis_calls as calls
from testing.waiting import until
from tutor_analysis.pool import NotAnalysed, Pool, PoolLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

pytestmark = pytest.mark.real_time

QUICK = PoolLimits(processes=1, processor=0.2, wall=60, longest_wait=60)


@asynccontextmanager
async def pool_of(limits: PoolLimits) -> AsyncIterator[Pool]:
    """Yield a pool, which is closed afterwards."""
    pool = Pool(limits)
    try:
        yield pool
    finally:
        await pool.close()


async def refusal(pool: Pool, function: Callable[..., Any], owner: str = "anna") -> NotAnalysed:
    """Return why a call has no result."""
    with pytest.raises(NotAnalysed) as refused:
        await pool.run(owner, function)
    return refused.value


def is_alive(process_id: int) -> bool:
    """Return whether a process exists."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_function_runs_in_another_process() -> None:
    """One process serves one call after another."""
    async with pool_of(QUICK) as pool:
        first, second = await pool.run("anna", calls.process_id), await pool.run("ben", calls.process_id)
    assert first == second != os.getpid()


@pytest.mark.parametrize("function", [calls.spin, calls.spin_in_c])
async def test_what_takes_too_long_is_killed(function: Callable[[], object]) -> None:
    """A call that exceeds its deadline, in Python or C, is killed, and the next call gets a new process."""
    async with pool_of(QUICK) as pool:
        before = await pool.run("anna", calls.process_id)
        assert (await refusal(pool, function)).reason == "deadline"
        assert await pool.run("anna", calls.process_id) != before
        assert not is_alive(before)


async def test_what_waits_without_working_is_given_up() -> None:
    """A process that uses no processor time is killed after a real-time deadline."""
    async with pool_of(PoolLimits(processes=1, wall=0.5)) as pool:
        assert (await refusal(pool, calls.sleep_long)).reason == "deadline"


async def test_a_process_that_dies_costs_its_own_call_alone() -> None:
    """If a process crashes, only its own call fails."""
    async with pool_of(QUICK) as pool:
        assert (await refusal(pool, calls.die)).reason == "deadline"
        assert await pool.run("ben", calls.process_id)


def test_a_process_that_is_killed_while_it_rests_costs_no_call() -> None:
    """If an idle process is killed, the next call gets a new one."""

    async def work() -> None:
        async with pool_of(QUICK) as pool:
            killed = await pool.run("anna", calls.process_id)
            os.kill(killed, signal.SIGKILL)
            await until(lambda: not is_alive(killed))
            ids = await asyncio.gather(*(pool.run(name, calls.process_id) for name in ("anna", "ben")))
            assert killed not in ids

    uvloop.run(work())


async def test_a_failure_is_named_without_its_words() -> None:
    """An exception is returned as the name of its type, since its message may quote a student."""
    async with pool_of(QUICK) as pool:
        failure = await refusal(pool, calls.raise_key_error)
    assert (failure.reason, failure.detail) == ("failed", "KeyError")
    assert "secret" not in str(failure)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows does not bound the memory of a process")
async def test_memory_is_bounded() -> None:
    """A call that exceeds the memory limit fails alone."""
    async with pool_of(QUICK) as pool:
        assert (await refusal(pool, calls.take_memory)).detail == "MemoryError"


async def test_what_a_function_prints_is_lost() -> None:
    """Output of a process reaches neither the pipe nor the log."""
    async with pool_of(QUICK) as pool:
        assert await pool.run("anna", calls.print_much) == "done"


async def test_a_student_who_takes_long_holds_up_nobody_else() -> None:
    """A student can occupy only one process, so that others can use the second."""
    async with pool_of(PoolLimits(processes=2, processor=0.3, wall=60, longest_wait=60)) as pool:
        hostile = [asyncio.create_task(refusal(pool, calls.spin)) for _ in range(4)]
        await asyncio.sleep(0)
        await pool.run("ben", calls.process_id)
        assert not all(task.done() for task in hostile)
        assert {failure.reason for failure in await asyncio.gather(*hostile)} == {"deadline"}


async def test_those_who_wait_are_served_in_turn() -> None:
    """With one process, a student's second call runs after the first call of every other student."""
    order: list[str] = []

    async def call(pool: Pool, owner: str) -> None:
        await pool.run(owner, calls.process_id)
        order.append(owner)

    async with pool_of(QUICK) as pool:
        await asyncio.gather(*(call(pool, owner) for owner in ("anna", "anna", "anna", "ben", "cem")))
    assert order == ["anna", "ben", "cem", "anna", "anna"]


async def test_processor_time_of_a_student_is_bounded() -> None:
    """A student whose processor time is used up gets no process for now; other students still do."""
    async with pool_of(PoolLimits(processes=1, processor=0.2, allowance=0.3, refill=0.001)) as pool:
        reasons = [(await refusal(pool, calls.spin)).reason for _ in range(4)]
        assert reasons == ["deadline", "deadline", "allowance", "allowance"]
        assert await pool.run("ben", calls.process_id)


async def test_what_waits_too_long_is_given_up() -> None:
    """A call that gets no process in time fails."""
    async with pool_of(PoolLimits(processes=1, processor=5.0, longest_wait=0.1)) as pool:
        hostile = asyncio.create_task(refusal(pool, calls.sleep_long))
        await asyncio.sleep(0)
        assert (await refusal(pool, calls.process_id, "ben")).reason == "overload"
        hostile.cancel()


async def test_only_so_many_wait() -> None:
    """Once too many calls wait, a further call fails at once."""
    async with pool_of(PoolLimits(processes=1, waiting=2)) as pool:
        waiting = [asyncio.create_task(pool.run(str(number), calls.process_id)) for number in range(3)]
        await asyncio.sleep(0)
        reasons = [task.exception() for task in waiting if task.done()]
        assert [getattr(error, "reason", None) for error in reasons] == ["overload"]
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_caller_who_leaves_is_forgotten() -> None:
    """A waiting call is dropped when its caller is cancelled; a running call continues to its end."""
    async with pool_of(QUICK) as pool:
        running = asyncio.create_task(pool.run("anna", calls.process_id))
        waiting = asyncio.create_task(pool.run("anna", calls.die))
        await asyncio.sleep(0)
        waiting.cancel()
        running.cancel()
        await asyncio.gather(running, waiting, return_exceptions=True)
        assert await pool.run("anna", calls.process_id)


async def test_a_process_ends_when_nothing_is_to_do() -> None:
    """An idle process is ended, which returns its memory, and the next call starts another."""
    async with pool_of(PoolLimits(processes=1, idle=0.05)) as pool:
        process = await pool.run("anna", calls.process_id)
        await until(lambda: not is_alive(process))
        assert await pool.run("anna", calls.process_id) != process


async def test_closing_leaves_no_process() -> None:
    """Closing the pool fails waiting calls, kills running processes, and starts no more."""
    pool = Pool(QUICK)
    process = await pool.run("anna", calls.process_id)
    waiting = [asyncio.create_task(refusal(pool, calls.sleep_long)) for _ in range(2)]
    await asyncio.sleep(0)
    await pool.close()
    assert [failure.reason for failure in await asyncio.gather(*waiting)] == ["overload", "overload"]
    assert not is_alive(process)
    assert (await refusal(pool, calls.process_id)).reason == "overload"


async def test_where_no_process_can_be_started_there_is_no_result(tmp_path: object) -> None:
    """If the system cannot start a process, the call fails without an exception."""
    pool = Pool(QUICK, command=(f"{tmp_path}/nothing-here",))
    assert (await refusal(pool, calls.process_id)).reason == "overload"
    await pool.close()
