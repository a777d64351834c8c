"""The limits within one process: they are exact, and a refused ask uses up nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.clock import HeldClock
from tutor_server.admission.in_process import InProcessLimiter, InProcessSlots
from tutor_server.admission.limiter import Grant, Limits
from tutor_server.errors import DailyCapReached, GlobalLimitReached, RateLimited, TutorError


@dataclass
class StoredCounts:
    """A stand-in for the day's message counts in the database."""

    counts: Counter[str] = field(default_factory=Counter)

    async def messages_on(self, subject: str, _day: object) -> int:
        """Return the stored count, after letting other tasks run as a real database would."""
        await asyncio.sleep(0)
        return self.counts[subject]


def limiter(
    clock: HeldClock, *, stored: StoredCounts | None = None, per_minute: int = 20, daily: int = 100, calls: int = 200
) -> InProcessLimiter:
    """Build a limiter with the contract's defaults."""
    limits = Limits(messages_per_minute=per_minute, daily_messages=daily, llm_calls_per_minute=calls)
    return InProcessLimiter(limits, clock, (stored or StoredCounts()).messages_on)


async def admit_many(limits: InProcessLimiter, subjects: list[str]) -> list[Grant | BaseException]:
    """Try to admit all asks simultaneously; return the grants and refusals."""
    return await asyncio.gather(
        *(limits.admit(subject, calls_provider=True) for subject in subjects), return_exceptions=True
    )


async def test_a1_a_thousand_asks_at_once_of_one_user() -> None:
    """A1: of a thousand simultaneous asks of one user exactly 20 pass."""
    outcomes = await admit_many(limiter(HeldClock()), ["ada"] * 1000)

    assert Counter(type(outcome) for outcome in outcomes) == {Grant: 20, RateLimited: 980}


async def test_a3_a_call_that_waited_counts_from_when_it_is_sent() -> None:
    """A3: a call that waits keeps its place in the window, and counts for a minute from when it is sent."""
    clock = HeldClock()
    limits = limiter(clock, calls=1)
    grant = await limits.admit("ada", calls_provider=True)
    assert grant.call_mark is not None
    clock.seconds = 50
    await limits.send_call(grant.call_mark)
    clock.seconds = 109
    with pytest.raises(GlobalLimitReached) as refused:
        await limits.take_call()
    clock.seconds = 110
    await limits.take_call()

    assert refused.value.retry_after == 1
    with pytest.raises(GlobalLimitReached):  # It waited so long that another call has its place.
        await limits.send_call(grant.call_mark)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 200), min_size=50, max_size=300), st.integers(1, 25))
def test_a4_never_more_than_the_limit_in_any_true_minute(arrivals: list[float], limit: int) -> None:
    """A4: an ask at a random time is admitted exactly if fewer asks than the limit were admitted in the 60 s before."""
    clock = HeldClock()
    window = limiter(clock, per_minute=limit, daily=1000, calls=1000)

    async def decide() -> tuple[list[float], list[float]]:
        admitted: list[float] = []
        expected: list[float] = []
        for clock.seconds in sorted(arrivals):
            if sum(at > clock.seconds - 60 for at in expected) < limit:
                expected.append(clock.seconds)
            with suppress(RateLimited):
                await window.admit("ada", calls_provider=False)
                admitted.append(clock.seconds)
        return admitted, expected

    admitted, expected = asyncio.run(decide())

    assert admitted == expected
    assert all(sum(start <= at < start + 60 for at in admitted) <= limit for start in admitted)


async def test_a3_a_thousand_asks_over_fifty_users() -> None:
    """A3: of a thousand asks of fifty users exactly 200 may call a provider within a minute."""
    outcomes = await admit_many(limiter(HeldClock()), [f"user-{number % 50}" for number in range(1000)])

    assert Counter(type(outcome) for outcome in outcomes) == {Grant: 200, GlobalLimitReached: 800}


async def test_a5_the_daily_cap_is_exact() -> None:
    """A5 in one process: of a thousand attempts exactly 100 pass a daily cap of 100."""
    outcomes = await admit_many(limiter(HeldClock(), per_minute=5000, calls=5000), ["ada"] * 1000)

    assert Counter(type(outcome) for outcome in outcomes) == {Grant: 100, DailyCapReached: 900}


async def test_a_count_of_before_the_start_goes_on() -> None:
    """Messages that were counted in the database before this process started count towards the daily cap."""
    limits = limiter(HeldClock(), stored=StoredCounts(Counter(ada=99)))

    grant = await limits.admit("ada", calls_provider=False)
    with pytest.raises(DailyCapReached):
        await limits.admit("ada", calls_provider=False)

    assert grant.remaining_today == 0


async def test_a8_a_refusal_says_when_to_come_back_and_keeps_its_word() -> None:
    """A8: after `retry_after` seconds an ask is admitted, one second earlier it is not."""
    clock = HeldClock()
    limits = limiter(clock, per_minute=2)
    await limits.admit("ada", calls_provider=False)
    clock.seconds = 10.5
    await limits.admit("ada", calls_provider=False)

    with pytest.raises(RateLimited) as refusal:
        await limits.admit("ada", calls_provider=False)
    wait = refusal.value.retry_after
    assert wait == 50
    clock.seconds += wait - 1
    with pytest.raises(RateLimited):
        await limits.admit("ada", calls_provider=False)
    clock.seconds += 1
    await limits.admit("ada", calls_provider=False)


@pytest.mark.parametrize(
    ("per_minute", "daily", "calls", "refusal"),
    [(1, 100, 100, RateLimited), (100, 1, 100, DailyCapReached), (100, 100, 1, GlobalLimitReached)],
)
async def test_a7_a_refusal_uses_up_nothing_of_the_others(
    per_minute: int, daily: int, calls: int, refusal: type[TutorError]
) -> None:
    """A7: a refusal by one limit leaves the counters of all other limits unchanged."""
    clock = HeldClock()
    limits = limiter(clock, per_minute=per_minute, daily=daily, calls=calls)
    grant = await limits.admit("ada", calls_provider=True)
    for _ in range(10):
        with pytest.raises(refusal):
            await limits.admit("ada", calls_provider=True)

    await limits.give_back(grant)
    assert grant.call_mark is not None
    await limits.give_back_call(grant.call_mark)

    again = await limits.admit("ada", calls_provider=True)
    assert again.remaining_today == grant.remaining_today


async def test_a9_midnight_resets_once() -> None:
    """A9: the daily count resets at midnight UTC, and giving back an ask of yesterday does not change today's."""
    clock = HeldClock(at=datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC))
    limits = limiter(clock, daily=1)
    yesterday = await limits.admit("ada", calls_provider=False)
    with pytest.raises(DailyCapReached) as refusal:
        await limits.admit("ada", calls_provider=False)
    assert refusal.value.retry_after == 1
    assert refusal.value.resets_at == datetime(2026, 3, 2, tzinfo=UTC)

    clock.seconds = 1
    await limits.admit("ada", calls_provider=False)
    await limits.give_back(yesterday)
    with pytest.raises(DailyCapReached):
        await limits.admit("ada", calls_provider=False)


async def test_a_call_that_was_sent_is_not_given_back() -> None:
    """Giving back an ask restores the daily count, but not the count of a provider call that was sent."""
    limits = limiter(HeldClock(), calls=1)
    grant = await limits.admit("ada", calls_provider=True)

    await limits.give_back(grant)

    with pytest.raises(GlobalLimitReached):
        await limits.admit("ada", calls_provider=True)


async def test_offline_answers_do_not_count_as_calls() -> None:
    """Offline answers do not count towards the provider rate limit."""
    limits = limiter(HeldClock(), calls=1)
    for _ in range(5):
        await limits.admit("ada", calls_provider=False)

    await limits.admit("ada", calls_provider=True)


async def test_a6_a_fourth_connection_gets_no_slot() -> None:
    """A6: a user has three connection slots; releasing a slot twice frees only one."""
    slots = InProcessSlots(3)
    held = [await slots.acquire("ada") for _ in range(3)]

    assert await slots.acquire("ada") is None
    assert await slots.acquire("bob") is not None
    assert held[0] is not None
    await held[0].release()
    await held[0].release()
    assert await slots.acquire("ada") is not None
    assert await slots.acquire("ada") is None
