"""The worked example of level 4: its names differ from the student's, and it does not repeat the student's program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.lesson import Example
from tutor_pedagogy.offline.engine.renaming import renamed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.lesson import Lesson
    from tutor_pedagogy.offline.engine.program import Program

_OF_STEPS = Example(
    "How to find such a line, shown on another program: print each value, one line for each step.",
    'jump = 2\nfor height in (3, 5):\n    jump = jump * height\n    print("now", height, jump)',
    "Each line shows the values after one step, so the first one that is not as planned stands out.",
)
_OF_FORM = Example(
    "How to find a syntax error in a long line, shown on another one: build it up from parts.",
    'hours = 135 // 60\nminutes = 135 % 60\nlabel = str(hours) + ":" + str(minutes)\nprint(label)',
    "Each part is short enough to be run alone, so a syntax error shows up in the part that was added last.",
)


def choose_example(lesson: Lesson, error_type: str, program: Program) -> Example:
    """Return the first example of a lesson that passes the guard, with names that the student does not use.

    If the guard rejects every example as too similar to the student's code, return a general example.
    """
    general = _OF_FORM if error_type == "syntax" else _OF_STEPS
    return first_released(lesson.examples, program) or renamed(general, program.words)


def first_released(examples: Iterable[Example], program: Program) -> Example | None:
    """Return the first example that passes the guard, with names that the student does not use; None if none does."""
    for example in examples:
        offered = renamed(example, program.words)
        text = f"{offered.before}\n\n```python\n{offered.code}\n```\n\n{offered.after}"
        if is_released(text, program, HintLevel.EXAMPLE):
            return offered
    return None


def is_general(example: Example) -> bool:
    """Return whether an example is a general one, which has no part that corresponds to the student's line."""
    return example.before in (_OF_STEPS.before, _OF_FORM.before)


def is_released(text: str, program: Program, level: HintLevel) -> bool:
    """Return whether the guard lets a text pass at a hint level."""
    guard = Guard(level, program.submission)
    guard.feed(text)
    guard.finish()
    return guard.verdict is None
