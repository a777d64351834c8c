"""Small programs with a mistake, questions about a hint for them, and the answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from testing.asks_in_turn import traceback
from tutor_pedagogy.conversation.talk import Talk, Told
from tutor_pedagogy.dialogue import explain
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_protocol import Position, Submission

MISSPELT = "prices = [3, 4]\ntotal = 0\nfor price in prices:\n    totl = total + price\nprint(totl + 1)\nprint(item)\n"
TWO_SLIPS = "total = 3\nprint(totl)\nfor n in [1, 2]\n    print(n)\n"
NO_COLON = "total = 0\nfor n in [1, 2]\n    total += n\nprint(total)\n"
MENDED = NO_COLON.replace("[1, 2]", "[1, 2]:")
LAST_ONLY = (
    "def average(numbers):\n    total = 0\n    for n in numbers:\n        total = n\n    return total / len(numbers)\n"
    "\nprint(average([2, 4, 9]))\n"
)
JOINED = "age = 4\nlater = age + 1\ntext = 'You will be ' + later\nprint(text)\n"
TYPE_ERROR = traceback(3, "text = 'You will be ' + later", 'TypeError: can only concatenate str (not "int") to str')
PAST_THE_END = "letters = ['a', 'b']\ni = 0\nwhile i <= len(letters):\n    print(letters[i])\n    i += 1\n"
INDEX_ERROR = traceback(4, "print(letters[i])", "IndexError: list index out of range")
NEVER_ENDS = "n = 10\nwhile n > 0:\n    print(n)\nprint('Lift off')\n"
SORTED = "names = ['Zoe', 'Ali']\nordered = names.sort()\nfor name in ordered:\n    print(name)\n"
NOT_ITERABLE = traceback(3, "for name in ordered:", "TypeError: 'NoneType' object is not iterable")
RIGHT = "def raised(size):\n    return size + 1\n\nprint(raised(2))\n"


def submission(code: str, line: int = 0, **evidence: Any) -> Submission:
    """Return an ask about some code."""
    return Submission(code=code, cursor=Position(line, 0), **evidence)


PROGRAMS = (
    submission(NO_COLON, 1),
    submission(LAST_ONLY, 3),
    submission(JOINED, 2, traceback=TYPE_ERROR),
    submission(JOINED.replace("later", "sum_"), 2, traceback=TYPE_ERROR.replace("later", "sum_")),
    submission(PAST_THE_END, 3, traceback=INDEX_ERROR),
    submission(NEVER_ENDS, 1),
    submission(SORTED, 2, traceback=NOT_ITERABLE),
    submission(RIGHT),
)


def passes_guard(text: str, asked: Submission, level: HintLevel) -> bool:
    """Return whether the guard lets a text pass at a level."""
    guard = Guard(level, asked)
    guard.feed(text)
    guard.finish()
    return guard.verdict is None


def answer(question: str, asked: Submission = PROGRAMS[1], level: int = 2, earlier: str | None = None) -> str:
    """Return the answer to a question about a hint."""
    talk = Talk(follow_up_to=Told(level, earlier))
    return explain(replace(asked, question=question), HintLevel(level), StudentLevels(), talk).text
