"""Write the text for the student from a finding and a hint level, worded for the student's experience."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import Enum
from string import Template
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.closings import (
    after_a_plan,
    after_a_solution,
    after_an_example,
    before_an_edit,
    how_to_check,
    why_it_matters,
    with_closing,
)
from tutor_pedagogy.offline.engine.examples import choose_example, is_general
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.first_sentence import first_sentence
from tutor_pedagogy.offline.engine.missing_values import with_values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline.engine.finding import Edit, Finding, StillWrong
    from tutor_pedagogy.offline.engine.lesson import Lesson
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import Certainty

LONGEST_SPAN = 90
"""The maximum number of characters of code quoted in a sentence. Longer code is only named by its line number."""

_MOST_NAMED = 5
"""The maximum number of lines with the same mistake that a text names."""
_FEWEST_UNCHANGED = 3
"""The number of unchanged lines between two changed ones up to which an edit shows them, too."""
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


def write(
    finding: Finding,
    lesson: Lesson,
    program: Program,
    level: HintLevel,
    student: StudentLevels,
    *,
    certainty: Certainty = "certain",
) -> str:
    """Return the text about a finding for a hint level, as Markdown. Its tone follows the certainty of the finding."""
    voice = Voice.of(student.programming)
    fill = _Filler(finding, program)
    if not lesson.is_sure:
        certainty = "start_here"
    match level:
        case HintLevel.QUESTION:
            return _question(lesson, fill, voice, _first_sentence(finding, program, fill, certainty))
        case HintLevel.CONCEPT:
            return _concept(lesson, fill, voice, Voice.of(student.maths))
        case HintLevel.STRUCTURE:
            return _structure(lesson, fill, voice, certainty, finding)
        case HintLevel.EXAMPLE:
            return _example(lesson, fill, voice, program)
        case HintLevel.SOLUTION:
            return _solution(fill, voice, _Solution(finding, lesson, program, certainty))


def _first_sentence(finding: Finding, program: Program, fill: _Filler, certainty: Certainty) -> str:
    return first_sentence(finding, program, fill.quoted_line, is_start=certainty == "start_here")


def question(finding: Finding, lesson: Lesson, program: Program) -> str:
    """Return the question of the first hint level without any surrounding text."""
    return _Filler(finding, program)(lesson.question)


def lesson_filler(finding: Finding, program: Program) -> Callable[[str], str]:
    """Return the function that fills the slots of a lesson's parts for a finding."""
    return _Filler(finding, program)


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
            (name, code_span(value) if isinstance(value, Code) else value)
            for name, value in finding.slots.items()
            if value
        )
        self.slots: Mapping[str, str] = slots

    def __call__(self, part: str) -> str:
        """Return a part of a lesson with the slots filled in, without sentences whose slot has no value."""
        return Template(with_values(part, self.slots)).safe_substitute(self.slots)

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


def _question(lesson: Lesson, fill: _Filler, voice: Voice, other_line: str) -> str:
    opening = other_line or _LOOK_AT[voice].format(fill.quoted_line)
    asked = fill(lesson.question)
    return with_closing(f"{opening} {asked}", before_an_edit(asked, fill.error_type))


_LOOK_AT = {
    Voice.BEGINNER: "Let's read {} together.",
    Voice.MIDDLE: "Have a look at {}.",
    Voice.ADVANCED: "The place to look is {}.",
}


def _concept(lesson: Lesson, fill: _Filler, voice: Voice, maths: Voice) -> str:
    extra = {Voice.BEGINNER: lesson.picture, Voice.MIDDLE: "", Voice.ADVANCED: lesson.precise}[voice]
    by_maths = {Voice.BEGINNER: lesson.maths_picture, Voice.MIDDLE: "", Voice.ADVANCED: lesson.maths_precise}[maths]
    text = "\n\n".join(filter(None, map(fill, (lesson.concept, extra, by_maths))))
    return with_closing(text, why_it_matters(fill.error_type))


_CAUSE: Mapping[Certainty, Mapping[Voice, str]] = {
    "certain": {
        Voice.BEGINNER: "The cause is here: {}.",
        Voice.MIDDLE: "The cause is {}.",
        Voice.ADVANCED: "Cause: {}.",
    },
    "likely": {
        Voice.BEGINNER: "A likely cause is here: {}.",
        Voice.MIDDLE: "A likely cause is {}.",
        Voice.ADVANCED: "Likely cause: {}.",
    },
    "start_here": {
        Voice.BEGINNER: "Start to look here: {}.",
        Voice.MIDDLE: "Start at {}.",
        Voice.ADVANCED: "Start the search at {}.",
    },
}


def _structure(lesson: Lesson, fill: _Filler, voice: Voice, certainty: Certainty, finding: Finding) -> str:
    opening = _CAUSE[certainty][voice].format(fill.quoted_place)
    place = f" {fill(lesson.place)}".rstrip()
    if "siblings" in fill.slots:
        place += f" The same mistake is on {fill.slots['siblings']}."
    elif finding.also:
        place = f"{place} The same mistake is on {_lines(finding.also)}."
    elif finding.still_wrong is not None and finding.still_wrong.line != fill.line:
        place = f"{place} When this is mended, Python still stops at line {finding.still_wrong.line}."
    if seen := fill.slots.get("seen"):
        place = f"{place} {seen}"
    steps = filter(None, map(fill, lesson.plan))
    numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
    text = f"{opening}{place}\n\n{numbered}"
    if certainty == "likely":
        return f"{text}\n\n{how_to_check(fill.error_type, fill.line, lacks_value=lesson.lacks_value)}"
    return with_closing(text, after_a_plan(fill.error_type), between="\n\n")


_LINK = {
    Voice.BEGINNER: "Type it in, run it, and then look at line {} again.",
    Voice.MIDDLE: "Which part of line {} plays the same role?",
    Voice.ADVANCED: "Carry this over to line {}.",
}
_DO_THE_SAME = {
    Voice.BEGINNER: "Type it in, run it, and then do the same around line {}.",
    Voice.MIDDLE: "Do the same around line {}.",
    Voice.ADVANCED: "Apply this around line {}.",
}


def _example(lesson: Lesson, fill: _Filler, voice: Voice, program: Program) -> str:
    example = choose_example(lesson, fill.error_type, program)
    link = (_DO_THE_SAME if is_general(example) else _LINK)[voice].format(fill.line)
    after = " ".join(filter(None, (fill(example.after), link)))
    text = f"{fill(example.before)}\n\n{fenced(example.code)}\n\n{after}"
    return with_closing(text, after_an_example(fill.error_type))


class _Solution(NamedTuple):
    """What the text of level 5 is written from."""

    finding: Finding
    lesson: Lesson
    program: Program
    certainty: Certainty


def _solution(fill: _Filler, voice: Voice, solution: _Solution) -> str:
    finding, lesson, program, certainty = solution
    if finding.edit is not None and certainty == "likely":
        what = f"If that is the cause, {shown_edit(finding.edit, program, 'change')}"
    elif finding.edit is not None:
        what = shown_edit(finding.edit, program)
    elif finding.first_step is not None:
        what = shown_edit(finding.first_step, program)
        if finding.still_wrong is None:
            what = f"{what}\n\nMore lines need a change after that; the next message names the first."
    else:
        what = fill(lesson.remedy)
        what = f"A likely remedy: {what}" if certainty == "likely" else what
        what = " ".join(filter(None, (fill.slots.get("seen"), what)))
        if finding.also:
            what = f"{what} The same holds for {_lines(finding.also)}."
    if finding.still_wrong is not None:
        what = f"{what}\n\n{_and_then(finding.still_wrong)}"
    why = {Voice.BEGINNER: "Why this helps: ", Voice.MIDDLE: "The reason: ", Voice.ADVANCED: ""}[voice]
    edit = finding.edit or finding.first_step
    reason, check = fill(lesson.reason_for(edit)), fill(lesson.check_for(edit))
    text = f"{what}\n\n{why}{reason}\n\n**Check it:** {check}"
    return with_closing(text, after_a_solution(check, fill.error_type))


def _and_then(still_wrong: StillWrong) -> str:
    """Return what is still wrong after an edit, with Python's message if that is short enough to quote."""
    message = still_wrong.message
    told = f": {code_span(message)}" if len(message) <= LONGEST_SPAN and message.isprintable() else ""
    return f"After that, Python still stops at line {still_wrong.line}{told}."


def _lines(numbers: Sequence[int]) -> str:
    """Return the words for some lines, such as “line 3”, or “lines 3 and 5”."""
    *first, last = map(str, numbers[:_MOST_NAMED])
    return f"lines {', '.join(first)} and {last}" if first else f"line {last}"


def shown_edit(edit: Edit, program: Program, verb: str = "Change") -> str:
    """Return the new text of the lines that an edit changes, without long runs of lines between them."""
    before, after = edit.before.split("\n"), edit.after.split("\n")
    parts: list[str] = []
    for start, end, new in _parts(before, after):
        first, last = program.shown(edit.line) + start, program.shown(edit.line) + end - 1
        lines = f"line {first}" if last == first else f"lines {first} to {last}"
        parts.append(f"{'Change' if parts else verb} {lines} to this:\n\n{fenced(chr(10).join(new))}")
    return "\n\n".join(parts)


def _parts(before: list[str], after: list[str]) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the parts of an edit: the first and the end index of the old lines, and the new lines.

    Parts with few unchanged lines between them are one part. A part without old lines includes a neighbouring line.
    """
    if len(before) == len(after) == 1:
        yield 0, 1, after
        return
    runs: list[list[int]] = []
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        if runs and start - runs[-1][1] <= _FEWEST_UNCHANGED:
            runs[-1][1], runs[-1][3] = end, new_end
        else:
            runs.append([start, end, new_start, new_end])
    for start, end, new_start, new_end in runs:
        is_added = start == end
        is_end = is_added and end == len(before)
        lower = 1 if is_end and start else 0
        upper = 1 if is_added and not is_end else 0
        yield start - lower, end + upper, after[new_start - lower : new_end + upper]


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
