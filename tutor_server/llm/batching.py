"""The batching interval: once the student has some text, the rest of an answer is read in batches."""

from __future__ import annotations

from dataclasses import dataclass

PAUSE_SECONDS = 0.04
"""Seconds between two batches of one answer: too short for a student to notice."""
SOONEST_SECONDS = 0.002
"""The minimum wait in seconds: a shorter wait means that the event loop woke early, as it rounds to milliseconds."""
READ_TOGETHER = 32
"""The maximum number of answers that are read at the same time, as a group: reading a group takes about 2 ms."""


@dataclass(slots=True)
class Pacing:
    """How an answer is read: each event as it arrives until the student has some text, then in batches."""

    student_has_text: bool = False


def seconds_to_next_batch(number: int, now: float, running: int) -> float:
    """Return the seconds until an answer's next batch; `now` is the event loop's time.

    `number` identifies the answer among the `running` ones. A few answers share their read times, since waking a
    process for each token costs more than reading it. Many answers are divided into groups, since the last answer of a
    group waits for all others in it.
    """
    groups = 1 + running // READ_TOGETHER
    turn = number % groups / groups * PAUSE_SECONDS
    seconds = PAUSE_SECONDS - (now - turn) % PAUSE_SECONDS
    return seconds if seconds > SOONEST_SECONDS else seconds + PAUSE_SECONDS
