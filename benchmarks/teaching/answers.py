"""Twenty asks with the offline tutor's answers at each hint level, for people to read and judge.

`python -m benchmarks.teaching.answers [--write FILE]` prints them as Markdown, or updates them in FILE between its two
markers. `docs/teaching.md` holds them, and a test checks that it is up to date.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from pathlib import Path

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain, report
from tutor_protocol import Position, Submission

START, END = "<!-- answers: start -->", "<!-- answers: end -->"


@dataclass(frozen=True, slots=True)
class Bug:
    """A student's program, the output that shows a fault (a traceback, a failing test, or None), and the question."""

    title: str
    code: str
    said: str | None = None
    question: str | None = None
    cursor: int = 1
    """The line, from 1, at which the student asks."""

    @property
    def submission(self) -> Submission:
        """The submission that an editor would send."""
        return Submission(
            code=self.code, cursor=Position(self.cursor - 1, 0), traceback=self.said, question=self.question
        )


BUGS = (
    Bug(
        "A header without its colon",
        "degrees = 18\nwhile degrees < 21\n    degrees = degrees + 1\nprint(degrees)\n",
        cursor=2,
    ),
    Bug(
        "An assignment where a comparison is meant",
        'tickets = 3\nif tickets = 0:\n    print("sold out")\nelse:\n    print(tickets, "left")\n',
        cursor=2,
    ),
    Bug(
        "A bracket that stays open",
        'width = float(input("width: ")\nprint(width * 2)\n',
        cursor=1,
    ),
    Bug(
        "A string and a number around a plus sign",
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
        "An attribute without its object",
        "class Account:\n    def __init__(self, owner):\n        self.owner = owner\n        self.balance = 0\n\n"
        "    def pay_in(self, amount):\n        balance += amount\n\nAccount('Mo').pay_in(5)\n",
        "Traceback (most recent call last):\n  File \"bank.py\", line 9, in <module>\n    Account('Mo').pay_in(5)\n"
        '  File "bank.py", line 7, in pay_in\n    balance += amount\n    ^^^^^^^\n'
        "UnboundLocalError: cannot access local variable 'balance' where it is not associated with a value\n",
        cursor=7,
    ),
    Bug(
        "An array where one Boolean is needed",
        'import numpy as np\n\nspeeds = np.array([28, 61, 35])\nif speeds > 50:\n    print("too fast")\n',
        'Traceback (most recent call last):\n  File "road.py", line 4, in <module>\n    if speeds > 50:\n'
        "       ^^^^^^^^^^^\nValueError: The truth value of an array with more than one element is ambiguous. "
        "Use a.any() or a.all()\n",
        cursor=4,
    ),
    Bug(
        "A return after the first item",
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
    Bug(
        "Quotes inside a string",
        "name = 'Ann'\nprint('It's ' + name + ' again')\n",
        cursor=2,
    ),
    Bug(
        "A body without indentation",
        "def area(width, height):\nresult = width * height\n    return result\n\nprint(area(2, 3))\n",
        cursor=2,
    ),
    Bug(
        "A key that is not there yet",
        "def count(words):\n    seen = {}\n    for word in words:\n        seen[word] += 1\n    return seen\n\n"
        "print(count(['tea', 'milk', 'tea']))\n",
        'Traceback (most recent call last):\n  File "words.py", line 7, in <module>\n'
        "    print(count(['tea', 'milk', 'tea']))\n          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  File \"words.py\", line 4, in count\n    seen[word] += 1\n    ~~~~^^^^^^\nKeyError: 'tea'\n",
        cursor=4,
    ),
    Bug(
        "A mean with the wrong divisor",
        "def mean(marks):\n    total = 0\n    for mark in marks:\n        total += mark\n"
        "    return total / (len(marks) - 1)\n",
        "Test failed: mean([2, 4])\n  expected: 3.0\n  got: 6.0\n",
        cursor=1,
    ),
    Bug(
        "A largest value that starts at zero",
        "def warmest(degrees):\n    best = 0\n    for degree in degrees:\n        if degree > best:\n"
        "            best = degree\n    return best\n\nprint(warmest([-7, -3, -12]))\n",
        question="It prints 0 but it should be -3.",
        cursor=8,
    ),
    Bug(
        "A line that is to be explained",
        "scores = {'Ida': 7, 'Bo': 9, 'Cem': 4}\nfor name, score in sorted(scores.items()):\n"
        "    print(f'{name:>5} {score}')\n",
        question="What does line 2 do?",
        cursor=2,
    ),
    Bug(
        "A function that is still empty",
        'def count_vowels(word):\n    """Return the number of vowels: count_vowels("banana") is 3."""\n    pass\n',
        question="How do I start?",
        cursor=3,
    ),
    Bug(
        "A program that is right",
        "def is_leap(year):\n    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)\n",
        question="Is this right?",
        cursor=2,
    ),
    Bug(
        "A program that could be faster",
        "def common(first, second):\n    found = []\n    for word in first:\n"
        "        if word in second and word not in found:\n            found.append(word)\n    return found\n",
        question="Can I make this faster?",
        cursor=4,
    ),
    Bug(
        "A program in another language",
        'int total = 0;\nfor (int i = 0; i < 5; i++) {\n    total += i;\n}\nSystem.out.println("total " + total);\n',
        cursor=1,
    ),
)


def markdown(bug: Bug, number: int) -> str:
    """Return a bug with its five answers as Markdown."""
    finding = report(bug.submission)
    lines = [f"### {number}. {bug.title}", "", f"```python\n{bug.code}```"]
    if bug.said:
        lines += ["", f"```text\n{bug.said}```"]
    if bug.question:
        lines += ["", f"The student asks: “{bug.question}”"]
    lines += ["", f"Rule `{finding.rule}`, line {finding.line}, {finding.certainty.replace('_', ' ')}."]
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
