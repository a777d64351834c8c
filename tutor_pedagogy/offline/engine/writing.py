"""Write the text for the student from a finding and a hint level, worded for the student's experience."""

from __future__ import annotations

import re
from enum import Enum
from string import Template
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.examples import choose_example
from tutor_pedagogy.offline.engine.finding import Code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline.engine.finding import Edit, Finding
    from tutor_pedagogy.offline.engine.lesson import Lesson
    from tutor_pedagogy.offline.engine.program import Program

LONGEST_SPAN = 90
"""The maximum number of characters of code quoted in a sentence. Longer code is only named by its line number."""

_BACKTICKS = re.compile("`+")


class Voice(Enum):
    """The audience of a text: beginners (the student's level is 1 or 2), middle (3) or advanced students (4 or 5)."""

    BEGINNER = "beginner"
    MIDDLE = "middle"
    ADVANCED = "advanced"

    @classmethod
    def of(cls, level: int) -> Voice:
        """Return the voice for a level from 1 to 5."""
        return (cls.BEGINNER, cls.BEGINNER, cls.MIDDLE, cls.ADVANCED, cls.ADVANCED)[level - 1]


def write(finding: Finding, lesson: Lesson, program: Program, level: HintLevel, student: StudentLevels) -> str:
    """Return the text about a finding for a hint level, as Markdown."""
    voice = Voice.of(student.programming)
    fill = _Filler(finding, program)
    match level:
        case HintLevel.QUESTION:
            return _question(lesson, fill, voice)
        case HintLevel.CONCEPT:
            return _concept(lesson, fill, voice, Voice.of(student.maths))
        case HintLevel.STRUCTURE:
            return _structure(lesson, fill, voice)
        case HintLevel.EXAMPLE:
            return _example(lesson, fill, voice, program)
        case HintLevel.SOLUTION:
            return _solution(lesson, fill, voice, finding, program)


def question(finding: Finding, lesson: Lesson, program: Program) -> str:
    """Return the question of the first hint level without any surrounding text."""
    return _Filler(finding, program)(lesson.question)


class _Filler:
    """Fills the placeholders in a lesson's texts with the line, the code and the slots of a finding."""

    def __init__(self, finding: Finding, program: Program) -> None:
        line = finding.lines[0]
        self.line = line
        self.error_type = finding.error_type
        self.source = program.line(line - program.first_line).strip()
        self.expression = finding.expression or ""
        slots: dict[str, str] = {"line": str(line), "expression": code_span(self.expression or self.source)}
        slots.update(
            (name, code_span(value) if isinstance(value, Code) else value) for name, value in finding.slots.items()
        )
        self.slots: Mapping[str, str] = slots

    def __call__(self, part: str) -> str:
        return Template(part).safe_substitute(self.slots)

    @property
    def quoted_line(self) -> str:
        """The line number, followed by the line's text if that is short enough to quote."""
        quotable = self.source and len(self.source) <= LONGEST_SPAN and self.source.isprintable()
        return f"line {self.line}, {code_span(self.source)}" if quotable else f"line {self.line}"

    @property
    def quoted_place(self) -> str:
        """The expression with its line number; if the expression cannot be quoted, the same as `quoted_line`."""
        expression = self.expression
        quotable = expression and len(expression) <= LONGEST_SPAN and expression.isprintable()
        return f"{code_span(expression)} on line {self.line}" if quotable else self.quoted_line


_BEFORE_AN_EDIT = {
    "syntax": "Nothing has run yet, so this is about the form of the line alone.",
    "runtime": "Say which values you expect there, before you look them up.",
    "logic": "Make your guess first, and only then check it with a run.",
}
_WHY_IT_MATTERS = {
    "syntax": "Until the form is right Python runs nothing at all, not even the lines above this one.",
    "runtime": "When Python gets here, all lines before have run, so the values that they left are your evidence.",
    "logic": "Python cannot warn you here: the program is valid, it only does something else than you mean.",
}
_TO_KEEP = {
    "syntax": "Say in one sentence what was wrong with the form, so that you will see it sooner next time.",
    "runtime": "Say in one sentence which value was not as you thought, and how you could have seen that sooner.",
    "logic": "Keep the case that went wrong as a test, so that the mistake cannot come back without being seen.",
}


def _question(lesson: Lesson, fill: _Filler, voice: Voice) -> str:
    opening = {
        Voice.BEGINNER: "Let's read {} together.",
        Voice.MIDDLE: "Have a look at {}.",
        Voice.ADVANCED: "The place to look is {}.",
    }[voice].format(fill.quoted_line)
    closing = {
        Voice.BEGINNER: "Take your time, and say your answer out loud before you change anything.",
        Voice.MIDDLE: "Answer that in your own words, and write it down, before you change anything.",
        Voice.ADVANCED: _BEFORE_AN_EDIT.get(fill.error_type, ""),
    }[voice]
    return f"{opening} {fill(lesson.question)} {closing}"


def _concept(lesson: Lesson, fill: _Filler, voice: Voice, maths: Voice) -> str:
    extra = {
        Voice.BEGINNER: lesson.picture,
        Voice.MIDDLE: _WHY_IT_MATTERS.get(fill.error_type, ""),
        Voice.ADVANCED: lesson.precise,
    }[voice]
    by_maths = {Voice.BEGINNER: lesson.maths_picture, Voice.MIDDLE: "", Voice.ADVANCED: lesson.maths_precise}[maths]
    return "\n\n".join(fill(part) for part in (lesson.concept, extra, by_maths) if part)


_CULPRIT = {
    Voice.BEGINNER: "Here is the exact place: {}.",
    Voice.MIDDLE: "It comes down to {}.",
    Voice.ADVANCED: "The culprit is {}.",
}
_START = {
    Voice.BEGINNER: "A good place to start is {}.",
    Voice.MIDDLE: "Start at {}.",
    Voice.ADVANCED: "The place to start from is {}.",
}


def _structure(lesson: Lesson, fill: _Filler, voice: Voice) -> str:
    opening = (_CULPRIT if lesson.is_sure else _START)[voice].format(fill.quoted_place)
    place = f" {fill(lesson.place)}" if lesson.place else ""
    steps = [fill(step) for step in lesson.plan]
    if voice is Voice.BEGINNER:
        steps.append("Run the program again, and read the first message it gives, if any.")
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    return f"{opening}{place}\n\n{numbered}"


def _example(lesson: Lesson, fill: _Filler, voice: Voice, program: Program) -> str:
    example = choose_example(lesson, fill.error_type, program)
    closing = {
        Voice.BEGINNER: (
            f"Type it in and run it. Then look at line {fill.line} again: which part of it plays the same role?"
        ),
        Voice.MIDDLE: (
            f"Guess what another value would give, then run it. Which part of line {fill.line} plays the same role?"
        ),
        Voice.ADVANCED: (
            f"Vary the example until you could predict each result, then carry the idea over to line {fill.line}."
        ),
    }[voice]
    return f"{fill(example.before)}\n\n{fenced(example.code)}\n\n{fill(example.after)} {closing}"


def _solution(lesson: Lesson, fill: _Filler, voice: Voice, finding: Finding, program: Program) -> str:
    if finding.edit is not None:
        what = _shown(finding.edit, program)
    elif finding.first_step is not None:
        what = (
            f"{_shown(finding.first_step, program)}\n\nMore lines need a change after that; the next "
            f"message names the first."
        )
    else:
        what = fill(lesson.remedy)
    why = {Voice.BEGINNER: "Why this helps: ", Voice.MIDDLE: "The reason: ", Voice.ADVANCED: ""}[voice]
    keep = _TO_KEEP.get(fill.error_type, "")
    return f"{what}\n\n{why}{fill(lesson.reason)}\n\n**Check it:** {fill(lesson.check)} {keep}"


def _shown(edit: Edit, program: Program) -> str:
    first = program.shown(edit.line)
    before, after = edit.before.split("\n"), edit.after.split("\n")
    while len(before) > 1 and before[-1] == after[-1] and len(after) > 1:
        before, after = before[:-1], after[:-1]
    last = first + len(before) - 1
    lines = f"line {first}" if last == first else f"lines {first} to {last}"
    return f"Change {lines} to this:\n\n{fenced(chr(10).join(after))}"


def code_span(text: str) -> str:
    """Return a text as an inline code span, even if it contains backticks."""
    text = " ".join(text.split("\n"))
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    if not longest:
        return f"`{text}`"
    marks = "`" * (longest + 1)
    return f"{marks} {text} {marks}"


def fenced(code: str) -> str:
    """Return code as a fenced code block, even if it contains a fence."""
    longest = max((len(run) for run in _BACKTICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}python\n{code}\n{fence}"
