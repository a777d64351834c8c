"""The worked example of level 4: its names differ from the student's, and it does not repeat the student's program."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.lesson import Example

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.lesson import Lesson
    from tutor_pedagogy.offline.engine.program import Program

_STRING_OR_COMMENT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|#[^\n]*")
_IDENTIFIER = re.compile(r"(?<![.\w])[A-Za-z_]\w*(?!=[^=]|\w)")
_CODE_SPAN = re.compile(r"`[^`]*`")
_MODULES = frozenset(("np", "plt", "math", "numpy", "matplotlib", "pyplot", "random", "sys", "os", "json", "self"))
_SHARED_NAMES = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | _MODULES
_SPARE_NAMES = (
    *("lamps", "tents", "boats", "drums", "coins", "roses", "kites", "seeds", "gates", "hills", "ropes", "shoes"),
    *("tiles", "wheels", "plums", "spoons"),
)
_OF_STEPS = Example(
    "The way to find such a place, shown on another program: print each value, one line for each step.",
    'jump = 2\nfor height in (3, 5):\n    jump = jump * height\n    print("now", height, jump)',
    "Each line shows the values after one step, so the first one that is not as planned stands out.",
)
_OF_FORM = Example(
    "How to find a fault of form in a long line, shown on another one: build it up from parts.",
    'hours = 135 // 60\nminutes = 135 % 60\nlabel = str(hours) + ":" + str(minutes)\nprint(label)',
    "Each part is short enough to be run alone, so a wrong form shows up in the part that was added last.",
)


def choose_example(lesson: Lesson, error_type: str, program: Program) -> Example:
    """Return the first example of a lesson that passes the guard, with names that the student does not use.

    If the guard rejects every example as too similar to the student's code, return a general example.
    """
    for example in lesson.examples:
        renamed = _renamed(example, program.words)
        if _is_released(renamed, program):
            return renamed
    return _renamed(_OF_FORM if error_type == "syntax" else _OF_STEPS, program.words)


def _is_released(example: Example, program: Program) -> bool:
    guard = Guard(HintLevel.EXAMPLE, program.submission)
    guard.feed(f"{example.before}\n\n```python\n{example.code}\n```\n\n{example.after}")
    guard.finish()
    return guard.verdict is None


def _renamed(example: Example, taken: frozenset[str]) -> Example:
    """Return an example in which the names that also occur in the student's code are replaced by spare names."""
    own = set(_IDENTIFIER.findall(_STRING_OR_COMMENT.sub("", example.code))) - _SHARED_NAMES
    spare = (name for name in _SPARE_NAMES if name not in taken and name not in own)
    renames = {name: next(spare, f"{name}_there") for name in sorted(own & taken)}
    if not renames:
        return example
    pattern = re.compile(rf"(?<![.\w])(?:{'|'.join(renames)})\b")

    def renamed(text: str) -> str:
        return pattern.sub(lambda match: renames[match.group()], text)

    before, after = (_CODE_SPAN.sub(lambda m: renamed(m.group()), part) for part in (example.before, example.after))
    return Example(before, renamed(example.code), after)
