"""Answers to guesses and to questions with yes or no, as far as the finding decides them."""

from __future__ import annotations

import keyword
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import at_level, reported_line
from tutor_pedagogy.dialogue.meaning import named_line, names_in, word_says
from tutor_pedagogy.dialogue.names import own_names
from tutor_pedagogy.dialogue.tables import amid, sentence, words
from tutor_pedagogy.dialogue.wordings import code_line, place_of, questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis

_MAX_MESSAGE = 400


def judge_line(asked: Question) -> Iterator[str]:
    """Yield answers to a question whether a line is the one that the hint means."""
    named = named_line(asked.text)
    line = asked.line
    if named is None and (numbers := re.findall(r"\d{1,5}", asked.text)):
        named = int(numbers[0])
    if named == line:
        is_sure = asked.diagnosis.ladder is None and asked.diagnosis.cause.certainty != "start_here"
        said = sentence("reply", "line_yes" if is_sure else "line_start", line=line)
    else:
        name = "line_reported" if named == reported_line(asked.diagnosis) else "line_no"
        said = sentence("reply", name, asked=named, line=line)
    for other in at_level(asked):
        yield f"{said} {other}"
    yield said


def judge_program(asked: Question) -> Iterator[str]:
    """Yield answers to a question whether the program is right now."""
    diagnosis = asked.diagnosis
    is_found = diagnosis.ladder is None and (diagnosis.cause.certainty != "start_here" or reported_line(diagnosis))
    if not is_found:
        yield sentence("reply", "checked_open", place=place_of(diagnosis))
    for other in at_level(asked):
        name = "checked_no" if is_found else "checked_open"
        place = place_of(diagnosis)
        yield sentence("reply", name, place=place, amid=amid(place), words=other)


def judge_guess(asked: Question) -> Iterator[str]:
    """Yield answers to a guess: whether a name that it mentions has to do with the finding, and how to check it."""
    diagnosis = asked.diagnosis
    of_finding = set(re.findall(r"\w+", " ".join((*_finding_words(diagnosis),))))
    named = [
        word for word in re.findall(r"[A-Za-z_]\w*", asked.text) if word in of_finding and word not in words("small")
    ]
    own = [word for word in named if word in own_names(diagnosis.program) or word in _message_words(diagnosis)]
    checks = list(questions(diagnosis))
    if own:
        said = sentence("reply", "part_yes", name=own[0], line=asked.line)
        for check in checks:
            yield f"{said} {check}"
    for word in re.findall(r"[A-Za-z_]\w*", asked.text):
        is_named = word in diagnosis.program.words - words("types") or keyword.iskeyword(word)
        says = (
            word_says(diagnosis.program, word, code_line(diagnosis)) if is_named and word not in words("small") else ""
        )
        if says:
            yield f"{says} {sentence('reply', 'attempt', words=checks[0])}"
            yield says
    others = [name for name in names_in(diagnosis.program, asked.text) if name not in of_finding and len(name) > 1]
    if others and diagnosis.ladder is None:
        yield sentence("reply", "part_no", name=others[0], line=asked.line, code=place_of(diagnosis))
    for check in checks:
        yield sentence("reply", "attempt", words=check)


def _finding_words(diagnosis: Diagnosis) -> Iterator[str]:
    yield diagnosis.finding.expression or ""
    yield from map(str, diagnosis.finding.slots.values())
    yield diagnosis.program.line(code_line(diagnosis))
    yield " ".join(_message_words(diagnosis))


def _message_words(diagnosis: Diagnosis) -> set[str]:
    """Return the words in quotation marks of Python's message."""
    lines = (diagnosis.program.submission.traceback or "").strip().rsplit("\n", 1)
    return {word for quoted in re.findall(r"'([^'\n]{1,60})'", lines[-1][:_MAX_MESSAGE]) for word in quoted.split()}
