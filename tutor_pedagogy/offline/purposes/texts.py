"""The five texts, one for each hint level, of an answer with another purpose than `find`."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.examples import first_released, is_released
from tutor_pedagogy.offline.engine.lesson import Example
from tutor_pedagogy.offline.engine.writing import LONGEST_SPAN, Voice, code_span, fenced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline.engine.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The five texts of an ask that is not about a mistake, called a ladder because each says more than the last.

    `line` counts from 1 in the code; the ask is about it. Level 4 shows the first of the `examples` that the guard lets
    pass, or `without` if it lets none pass.
    """

    line: int
    expression: str | None
    question: str
    concept: str
    structure: str
    examples: tuple[Example, ...]
    without: str
    solution: str
    spare: tuple[str, ...] = ()
    """Sentences that are added to a text of level 2, 3 or 5 until it has `FEWEST_WORDS`."""
    plain: str = ""
    """The text of levels 1 and 3 if the guard stops the usual one. The guard may do so if the code is very short."""
    plain_steps: str = ""
    """The text of level 3 that is tried before `plain`."""
    topic: str = ""
    """The construct, kind of task or improvement that the texts are about, as an entry of a native table."""
    outcome: str = ""
    """The values of the program that the texts lead to, in code spans only."""
    cases: str = ""
    """The calls that are worth a try, as code spans."""
    native: tuple[tuple[str, str], ...] = ()
    """The answer in other languages, each with the code of the language."""
    name: str = ""
    """The name of the programming language that the code is written in, if it is not Python."""


FEWEST_WORDS, MOST_WORDS = 42, 155
"""The minimum and maximum number of words of a text."""
_SPARE_OF_LEVEL = {
    HintLevel.QUESTION: ("Write your answer down, so that you can compare it later with what the program shows.",),
    HintLevel.EXAMPLE: ("Write down first what you expect each of its lines to do, and why.",),
}
_QUESTION = {
    Voice.BEGINNER: "Take your time, and say your answer out loud.",
    Voice.MIDDLE: "Answer in your own words before you ask for more.",
    Voice.ADVANCED: "Commit to an answer before you ask for more.",
}
_EXAMPLE = {
    Voice.BEGINNER: "Type it in and run it. Then look at line {} again: which part plays the same role there?",
    Voice.MIDDLE: "Change one value, guess the output, then run it. How does line {} compare?",
    Voice.ADVANCED: "Vary it until you can predict each output, then come back to line {}.",
}


def text_of(ladder: Ladder, program: Program, level: HintLevel, student: StudentLevels) -> str:
    """Return the text for a hint level, in Markdown."""
    text = _text_of(ladder, program, level, Voice.of(student.programming))
    for spare in _SPARE_OF_LEVEL.get(level, ladder.spare):
        if count_words(text) >= FEWEST_WORDS:
            break
        text = f"{text} {spare}"
    if not ladder.plain or level not in (HintLevel.QUESTION, HintLevel.STRUCTURE) or is_released(text, program, level):
        return text
    steps = ladder.plain_steps if level is HintLevel.STRUCTURE else ""
    return steps if steps and is_released(steps, program, level) else ladder.plain


def _text_of(ladder: Ladder, program: Program, level: HintLevel, voice: Voice) -> str:
    match level:
        case HintLevel.QUESTION:
            return f"{ladder.question} {_QUESTION[voice]}"
        case HintLevel.CONCEPT:
            return ladder.concept
        case HintLevel.STRUCTURE:
            return ladder.structure
        case HintLevel.EXAMPLE:
            closing = _EXAMPLE[voice].format(program.shown(ladder.line))
            example = first_released(ladder.examples, program)
            if example is None:
                return f"{ladder.without} {closing}"
            return f"{example.before}\n\n{fenced(example.code)}\n\n{example.after} {closing}"
        case HintLevel.SOLUTION:
            return ladder.solution


def count_words(text: str) -> int:
    """Return the number of words in a text, including its code."""
    return len(text.split())


def within(steps: Sequence[str], most: int) -> list[str]:
    """Return the first steps that have at most `most` words together, but at least one step."""
    kept: list[str] = []
    total = 0
    for step in steps:
        total += count_words(step)
        if kept and total > most:
            break
        kept.append(step)
    return kept


def numbered(steps: Iterable[str]) -> str:
    """Return steps as a numbered list in Markdown."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return words as an enumeration in a sentence: `a, b and c`."""
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if len(words) > 1 else "".join(words)


def fill(text: str, slots: Mapping[str, str]) -> str:
    """Return a text with its `$name` placeholders replaced."""
    return Template(text).safe_substitute(slots)


def quoted(text: str) -> str | None:
    """Return code as a code span, or None if it is empty, too long for a sentence, or not printable."""
    return code_span(text) if text and len(text) <= LONGEST_SPAN and text.isprintable() else None


def quoted_line(program: Program, line: int) -> str:
    """Return a phrase with a line's number and, if it can be quoted, its code."""
    span = quoted(program.line(line).strip())
    return f"line {program.shown(line)}, {span}" if span else f"line {program.shown(line)}"


def sentence(text: str) -> str:
    """Return a text with a capital first letter. Code at its beginning is in backticks and stays unchanged."""
    return text[:1].upper() + text[1:]


def examples_of(codes: Iterable[str], before: str, after: str) -> tuple[Example, ...]:
    """Return one worked example for each code, all with the same sentences before and after the code."""
    return tuple(Example(before, code, after) for code in codes)
