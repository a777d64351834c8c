"""When what the models say is read, once their students have some text."""

from __future__ import annotations

PAUSE_SECONDS = 0.04
"""Between two reads of one model's words: nobody sees it."""
READ_TOGETHER = 32
"""Answers of one group: reading them takes some two milliseconds."""


def seconds_to_reading(number: int, now: float, running: int) -> float:
    """Give how long an answer waits for its next turn to be read; `now` is the event loop's time.

    `number` is its own among those that run. A few answers are read at the same times: an idle process that is woken
    for each of their tokens spends more on waking than on reading. Many are read in several groups, since the last of
    one group waits for all the others.
    """
    groups = 1 + running // READ_TOGETHER
    turn = number % groups / groups * PAUSE_SECONDS
    return PAUSE_SECONDS - (now - turn) % PAUSE_SECONDS
