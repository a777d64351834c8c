"""The connection limiter of the database: at most one unit of work runs on each connection, in order of arrival."""

from __future__ import annotations

import asyncio

import pytest

from tutor_server.storage import connection_limiter
from tutor_server.storage.connection_limiter import ConnectionLimiter


async def test_units_have_their_turns_in_the_order_they_came() -> None:
    """Of a thousand units of work on two connections, at most two run at once, in the order of their arrival."""
    given = ConnectionLimiter(2, unit_seconds=10)
    begun: list[int] = []
    at_work: set[int] = set()
    most = 0

    async def work(number: int) -> None:
        nonlocal most
        async with given.slot():
            begun.append(number)
            at_work.add(number)
            most = max(most, len(at_work))
            await asyncio.sleep(0)
            at_work.remove(number)

    await asyncio.gather(*map(work, range(1000)))

    assert most == 2
    assert begun == list(range(1000))


async def test_the_wait_for_a_turn_does_not_use_up_the_units_time() -> None:
    """The timeout of a unit of work begins when it gets a connection, not while it waits for one."""
    given = ConnectionLimiter(1, unit_seconds=0.05)
    never = asyncio.Event()

    async def silent() -> None:
        async with given.slot():
            await never.wait()

    async def quick() -> str:
        async with given.slot():
            return "done"

    first, second, third = await asyncio.gather(silent(), silent(), quick(), return_exceptions=True)

    assert isinstance(first, TimeoutError)
    assert isinstance(second, TimeoutError)
    assert third == "done"


async def test_a_turn_is_waited_for_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit of work that gets no connection in time fails, and the connection goes to a later one."""
    monkeypatch.setattr(connection_limiter, "WAIT_SECONDS", 0.01)
    given = ConnectionLimiter(1)
    async with given.slot():
        with pytest.raises(TimeoutError):
            await given.slot().__aenter__()
    async with given.slot():
        pass
