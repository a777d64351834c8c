"""The deadline of a model's next words, which moves when some have come."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tutor_server.llm.idle_timeout import IdleTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def now() -> float:
    """Return the time of the loop."""
    return asyncio.get_running_loop().time()


async def wait_for_nothing() -> None:
    """Wait as for a model that is silent."""
    await asyncio.get_running_loop().create_future()


@pytest.fixture(autouse=True)
async def no_timer_fails() -> AsyncIterator[None]:
    """See that no timer raises, which asyncio would only log."""
    failures: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, failure: failures.append(failure))
    yield
    assert failures == []


async def let_timers_strike() -> None:
    """Let everything run that is due."""
    for _ in range(3):
        await asyncio.sleep(0)


async def test_deadline_that_has_passed_ends_the_context() -> None:
    """As `asyncio.timeout` does."""
    with pytest.raises(TimeoutError):
        async with IdleTimeout(now()):
            await wait_for_nothing()


async def test_no_time_counts_while_suspended() -> None:
    """Until the deadline is set anew, in this case to what has passed."""
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
    """The timer of an earlier deadline does not end what has got more time, nor does that of a later one hold out."""
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
    """A reader that has its words is not interrupted, whichever of the two was first by a step of the loop."""
    async with IdleTimeout(now()) as timeout:
        for _ in range(steps):
            await asyncio.sleep(0)
        timeout.suspend()
        await let_timers_strike()


async def test_deadline_set_to_what_has_passed_strikes_at_the_next_await() -> None:
    """Words that are always there already leave no other moment for it."""
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
    """Neither the first timer nor a later one."""
    async with IdleTimeout(now()) as timeout:
        if moves:
            timeout.renew(now())
    await let_timers_strike()
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
