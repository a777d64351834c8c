"""The sentences in the language of a question that stand in front of an answer in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.purposes.native.lines import TRANSLATED, line_in_language, terms_in
from tutor_pedagogy.offline.purposes.questions import language_of_question, note_on_language
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import count_words, fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.purposes.texts import Ladder
    from tutor_protocol import Purpose

_ASKED_TOPICS = frozenset(("print-sep", "star-assign"))
"""Topics that a question names by a word, so that what the whole line does is not asked."""
_MOST_BESIDE = 90
_VALUE_LEVELS = (HintLevel.STRUCTURE, HintLevel.SOLUTION)


def native_opening(program: Program, purpose: Purpose, ladder: Ladder, level: HintLevel) -> str:
    """Return what is said in the language of the question: the answer in short, and that the rest is in English.

    It is "" for a question in English.
    """
    question = program.submission.question
    language = language_of_question(question) if question else None
    known = table("native")
    frame = known["frames"].get(purpose, {}).get(language)
    if language is None or frame is None:
        return note_on_language(question)
    slots = {"line": str(program.shown(ladder.line)), "name": ladder.name, "value": ladder.outcome}
    own = list(_answer(program, purpose, ladder, level, language)) if language in TRANSLATED else []
    topic = known["topics"].get(ladder.topic, {}).get(language)
    is_asked = ladder.topic in _ASKED_TOPICS
    if topic and topic not in own and (level in (HintLevel.CONCEPT, HintLevel.SOLUTION) or not own or is_asked):
        own = [topic] if is_asked else [*own, topic]
    if purpose == "explain" and ladder.outcome not in ("", "`None`") and (level in _VALUE_LEVELS or not own):
        own.append(fill(known["outcome"][language], slots))
    return "\n\n".join([" ".join([fill(frame, slots), *own]), known["rest"][language]])


def _answer(program: Program, purpose: Purpose, ladder: Ladder, level: HintLevel, language: str) -> Iterator[str]:
    """Yield the answer itself, as far as it can be said in the language."""
    known = table("native")
    match purpose:
        case "explain" if language in (told := dict(ladder.native)):
            if level is not HintLevel.SOLUTION or count_words(ladder.solution) <= _MOST_BESIDE:
                yield told[language]
        case "explain":
            if level is not HintLevel.SOLUTION:  # There the English text is the longest.
                yield from terms_in(program.submission.question or "", language)
                yield from filter(None, [line_in_language(program, ladder.line, language)])
        case "check":
            if ladder.outcome:
                name = "fits" if ladder.topic == "fits" else "results"
                yield fill(known["check"][name][language], {"results": ladder.outcome})
            if ladder.cases:
                yield fill(known["check"]["cases"][language], {"cases": ladder.cases})
        case "start" | "improve":
            texts = table("native_tasks" if purpose == "start" else "native_improvements")
            told = texts.get(ladder.topic, {}).get(language)
            if told and (purpose == "improve" or level is not HintLevel.QUESTION):
                yield told
