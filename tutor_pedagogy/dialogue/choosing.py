"""Choosing a text that was not said before in this session, and pointing back when there is none."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.said import share_said
from tutor_pedagogy.dialogue.tables import filled, sentence, table
from tutor_pedagogy.dialogue.wordings import gists, shown_line
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.examples import is_released

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis
    from tutor_pedagogy.offline.engine.program import Program

MOST_SAID = 0.4
"""The maximum share of a text that may have been said before, in words."""
MOST_SAID_OF_A_SOLUTION = 0.8
"""The same for level 5, where the code to write cannot be another one."""
MOST_CHECKED = 12
"""The maximum number of texts that are checked with the guard."""
MOST_TRIED = 40
"""The maximum number of texts that are compared with what was said."""
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_TEENS = range(11, 14)


def fresh(
    texts: Iterable[str],
    said: Collection[bytes],
    program: Program,
    level: HintLevel,
    *,
    is_first_tested: bool = True,
) -> str | None:
    """Return the first text that is new in this session and passes the guard; None if there is none.

    If `is_first_tested`, the first text is the usual one, which was tested against the guard before.
    """
    most_said = MOST_SAID_OF_A_SOLUTION if level is HintLevel.SOLUTION else MOST_SAID
    checked = 0
    for number, text in enumerate(texts):
        if number == MOST_TRIED or checked == MOST_CHECKED:
            break
        if share_said(text, said) > most_said:
            continue
        if is_first_tested and not number:
            return text
        checked += 1
        if is_released(text, program, level):
            return text
    return None


def point_back(diagnosis: Diagnosis, level: HintLevel, student: StudentLevels, said: Collection[bytes]) -> str:
    """Return a text that points back to an earlier hint, and is no text of this session."""
    line = shown_line(diagnosis)
    for gist in gists(diagnosis, level, student):
        for template in table("texts")["back"]["templates"]:
            own_words = filled(template, level=int(level), line=line, gist="")
            text = filled(template, level=int(level), line=line, gist=gist)
            if share_said(own_words, said) <= MOST_SAID and is_released(text, diagnosis.program, level):
                return text
        break
    return counted(line, said)


def counted(line: int, said: Collection[bytes]) -> str:
    """Return a sentence that points to a line for the second, third, … time, so that it is never the same twice."""
    return _counted("counted", line, said)


def gone_again(line: int, said: Collection[bytes]) -> str:
    """Return the sentence about a mistake that does not show once more, never the same twice."""
    return _counted("gone", line, said)


def unread_again(line: int, said: Collection[bytes]) -> str:
    """Return the sentence about code that again could not be read in time, never the same twice."""
    return _counted("unread", line, said)


def _counted(name: str, line: int, said: Collection[bytes]) -> str:
    texts = (sentence("back", name, line=line, count=ordinal(number)) for number in count(2))
    return next(text for text in texts if share_said(text, said) < 1 - MOST_SAID)


def ordinal(number: int) -> str:
    """Return a number as an ordinal: 2nd, 3rd, 11th."""
    ending = "th" if number % 100 in _TEENS else _ENDINGS.get(number % 10, "th")
    return f"{number}{ending}"
