"""What a rule teaches: the parts from which its five texts, one a hint level, are put together.

Every part is a `string.Template`: `$line`, `$expression` and the facts of the finding are filled in; a fact that is
code comes out as a code span. The parts of levels 1 to 3 hold no code that the student has not written, but for the
names of built-in things; no part but `remedy` says what to write.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_protocol import ErrorType


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example on other data: what it shows, the code, and what to take from it."""

    before: str
    code: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """The teaching of one rule.

    `question` leads the eye (level 1). `concept` is the idea behind the error (level 2), `picture` adds an everyday
    comparison for beginners and `precise` the language rule for advanced students; `maths_picture` and
    `maths_precise` likewise by maths level. Where the place is not sure to be the culprit, `is_sure` is false and the
    text says where to start. `place` and `plan` make level 3. `example` is level 4, or the first of
    `other_examples` that is less like the student's own code. `remedy` says what to
    change where no edit could be worked out; `reason` and `check` complete level 5.
    """

    question: str
    concept: str
    picture: str
    precise: str
    plan: tuple[str, ...]
    example: Example
    remedy: str
    reason: str
    check: str
    place: str = ""
    maths_picture: str = ""
    maths_precise: str = ""
    is_sure: bool = True
    other_examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A cause that students' programs show, under a stable name, with what to teach about it."""

    name: str
    error_type: ErrorType
    lesson: Lesson
