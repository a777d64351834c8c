"""The batching interval: once a student has some text of an answer, the rest is read in batches."""

from __future__ import annotations

from dataclasses import dataclass

PAUSE_SECONDS = 0.04
"""Between two reads of one answer: too short for a student to see."""
SOONEST_SECONDS = 0.002
"""An event loop counts whole milliseconds, and may wake an answer that much before its batch."""
READ_TOGETHER = 32
"""Answers of one group: reading them takes some two milliseconds."""


@dataclass(slots=True)
class Pacing:
    """How one answer is read: each word as it comes, until the student has some text; after that in batches."""

    student_has_text: bool = False


def seconds_to_next_batch(number: int, now: float, running: int) -> float:
    """Return how long an answer waits for its next batch; `now` is the event loop's time.

    `number` is the answer's own among the `running` ones. A few answers are read at the same times: a process that is
    woken for each of their tokens spends more on waking than on reading. Many are read in several groups, since the
    last answer of a group waits for all the others.
    """
    groups = 1 + running // READ_TOGETHER
    turn = number % groups / groups * PAUSE_SECONDS
    seconds = PAUSE_SECONDS - (now - turn) % PAUSE_SECONDS
    return seconds if seconds > SOONEST_SECONDS else seconds + PAUSE_SECONDS
