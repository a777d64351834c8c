"""Questions that have nothing to do with the program, told by words of everyday life."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_QUESTION = 200
_WORD = re.compile(r"[A-Za-z_]\w*")
_EVERYDAY = frozenset(
    (
        *("cook", "eat", "dinner", "lunch", "breakfast", "recipe", "tonight", "weather", "rain", "football", "soccer"),
        *("movie", "film", "song", "joke", "poem", "love", "girlfriend", "boyfriend", "birthday", "president"),
        *("holiday", "vacation", "homesick", "headache", "horoscope", "lottery", "politics", "religion"),
        *("essay", "novel", "history", "chemistry", "biology", "geography"),
    )
)
_OTHER_WORK = re.compile(
    r"\b(?:write|do|finish|correct) (?:me )?(?:my|an?|the) (?:english|german|french|spanish|history|biology|chemistry)"
    r" (?:essay|homework|text|report|presentation)\b",
    re.IGNORECASE,
)
"""A wish for the work of another subject."""
_OF_PROGRAMS = frozenset(
    (
        *("code", "program", "python", "line", "lines", "function", "loop", "variable", "list", "string", "error"),
        *("print", "run", "output", "input", "file", "class", "method", "value", "values", "number", "numbers"),
        *("import", "return", "script", "bug", "this", "here"),
    )
)


def is_off_topic(program: Program) -> bool:
    """Return whether a question is about everyday life and mentions neither the program nor programming."""
    if wants_other_work(program):
        return True
    words = {word.lower() for word in _WORD.findall((program.submission.question or "")[:_MAX_QUESTION])}
    if not words & _EVERYDAY or words & _OF_PROGRAMS:
        return False
    own = {word.lower() for text in program.lines[:_MAX_QUESTION] for word in _WORD.findall(text)}
    return not words & _EVERYDAY & own


def wants_other_work(program: Program) -> bool:
    """Return whether a question wishes for the work of another subject, such as an essay."""
    return _OTHER_WORK.search((program.submission.question or "")[:_MAX_QUESTION]) is not None
