"""The deadlines of a call: what puts off the first content, and which timeouts open the breaker."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from testing.model_calls import REQUEST, MemoryRecorder, explained
from tutor_server.errors import AIUnavailable, AnswerInterrupted
from tutor_server.limits import Deadlines
from tutor_server.llm.batching import Pacing
from tutor_server.llm.breaker import FAILURES_TO_OPEN
from tutor_server.llm.chain import Chain
from tutor_server.llm.offline import OfflineProvider
from tutor_server.llm.provider import Event, Finish, Thinking

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from tutor_server.llm.chain import ModelAnswer

STEP = 0.05
FIRST = 0.3
DEADLINES = Deadlines(first_content=FIRST, between_contents=FIRST, whole_answer=8, pings=1.5)
PING: Sequence[Event] = ()
THOUGHT: Sequence[Event] = (Thinking(8),)
ANSWER: Sequence[Event] = ("An answer.", Finish("stop"))


class Slow:
    """A provider that sends one group of events every `STEP` seconds, and then nothing more. It plays one list a call.

    Without a list it is silent.
    """

    name, model, is_remote, thinking_tokens = "slow", "slow-1", True, 0

    def __init__(self, *played: Sequence[Sequence[Event]]) -> None:
        self._played = list(played)
        self.calls = 0

    @asynccontextmanager
    async def stream(self, _request: object, _pacing: object) -> AsyncIterator[AsyncIterator[Sequence[Event]]]:
        """Play the next list."""
        self.calls += 1
        yield self._play(self._played.pop(0) if self._played else ())

    async def _play(self, groups: Sequence[Sequence[Event]]) -> AsyncIterator[Sequence[Event]]:
        for group in groups:
            await asyncio.sleep(STEP)
            yield group
        await asyncio.get_running_loop().create_future()

    async def close(self) -> None:
        """Do nothing: there is nothing to release."""


def chain_of(provider: Slow) -> Chain:
    """Return the chain of a provider without another one behind it."""
    return Chain([provider], DEADLINES, offline=OfflineProvider(explained))


async def ask(chain: Chain) -> tuple[str, ModelAnswer, float]:
    """Return the text of an answer, the answer, and the seconds that it took."""
    began_at = time.monotonic()
    async with chain.stream(REQUEST, MemoryRecorder(), Pacing()) as answer:
        text = "".join([piece async for piece in answer])
    return text, answer, time.monotonic() - began_at


async def give_up(chain: Chain) -> float:
    """Return the seconds after which an ask fails."""
    began_at = time.monotonic()
    with pytest.raises(AIUnavailable):
        await ask(chain)
    return time.monotonic() - began_at


@pytest.mark.parametrize(
    ("sign", "times", "answers"),
    [(PING, 10, True), (THOUGHT, 10, True), (PING, 90, False), (THOUGHT, 40, True)],
    ids=["pings", "thoughts", "pings past their deadline", "thoughts past that of pings"],
)
async def test_signs_of_life_put_off_the_first_content(sign: Sequence[Event], times: int, *, answers: bool) -> None:
    """P6: pings put the first content off to a deadline of their own, thoughts to half of the whole answer's."""
    chain = chain_of(Slow([*[sign] * times, ANSWER]))
    if answers:
        text, _, seconds = await ask(chain)
        assert text == "An answer."
        assert seconds > FIRST
    else:
        assert await give_up(chain) >= DEADLINES.pings


async def test_thoughts_without_end_are_cut_at_half_of_the_whole_answer() -> None:
    """P6: a model that only thinks is cut at half of the deadline of the whole answer."""
    half = DEADLINES.whole_answer / 2
    assert half <= await give_up(chain_of(Slow([THOUGHT] * 1000))) < DEADLINES.whole_answer


async def test_a_model_that_stops_thinking_is_cut_after_one_more_deadline() -> None:
    """P6: thoughts put the deadline off by the first content's seconds each, not at once to their maximum."""
    assert await give_up(chain_of(Slow([THOUGHT] * 2))) < DEADLINES.whole_answer / 2


async def test_a_silent_provider_is_cut_at_the_first_deadline() -> None:
    """P6: a call that was opened but sends nothing, like headers alone, puts nothing off."""
    assert FIRST <= await give_up(chain_of(Slow())) < DEADLINES.pings


class Full:
    """A queue that lets asks in after a wait, or passes them on. It counts the places that are taken."""

    def __init__(self, seconds: float, *, has_room: bool = True) -> None:
        self._seconds = seconds
        self._has_room = has_room
        self.taken = 0

    async def enter(self, student: str, on_place: Callable[[int], object]) -> Full | None:
        """Wait and take a place."""
        assert student == REQUEST.user
        on_place(1)
        await asyncio.sleep(self._seconds)
        self.taken += self._has_room
        return self if self._has_room else None

    def leave(self) -> None:
        """Free the place."""
        self.taken -= 1


async def test_deadlines_begin_when_the_call_is_sent() -> None:
    """P10: the time in the queue counts for no deadline, and the place is free after the answer."""
    deadlines = replace(DEADLINES, first_content=0.2, whole_answer=0.4)
    queue, provider, places = Full(0.5), Slow([*[PING] * 2, ANSWER]), list[int]()
    chain = Chain([provider], deadlines, offline=OfflineProvider(explained), queues={"slow": queue})
    async with chain.stream(REQUEST, MemoryRecorder(), Pacing(), places.append) as answer:
        text = "".join([piece async for piece in answer])

    assert (text, answer.was_busy, answer.waited > 0.4) == ("An answer.", False, True)
    assert (queue.taken, places) == (0, [1])


async def test_a_full_queue_goes_to_the_next_provider() -> None:
    """P10: an ask without a place is answered by the next provider, and no call to the first one is recorded."""
    recorder, provider = MemoryRecorder(), Slow([ANSWER])
    offline = OfflineProvider(explained)
    chain = Chain([provider, offline], DEADLINES, offline=offline, queues={"slow": Full(0, has_room=False)})
    async with chain.stream(REQUEST, recorder, Pacing()) as answer:
        text = "".join([piece async for piece in answer])

    assert text
    assert (answer.provider, answer.fallback, answer.was_busy, provider.calls) == ("offline", True, True, 0)
    assert [call.provider for call in recorder.calls] == ["offline"]


async def test_a_provider_that_is_skipped_is_not_waited_for() -> None:
    """P10: while the circuit breaker is open, nobody waits in the provider's queue."""
    queue, provider = Full(0), Slow()
    chain = Chain([provider], DEADLINES, offline=OfflineProvider(explained), queues={"slow": queue})
    await asyncio.gather(*(give_up(chain) for _ in range(FAILURES_TO_OPEN)))
    queue.enter = None  # type: ignore[assignment, method-assign]  # entering would fail

    await give_up(chain)

    assert (queue.taken, provider.calls) == (0, FAILURES_TO_OPEN)


async def test_p15_timeouts_while_others_are_answered_keep_the_breaker_closed() -> None:
    """P15: calls that time out while another call brings text do not open the breaker; without it they do."""
    words: Sequence[Sequence[Event]] = [("word ",)] * 400
    provider = Slow(words)
    chain = chain_of(provider)

    async def read_words() -> None:
        async with chain.stream(REQUEST, MemoryRecorder(), Pacing()) as answer:
            async for _ in answer:
                answered.set()

    answered = asyncio.Event()
    reading = asyncio.create_task(read_words())
    await answered.wait()
    await asyncio.gather(*(give_up(chain) for _ in range(FAILURES_TO_OPEN + 1)))
    calls = provider.calls
    await give_up(chain)
    while_answered = provider.calls - calls
    reading.cancel()
    await asyncio.wait({reading})
    await asyncio.gather(*(give_up(chain) for _ in range(FAILURES_TO_OPEN)))
    calls = provider.calls
    await give_up(chain)

    assert while_answered == 1
    assert provider.calls == calls


async def test_p15_a_call_is_no_witness_for_itself() -> None:
    """P15: calls one after the other that each stall after some text open the breaker."""
    provider = Slow(*[[("word ",)]] * (FAILURES_TO_OPEN + 1))
    chain = chain_of(provider)
    for _ in range(FAILURES_TO_OPEN + 1):
        with pytest.raises((AnswerInterrupted, AIUnavailable)):
            await ask(chain)

    assert provider.calls == FAILURES_TO_OPEN
