"""The levels that shape an explanation: the hint level, and the student's experience."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class HintLevel(IntEnum):
    """The five hint levels, from a question to the solution."""

    QUESTION = 1
    CONCEPT = 2
    STRUCTURE = 3
    EXAMPLE = 4
    SOLUTION = 5


MIN_STUDENT_LEVEL, MAX_STUDENT_LEVEL = 1, 5


@dataclass(frozen=True, slots=True)
class StudentLevels:
    """The student's rating of their own experience, from 1 (beginner) to 5 (advanced), in each subject."""

    programming: int = 3
    maths: int = 3

    def __post_init__(self) -> None:
        if not all(MIN_STUDENT_LEVEL <= level <= MAX_STUDENT_LEVEL for level in (self.programming, self.maths)):
            raise ValueError(f"a student's level is {MIN_STUDENT_LEVEL} to {MAX_STUDENT_LEVEL}")
