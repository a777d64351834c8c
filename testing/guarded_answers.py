"""Students' programs with their corrections, and what the guard releases of an answer, for tests of the guard."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.guard import Guard, Verdict
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from collections.abc import Sequence

AVERAGE = """\
def average(grades):
    total = 0
    for grade in grades:
        total = grade
    return total / len(grades)

print(average([2, 4]))
"""

COUNTDOWN = '''\
def countdown(start):
    """Return the numbers from start down to 1."""
    numbers = []
    while start > 1:
        numbers.append(start)
        start = start - 1
    return numbers
'''

LARGEST = """\
def largest(values):
    best = 0
    for value in values
        if value > best:
            best = value
        return best

weights = [3, 9, 4]
print('largest:', largest(weights)
"""


@dataclass(frozen=True)
class Bug:
    """A student's program, and the corrected program that an unrestrained model would answer with."""

    code: str
    fixed: str

    @property
    def new_lines(self) -> list[str]:
        """The tokens of each line that only the corrected program has."""
        known = {spelled(line) for line in self.code.splitlines()}
        return [spelled(line) for line in self.fixed.splitlines() if spelled(line) not in known and line.strip()]


NAMED_BUGS = {
    "augment": Bug(AVERAGE, AVERAGE.replace("total = grade", "total += grade")),
    "rewrite": Bug(AVERAGE, "def average(grades):\n    return sum(grades) / len(grades)\n\nprint(average([2, 4]))\n"),
    "boundary": Bug(COUNTDOWN, COUNTDOWN.replace("start > 1", "start >= 1")),
    "several": Bug(
        LARGEST,
        LARGEST.replace("in values\n", "in values:\n")
        .replace("best = 0", "best = values[0]")
        .replace("        return", "    return")
        .replace("(weights)", "(weights))"),
    ),
}
BUGS = tuple(NAMED_BUGS.values())

HINT_LEVELS = [level for level in HintLevel if level < HintLevel.SOLUTION]


def submission(code: str = AVERAGE, **more: Any) -> Submission:
    """Build a submission with the cursor on the first line of a program."""
    return Submission(code=code, cursor=Position(0, 0), **more)


def spelled(text: str) -> str:
    """Return the tokens of a text, regardless of its formatting."""
    return " ".join(re.findall(r"\w+|[^\w\s]", text))


def seen(text: str) -> str:
    """Return the tokens that a student can read in a shown text, after decoding it and removing markup."""
    for run in re.findall(r"[A-Za-z0-9+/]{8,}={0,2}", text):
        try:
            text += "\n" + base64.b64decode(run).decode("ascii")
        except ValueError:
            continue
    for run in re.findall(r"(?:[0-9a-f]{2} ?){8,}", text):
        text += "\n" + bytes.fromhex(run).decode("ascii", "replace")
    text = unicodedata.normalize("NFKC", html.unescape(text))
    text = "".join(character for character in text if unicodedata.category(character) != "Cf")
    text = re.sub(r"(?m)^(?:[ \t]*(?:>|[-*+](?= )|\d+[.:](?= )))+|^[+-](?=\S)|</?\w+>|\\(?=\W)", " ", text)
    return spelled(re.sub(r"[`|~]|\*\*", " ", text))


def answer(
    text: str,
    level: HintLevel,
    asked: Submission | None = None,
    *,
    chunks: Sequence[int] = (),
    earlier: Sequence[str] = (),
    canary: str | None = None,
) -> tuple[str, Verdict | None]:
    """Send a text through the guard in chunks of the given lengths; return the released text and the verdict."""
    guard = Guard(level, asked or submission(), earlier=earlier, canary=canary)
    shown, position = [], 0
    for length in chunks:
        shown += guard.feed(text[position : position + length])
        position += length
    shown += guard.feed(text[position:])
    shown += guard.finish()
    return "".join(shown), guard.verdict


def rule(text: str, level: int = 1, asked: Submission | None = None, *, earlier: Sequence[str] = ()) -> str | None:
    """Return the rule that stops a text, or None."""
    verdict = answer(text, HintLevel(level), asked, earlier=earlier)[1]
    return verdict.rule if verdict else None
