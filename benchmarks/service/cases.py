"""The asks of the benchmark's students, and realistic replies of the model, so that the guard has real work to do."""

from __future__ import annotations

import ast
import json
import random
import re
import warnings
from dataclasses import dataclass
from itertools import accumulate, chain, cycle, islice
from typing import TYPE_CHECKING

from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from pathlib import Path


LENGTHS = (100, 300)
"""The lengths of the answers in tokens, under most loads and when the capacity is measured."""


@dataclass(frozen=True, slots=True)
class Case:
    """A program and a harmless reply to it."""

    code: str
    reply: str

    def tokens(self, count: int) -> list[str]:
        """Return `count` tokens of the reply, which is repeated as needed. A token has up to six characters."""
        pieces = re.findall(r"\s*\S{1,6}", self.reply)
        again = ["\n\n" + pieces[0], *pieces[1:]]
        return list(islice(chain(pieces, cycle(again)), count))

    def program(self, own: int) -> str:
        """Return the program with a unique last line, which makes it a separate problem."""
        return f"{self.code.rstrip()}\n\nrun = {own}"

    def released(self, tokens: int) -> list[str]:
        """Return the units in which the guard releases `tokens` tokens at level 1; none if it stops the reply."""
        code = self.program(2**127)
        guard = Guard(HintLevel.QUESTION, Submission(code=code, cursor=Position(code.count("\n"), 0)))
        units = [*guard.feed("".join(self.tokens(tokens))), *guard.finish()]
        return units if guard.verdict is None else []

    def unit_ends(self, tokens: int) -> list[int]:
        """Return the end of each unit that the guard releases, in characters from the start of the reply."""
        return list(accumulate(len(unit) for unit in self.released(tokens)))


OWN = (
    Case(
        "def average(numbers):\n    total = 0\n    for n in numbers:\n        total += n\n    return total / 2\n",
        "Read the last line aloud. How many numbers are there in your example? What would your program give for three "
        "numbers, and what would you like it to give?",
    ),
    Case(
        "names = ['Ada', 'Grace']\nfor i in range(3):\n    print(names[i])\n",
        "How many names are there, and what is the number of the last one? Write down what `i` is in each round. "
        "In which round does Python look for a name that is not there?",
    ),
    Case(
        "def total(prices):\n    result = 0\n    for price in prices:\n        result = price\n    return result\n",
        "Take a list of two prices and follow `result` by hand. What is in it after the first round? "
        "What happens to that value in the second round? Say in your own words what you would like to happen there.",
    ),
)
"""The cases that are used without a file of replies."""


def read_cases(path: Path | None, most: int | None = None) -> list[Case]:
    """Read harmless replies from a file of `student_code`, `reply` and `leak`, one JSON object a line.

    Return at most `most` cases, shuffled with a fixed seed.
    """
    if path is None:
        return list(OWN)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    cases = [Case(row["student_code"], row["reply"]) for row in rows if not row["leak"]]
    random.Random(1).shuffle(cases)
    return list(islice((case for case in cases if parses(case) and passes(case)), most))


def parses(case: Case) -> bool:
    """Return whether the program parses: only then does an added line make it a different problem."""
    with warnings.catch_warnings(action="ignore"):
        try:
            ast.parse(case.code)
        except SyntaxError:
            return False
    return True


def passes(case: Case) -> bool:
    """Return whether the guard releases the reply unchanged in each of the benchmark's lengths."""
    return all("".join(case.released(tokens)) == "".join(case.tokens(tokens)) for tokens in LENGTHS)
