"""Played sessions: what students ask about small programs, and the offline tutor's answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAMS = (
    ("def mean(values):\n    total = 0\n    for v in values:\n        total + v\n    return total / len(values)\n", 3),
    ("prices = [2, 4]\nfor price in prices\n    print(price)\n", 1),
    ("names = ['Ada', 'Bo']\nfor i in range(1, 3):\n    print(names[i])\n", 2),
    ("word = input()\nif word = 'yes':\n    print('fine')\n", 1),
)
_QUESTIONS = (None, None, "What does this line do?", None, "Why is it wrong?")
_LEVELS = (1, 2, 2, 2, 3)
_EDITED_FROM = 3
"""The number of the ask from which on the program has another line at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedAsk:
    """One ask of a session, with the answer that the student gets. `line` counts from 0."""

    code: str
    line: int
    question: str | None
    level: int
    answer: str

    def values(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)


def sessions() -> Iterator[list[PlayedAsk]]:
    """Yield the sessions: each of five asks about one problem, with an edit and two questions."""
    for program, line in _PROGRAMS:
        asks = []
        for number, (question, level) in enumerate(zip(_QUESTIONS, _LEVELS, strict=True)):
            code = program if number < _EDITED_FROM else f"{program}print('end')\n"
            submission = Submission(code=code, cursor=Position(line, 0), question=question)
            answer = explain(submission, HintLevel(level), StudentLevels()).text
            asks.append(PlayedAsk(code=code, line=line, question=question, level=level, answer=answer))
        yield asks
