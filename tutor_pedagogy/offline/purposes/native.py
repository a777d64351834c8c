"""The sentences in the language of a question that stand in front of an answer in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.purposes.questions import language_of_question, note_on_language
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import fill

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.purposes.texts import Ladder
    from tutor_protocol import Purpose

_TOPIC_LEVELS = (HintLevel.CONCEPT, HintLevel.SOLUTION)


def native_opening(program: Program, purpose: Purpose, ladder: Ladder, level: HintLevel) -> str:
    """Return what is said in the language of the question: the frame, and the idea and the outcome where they fit.

    It is "" for a question in English.
    """
    question = program.submission.question
    language = language_of_question(question) if question else None
    known = table("native")
    frame = known["frames"].get(purpose, {}).get(language)
    if language is None or frame is None:
        return note_on_language(question)
    slots = {"line": str(program.shown(ladder.line)), "name": ladder.name, "value": ladder.outcome}
    told = [fill(frame, slots)]
    topic = known["topics"].get(ladder.topic, {}).get(language)
    if topic and level in _TOPIC_LEVELS:
        told.append(topic)
    if ladder.outcome and level is HintLevel.SOLUTION:
        told.append(fill(known["outcome"][language], slots))
    return "\n\n".join(told)
