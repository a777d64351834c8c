"""The idle timeout of a model's stream: a deadline that is renewed whenever text arrives."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tutor_server.llm.idle_timeout import IdleTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def now() -> float:
    """Return the event loop's time."""
    return asyncio.get_running_loop().time()


async def wait_for_nothing() -> None:
    """Wait for ever, as for a model that sends nothing."""
    await asyncio.get_running_loop().create_future()


@pytest.fixture(autouse=True)
async def no_timer_fails() -> AsyncIterator[None]:
    """Check that no timer callback raises, which asyncio would only log."""
    failures: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, failure: failures.append(failure))
    yield
    assert failures == []


async def let_timers_strike() -> None:
    """Let the event loop run all timers that are due."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_deadline_that_has_passed_ends_the_context() -> None:
    """A deadline in the past ends the context with `TimeoutError`, as with `asyncio.timeout`."""
    with pytest.raises(TimeoutError):
        async with IdleTimeout(now()):
            await wait_for_nothing()


async def test_no_time_counts_while_suspended() -> None:
    """While the timeout is suspended, an expired deadline has no effect until a new deadline is set."""
    heard = []

    async def read() -> None:
        async with IdleTimeout(now()) as timeout:
            timeout.suspend()
            await let_timers_strike()
            heard.append("a word")
            timeout.renew(now())
            await wait_for_nothing()

    with pytest.raises(TimeoutError):
        await read()
    assert heard


async def test_deadline_moves_later_and_sooner() -> None:
    """After the deadline is moved, only the new deadline ends the context, whether it is earlier or later."""
    heard = []

    async def read() -> None:
        async with IdleTimeout(now()) as timeout:
            timeout.renew(now() + 600)
            await let_timers_strike()
            heard.append("a word")
            timeout.renew(now())
            await wait_for_nothing()

    with pytest.raises(TimeoutError):
        await read()
    assert heard


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_words_that_come_as_the_deadline_strikes_are_in_time(steps: int) -> None:
    """If text arrives just as the deadline expires, the reader is not interrupted."""
    async with IdleTimeout(now()) as timeout:
        for _ in range(steps):
            await asyncio.sleep(0)
        timeout.suspend()
        await let_timers_strike()


async def test_deadline_set_to_what_has_passed_strikes_at_the_next_await() -> None:
    """If the deadline is renewed to a time in the past, the context ends at the next `await`."""
    heard = []

    async def read() -> None:
        async with IdleTimeout(now() + 600) as timeout:
            timeout.suspend()
            timeout.renew(now())
            await asyncio.sleep(0)
            heard.append("a word")

    with pytest.raises(TimeoutError):
        await read()
    assert not heard


@pytest.mark.parametrize("moves", [False, True])
async def test_nothing_strikes_once_the_context_is_left(*, moves: bool) -> None:
    """After the context has ended, no timer of it cancels the task."""
    async with IdleTimeout(now()) as timeout:
        if moves:
            timeout.renew(now())
    await let_timers_strike()
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
