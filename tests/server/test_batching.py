"""The batching interval: the text of many model streams is read at staggered times, that of few at the same time."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from tutor_server.llm.batching import PAUSE_SECONDS, READ_TOGETHER, SOONEST_SECONDS, seconds_to_next_batch


def turns(running: int) -> Counter[int]:
    """Return how many answers are read in each millisecond of the batching interval."""
    waits = [seconds_to_next_batch(number, 1234.5678, running) for number in range(running)]
    assert all(SOONEST_SECONDS < wait <= PAUSE_SECONDS + SOONEST_SECONDS for wait in waits)
    return Counter(round((1234.5678 + wait) % PAUSE_SECONDS * 1000) for wait in waits)


def test_few_answers_are_read_at_the_same_times() -> None:
    """Few answers are read at the same time, so that the process wakes only once."""
    assert len(turns(READ_TOGETHER - 1)) == 1


def test_many_answers_are_read_in_turns() -> None:
    """Many answers are spread over the interval, so that reading them all at once does not delay any."""
    assert max(turns(10 * READ_TOGETHER).values()) < 3 * READ_TOGETHER


@pytest.mark.parametrize("running", [1, 500])
def test_an_answer_keeps_its_turn(running: int) -> None:
    """An answer is read once in each interval, even if a reading was late or a millisecond early."""
    now, readings = 100.0, list[float]()
    for late in (0.001, 0.011, -0.001, 0.0, 0.002, 0.037):
        now += seconds_to_next_batch(7, now, running)
        readings.append(now)
        now += late
    pauses = [later - earlier for earlier, later in pairwise(readings)]
    assert pauses == pytest.approx([PAUSE_SECONDS] * 5)
