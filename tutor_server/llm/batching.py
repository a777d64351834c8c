"""When what the models say is read, once their students have some text."""

from __future__ import annotations

PAUSE_SECONDS = 0.04
"""Between two reads of one model's words: nobody sees it."""
SOONEST_SECONDS = 0.002
"""An event loop keeps whole milliseconds, and may wake an answer that much before its turn."""
READ_TOGETHER = 32
"""Answers of one group: reading them takes some two milliseconds."""


def seconds_to_next_batch(number: int, now: float, running: int) -> float:
    """Give how long an answer waits for its next turn to be read; `now` is the event loop's time.

    `number` is its own among those that run. A few answers are read at the same times: an idle process that is woken
    for each of their tokens spends more on waking than on reading. Many are read in several groups, since the last of
    one group waits for all the others.
    """
    groups = 1 + running // READ_TOGETHER
    turn = number % groups / groups * PAUSE_SECONDS
    seconds = PAUSE_SECONDS - (now - turn) % PAUSE_SECONDS
    return seconds if seconds > SOONEST_SECONDS else seconds + PAUSE_SECONDS
