"""Answers to questions about a hint that the syntax tree or a run of the program establishes."""

from __future__ import annotations

import pytest

from tutor_pedagogy.dialogue.asked import Question
from tutor_pedagogy.dialogue.established import established
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.offline.engine.diagnosis import examine
from tutor_protocol import Position, Submission

ROUNDS = "kept = []\nfor n in [4, 9, 7]:\n    if n > 5:\n        kept.append(n)\nprint(kept)\n"
STILL = "low = 0\nfor n in [4, 9]:\n    if n < low:\n        low = n\nprint(low)\n"
TWICE = "def pay(n):\n    return n\n\npay = pay(2)\nprint(pay)\n"
HIDDEN = "try:\n    print({}['a'])\nexcept:\n    pass\n"
LOOPED = "def first(words):\n    for w in words:\n        return w\n\nprint(first(['a', 'b']))\n"
NOTHING = "def shout(t):\n    print(t)\n\nprint(shout('hi'))\n"
BRANCH = "def mark(p):\n    if p > 5:\n        r = 'yes'\n    return r\n\nprint(mark(7))\nprint(mark(2))\n"
ALIAS = "a = [1]\nb = a\nb.append(2)\nprint(a)\n"
OPEN = 'x = (1 +\n     int("2")\nprint(x)\n'


def facts(code: str, question: str) -> list[str]:
    """Return the established answers to a question about a hint."""
    diagnosis = examine(Submission(code=code, cursor=Position(0, 0)))
    asked = Question(question, diagnosis, HintLevel.CONCEPT, StudentLevels(programming=3, maths=3))
    return [said.direct for said in established(asked)]


@pytest.mark.parametrize(
    ("code", "question", "told"),
    [
        (ROUNDS, "what is in kept after the second round?", "After round 2 of the loop on line 2, `kept` is `[9]`"),
        (STILL, "what is low after the first round?", "No line of the loop gives it another value in this run."),
        (TWICE, "is it because I used the same name twice?", "Yes. Line 1 defines the function `pay`"),
        (HIDDEN, "I put try around it and nothing happens", "Without it, `KeyError` would come on line 2."),
        (LOOPED, "why does only the first one come?", "Line 3 is indented deeper than the `for` on line 2"),
        (NOTHING, "why is None printed?", "`shout` has no `return` with a value"),
        (BRANCH, "why does it work with 7 but not with 2?", "`mark(2)` stops with `UnboundLocalError` on line 4"),
        (ALIAS, "is b a copy of a?", "two names for one and the same list"),
        (OPEN, "but I did close it on line 2", "it closes the one opened last, `int(` on line 2"),
    ],
)
def test_a_question_is_answered_by_a_fact(code: str, question: str, told: str) -> None:
    """The answer is what the program does; the same question about another program gets no such answer."""
    assert told in " ".join(facts(code, question))
    assert facts("print(1)\n", question) == []


def test_a_range_that_starts_elsewhere_is_no_yes() -> None:
    """A guess about a range is judged by its values."""
    code = "for k in range(1, 4):\n    print(k)\n"
    assert facts(code, "is it because range starts at 0?")[0].startswith("No. `range(1, 4)` begins with 1")


@pytest.mark.parametrize(
    ("code", "question", "told"),
    [
        ("xs = [1, 2]\nprint(*xs, sep='-')\n", "what does the star do?", "`print` puts `'-'` between them"),
        (
            "for n in [1, 2]:\n    if n == 3:\n        break\nelse:\n    print('none')\n",
            "what is the else below the for?",
            "This `else` belongs to the `for` loop on line 1",
        ),
        ("class Pet:\n    x = 1\n\nprint(Pet())\n", "what is <__main__.Pet object at 0x7f>?", "`__str__`"),
    ],
)
def test_forms_are_explained_from_the_tree(code: str, question: str, told: str) -> None:
    """A star, an `else` of a loop and the text of an object are told as they are in this program."""
    submission = Submission(code=code, cursor=Position(code.count("\n") - 1, 0), question=question)
    assert told in explain(submission, HintLevel.SOLUTION, StudentLevels(programming=3, maths=3)).text
