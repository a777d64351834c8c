"""A question about a hint, and the sentences that several kinds of answers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.dialogue.meaning import line_says, meanings, word_says
from tutor_pedagogy.dialogue.wordings import code_line, gists, ideas, plan_of, questions, shown_line
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.writing import lesson_filler

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis


class Question(NamedTuple):
    """A question about a hint: its text, the diagnosis and the level of the hint."""

    text: str
    diagnosis: Diagnosis
    level: HintLevel
    student: StudentLevels

    @property
    def line(self) -> int:
        """The line that the hint was about, as the editor numbers it."""
        return shown_line(self.diagnosis)


def at_level(asked: Question) -> Iterator[str]:
    """Yield short texts that say no more than the hint."""
    if asked.level >= HintLevel.STRUCTURE:
        yield from plan_of(asked.diagnosis)
    if asked.level >= HintLevel.CONCEPT:
        yield from ideas(asked.diagnosis)
    yield from questions(asked.diagnosis)
    yield from gists(asked.diagnosis, asked.level, asked.student)


def ideas_at_level(asked: Question) -> Iterator[str]:
    """Yield the idea behind the finding. At level 1 that is only what Python's message and the line mean."""
    diagnosis = asked.diagnosis
    program = diagnosis.program
    if asked.level is HintLevel.QUESTION:
        crash = read_crash(without_values(program.submission.traceback or ""), program)
        meant = word_says(program, crash.exception, 0) if crash is not None else ""
        does = hinted_line_says(diagnosis)
        for question in questions(diagnosis):
            yield " ".join(filter(None, (meant, does, question)))
        return
    yield from _general(diagnosis)
    yield from ideas(diagnosis)


def _general(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.ladder is not None:
        yield diagnosis.ladder.concept
        return
    fill, lesson = lesson_filler(diagnosis.finding, program=diagnosis.program), diagnosis.cause.rule.lesson
    picture, concept = fill(lesson.picture), fill(lesson.concept)
    yield f"{concept} {picture}".strip()
    yield picture or concept


def hinted_line_says(diagnosis: Diagnosis) -> str:
    """Return what the line of the hint does."""
    is_doubtful = diagnosis.finding.error_type == "runtime"
    return line_says(diagnosis.program, code_line(diagnosis), is_doubtful=is_doubtful)


def named_meanings(asked: Question) -> Iterator[str]:
    """Yield what the things mean that the question names."""
    return meanings(asked.diagnosis.program, asked.text, code_line(asked.diagnosis))


def with_questions(asked: Question, said: Iterator[str]) -> Iterator[str]:
    """Yield texts, each with a question about the hint's line."""
    for text in said:
        for question in questions(asked.diagnosis):
            yield f"{text} {question}"


def reported_line(diagnosis: Diagnosis) -> int | None:
    """Return the line at which Python reported an error, as the editor numbers it."""
    program = diagnosis.program
    crash = read_crash(without_values(program.submission.traceback or ""), program)
    if crash is not None and crash.line:
        return program.shown(crash.line)
    return program.shown(program.fault.line) if program.fault is not None else None
