"""A question about a hint, and the sentences that several kinds of answers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.dialogue.meaning import line_says, meanings, word_says
from tutor_pedagogy.dialogue.solved import general_sentences
from tutor_pedagogy.dialogue.tables import sentence_in
from tutor_pedagogy.dialogue.wordings import code_line, gists, ideas, plan_of, questions, shown_line
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.writing import lesson_filler
from tutor_pedagogy.offline.purposes.native.lines import line_in_language
from tutor_pedagogy.offline.purposes.texts import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis


class Said(NamedTuple):
    """An answer: its first part is in the language of the question, the second is of the lesson and in English."""

    direct: str
    more: str = ""


class Question(NamedTuple):
    """A question about a hint: its text and language, the diagnosis and the level of the hint."""

    text: str
    diagnosis: Diagnosis
    level: HintLevel
    student: StudentLevels
    language: str = "en"

    @property
    def place(self) -> str:
        """The line of the hint with its code, in the language of the question."""
        code = quoted(self.diagnosis.program.line(code_line(self.diagnosis)).strip())
        place = self.say("reply", "place", line=self.line)
        return f"{place}, {code}" if code else place

    def say(self, part: str, name: str, /, **slots: object) -> str:
        """Return a text in the language of the question."""
        return sentence_in(self.language, part, name, **slots)

    def whole(self, said: Said) -> str:
        """Return the text of an answer. In another language than English, a sentence says which part is in English."""
        direct, more = said.direct.strip(), said.more.strip()
        if self.language == "en" or not more:
            return f"{direct} {more}".strip() if not more.startswith(("1. ", "```")) else f"{direct}\n\n{more}"
        note = self.say("listing", "rest_in_english" if direct else "in_english")
        return "\n\n".join(filter(None, (direct, note, more)))

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
        if diagnosis.ladder is None:
            question = next(questions(diagnosis))
            yield from (f"{known} {question}" for known in general_sentences(diagnosis.cause.rule.lesson)[:2])
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
    picture, concept, precise = fill(lesson.picture), fill(lesson.concept), fill(lesson.precise)
    yield f"{concept} {picture}".strip()
    if picture:
        yield picture
    yield f"{precise} {picture}".strip()
    yield precise or picture or concept


def hinted_line_says(diagnosis: Diagnosis) -> str:
    """Return what the line of the hint does."""
    is_doubtful = diagnosis.finding.error_type == "runtime"
    return line_says(diagnosis.program, code_line(diagnosis), is_doubtful=is_doubtful)


def named_meanings(asked: Question) -> Iterator[Said]:
    """Yield what the things mean that the question names."""
    for meant in meanings(asked.diagnosis.program, asked.text, code_line(asked.diagnosis), asked.language):
        yield Said(meant.direct, meant.english)


def line_in(asked: Question) -> str:
    """Return what the hint's line does in the language of the question; "" for English, whose readings are longer."""
    if asked.language == "en":
        return ""
    return line_in_language(asked.diagnosis.program, code_line(asked.diagnosis), asked.language)


def reported_line(diagnosis: Diagnosis) -> int | None:
    """Return the line at which Python reported an error, as the editor numbers it."""
    program = diagnosis.program
    crash = read_crash(without_values(program.submission.traceback or ""), program)
    if crash is not None and crash.line:
        return program.shown(crash.line)
    return program.shown(program.fault.line) if program.fault is not None else None
