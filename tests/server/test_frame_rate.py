"""The frame rate limit of the chat WebSocket: a token bucket for frames and one for bytes, for each user."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from testing.clock import HeldClock
from tutor_server.admission import frame_rate
from tutor_server.admission.frame_rate import FrameAllowance, FrameAllowances
from tutor_server.limits import FrameRate

RATE = FrameRate(frames=10, frames_per_second=2, bytes=1000, bytes_per_second=100, connection=5, shut_out=30)


@pytest.fixture
def clock() -> HeldClock:
    """Return a simulated clock."""
    return HeldClock()


def test_frames_are_counted_and_come_back_with_time(clock: HeldClock) -> None:
    """A full token bucket can be emptied at once; it refills with time, but never beyond its capacity."""
    allowance = FrameAllowance(RATE, clock)

    assert [allowance.take_frame() for _ in range(11)] == [True] * 10 + [False]
    clock.seconds += 1
    assert [allowance.take_frame() for _ in range(3)] == [True, True, False]
    clock.seconds += 1000
    assert [allowance.take_frame() for _ in range(11)] == [True] * 10 + [False]


def test_bytes_are_counted_apart(clock: HeldClock) -> None:
    """A read that exceeds the byte bucket takes no tokens, so that a smaller read may still pass."""
    allowance = FrameAllowance(RATE, clock)

    assert [allowance.take_bytes(count) for count in (900, 200, 100, 1)] == [True, False, True, False]
    assert allowance.take_frame()


def test_connections_count_as_frames(clock: HeldClock) -> None:
    """Opening a connection takes tokens from the frame bucket."""
    allowance = FrameAllowance(RATE, clock)

    assert [allowance.take_connection() for _ in range(3)] == [True, True, False]


def test_one_who_was_shut_out_opens_no_connection(clock: HeldClock) -> None:
    """A user whose connection was closed for flooding cannot open another for 30 seconds."""
    allowance = FrameAllowance(RATE, clock)
    allowance.shut_out()

    clock.seconds += 29
    assert not allowance.take_connection()
    assert allowance.take_frame()
    clock.seconds += 1
    assert allowance.take_connection()


def test_connections_of_a_user_share_one_allowance(clock: HeldClock) -> None:
    """All connections of a user share one bucket, and each user has a separate one."""
    allowances, user_id = FrameAllowances(RATE, clock), uuid4()

    assert allowances.of(user_id) is allowances.of(user_id)
    assert allowances.of(user_id) is not allowances.of(uuid4())


def test_users_who_sent_nothing_of_late_are_forgotten(clock: HeldClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of stored buckets is limited, but a bucket that is in use or has too few tokens is never dropped."""
    monkeypatch.setattr(frame_rate, "FIRST_SWEEP", 4)
    allowances = FrameAllowances(RATE, clock)
    debtor, quiet = allowances.of(UUID(int=1)), allowances.of(UUID(int=2))
    for _ in range(10):
        debtor.take_frame()
    for number in range(100):
        allowances.of(UUID(int=10 + number))

    assert len(allowances._recent) < 10
    assert allowances.of(UUID(int=1)) is debtor
    assert allowances.of(UUID(int=2)) is quiet


@pytest.mark.parametrize("limit", [1, 20, 100, 1000])
def test_the_rate_is_well_above_the_limit_of_messages(limit: int) -> None:
    """The rate is six frames for each message of the operator's limit, and at least the default rate."""
    rate = FrameRate.allowing(limit)

    assert rate.frames_per_second * 60 >= 6 * limit
    assert rate.frames >= FrameRate().frames
    assert rate.bytes >= FrameRate().bytes
