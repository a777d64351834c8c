"""Ten bugs with the offline tutor's answers at each hint level, for people to read and judge.

`python -m benchmarks.teaching.answers [--write FILE]` prints them as Markdown, or updates them in FILE between its two
markers. `docs/teaching.md` holds them, and a test checks that it is up to date.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_protocol import Position, Submission

START, END = "<!-- answers: start -->", "<!-- answers: end -->"


@dataclass(frozen=True, slots=True)
class Bug:
    """A student's faulty program, and the output that shows the fault: a traceback, a failing test, or None."""

    title: str
    code: str
    said: str | None = None
    cursor: int = 1
    """The line, from 1, at which the student asks."""

    @property
    def submission(self) -> Submission:
        """The submission that an editor would send."""
        return Submission(code=self.code, cursor=Position(self.cursor - 1, 0), traceback=self.said)


BUGS = (
    Bug(
        "A header without its colon",
        "degrees = 18\nwhile degrees < 21\n    degrees = degrees + 1\nprint(degrees)\n",
        cursor=2,
    ),
    Bug(
        "An order where a question is meant",
        'tickets = 3\nif tickets = 0:\n    print("sold out")\nelse:\n    print(tickets, "left")\n',
        cursor=2,
    ),
    Bug(
        "A bracket that stays open",
        'width = float(input("width: ")\nprint(width * 2)\n',
        cursor=1,
    ),
    Bug(
        "A text and a number around a plus sign",
        'goals = 4\nprint("goals: " + goals)\n',
        'Traceback (most recent call last):\n  File "match.py", line 2, in <module>\n    print("goals: " + goals)\n'
        '          ~~~~~~~~~~^~~~~~~\nTypeError: can only concatenate str (not "int") to str\n',
        cursor=2,
    ),
    Bug(
        "A loop that goes one step too far",
        "def is_sorted(times):\n    for k in range(len(times)):\n        if times[k] > times[k + 1]:\n"
        "            return False\n    return True\n\nprint(is_sorted([3, 5, 8]))\n",
        'Traceback (most recent call last):\n  File "race.py", line 7, in <module>\n    print(is_sorted([3, 5, 8]))\n'
        '          ^^^^^^^^^^^^^^^^^^^^\n  File "race.py", line 3, in is_sorted\n    if times[k] > times[k + 1]:\n'
        "                  ~~~~~^^^^^^^\nIndexError: list index out of range\n",
        cursor=3,
    ),
    Bug(
        "The result of a method that works in place",
        'names = ["Ida", "Bo"]\nnames = names.append("Cem")\nprint(len(names))\n',
        'Traceback (most recent call last):\n  File "team.py", line 3, in <module>\n    print(len(names))\n'
        "          ^^^^^^^^^^\nTypeError: object of type 'NoneType' has no len()\n",
        cursor=3,
    ),
    Bug(
        "A part of an object without the object",
        "class Account:\n    def __init__(self, owner):\n        self.owner = owner\n        self.balance = 0\n\n"
        "    def pay_in(self, amount):\n        balance += amount\n\nAccount('Mo').pay_in(5)\n",
        "Traceback (most recent call last):\n  File \"bank.py\", line 9, in <module>\n    Account('Mo').pay_in(5)\n"
        '  File "bank.py", line 7, in pay_in\n    balance += amount\n    ^^^^^^^\n'
        "UnboundLocalError: cannot access local variable 'balance' where it is not associated with a value\n",
        cursor=7,
    ),
    Bug(
        "An array where one answer is needed",
        'import numpy as np\n\nspeeds = np.array([28, 61, 35])\nif speeds > 50:\n    print("too fast")\n',
        'Traceback (most recent call last):\n  File "road.py", line 4, in <module>\n    if speeds > 50:\n'
        "       ^^^^^^^^^^^\nValueError: The truth value of an array with more than one element is ambiguous. "
        "Use a.any() or a.all()\n",
        cursor=4,
    ),
    Bug(
        "An answer after the first item",
        "def all_paid(bills):\n    for bill in bills:\n        if bill == 0:\n            return True\n"
        "        else:\n            return False\n",
        "Test failed: all_paid([0, 20])\n  expected: False\n  got: True\n",
        cursor=2,
    ),
    Bug(
        "Degrees for a function that wants radians",
        "import math\n\ndef height(distance, angle_in_degrees):\n    return distance * math.tan(angle_in_degrees)\n\n"
        "print(height(10, 45))\n",
        cursor=4,
    ),
)


def markdown(bug: Bug, number: int) -> str:
    """Return a bug with its five answers as Markdown."""
    finding = diagnose(bug.submission)
    lines = [f"### {number}. {bug.title}", "", f"```python\n{bug.code}```"]
    if bug.said:
        lines += ["", f"```text\n{bug.said}```"]
    lines += ["", f"Rule `{finding.rule}`, line {finding.lines[0]}."]
    for level in HintLevel:
        text = explain(bug.submission, level, StudentLevels()).text
        quoted = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        lines += ["", f"**Level {int(level)}, {level.name.lower()}**", "", quoted]
    return "\n".join(lines)


def all_answers() -> str:
    """Return all bugs with their answers as Markdown."""
    return "\n\n".join(markdown(bug, number) for number, bug in enumerate(BUGS, 1))


def renewed(document: str) -> str:
    """Return the document with the answers between its two markers updated."""
    between = f"{START}\n\n{all_answers()}\n\n{END}"
    return re.sub(f"{START}.*{END}", lambda _: between, document, flags=re.DOTALL)


def main() -> None:
    """Print the answers, or update them in a document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.write:
        document = arguments.write.read_text(encoding="utf-8")
        arguments.write.write_text(renewed(document), encoding="utf-8")
    else:
        print(all_answers())


if __name__ == "__main__":
    main()
