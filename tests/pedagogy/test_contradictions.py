"""Functions and classes whose names say what they compute, held against their results in the evaluator."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.rules.logic.contradictions import contradiction
from tutor_pedagogy.offline.rules.logic.well_known import readings_of
from tutor_protocol import Position, Submission

ACCOUNT = """class BankAccount:
    def __init__(self, balance):
        self.balance = balance

    def withdraw(self, amount):
        self.balance {sign}= amount
"""


def asked(code: str) -> Submission:
    """Return the submission of a program without any failing text."""
    return Submission(code=code, cursor=Position(0, 0))


def shown(code: str) -> tuple[str, object] | None:
    """Return the call that contradicts a name in a program, with its result; None if there is none."""
    found = contradiction(Program(asked(code)))
    return None if found is None else (found.call.shown, found.got)


@pytest.mark.parametrize(
    ("code", "call", "got"),
    [
        ("def is_even(n):\n    return n % 2 == 1\n", "is_even(4)", False),
        (
            "def largest(xs):\n    best = 0\n    for x in xs:\n        best = max(best, x)\n    return best\n",
            "largest([-3, -1])",
            0,
        ),
        ("def factorial(n):\n    return 0 if n == 0 else n * factorial(n - 1)\n", "factorial(3)", 0),
        ("def averageOf(a, b):\n    return a + b / 2\n", "averageOf(4, 8)", 8.0),
        ("def reverse(text):\n    return text\n", "reverse('ab')", "ab"),
    ],
)
def test_a_result_against_the_name_is_found(code: str, call: str, got: object) -> None:
    """A function that gives another result than its name promises is found, with a call that shows it."""
    assert shown(code) == (call, got)


@pytest.mark.parametrize(
    "code",
    [
        "def is_even(n):\n    return n % 2 == 0\n",
        "def power(voltage, current):\n    return voltage * current\n",
        "def average(student):\n    return sum(student['marks']) / 2\n",
        'def largest(xs):\n    """Return the largest of positive numbers."""\n    return max([0, *xs])\n',
        "def longest(words):\n    return max(len(word) for word in words)\n",
        "def reverse(items):\n    items.reverse()\n",
        "def mean(xs):\n    return sum(xs) / (len(xs) - 1)\n\n\nmean({'a': 1})\n",
        "def unique(items):\n    return sorted(set(items))\n",
        "def is_prime(n):\n    return check(n)\n\n\nfrom primes import check\n",
    ],
)
def test_what_may_be_meant_is_no_contradiction(code: str) -> None:
    """A right function, another meaning of the name, other types and unknown values are no contradiction."""
    assert shown(code) is None


def test_a_method_is_held_against_the_names_of_class_and_method() -> None:
    """A withdrawal that adds is found, and one that subtracts is not."""
    assert shown(ACCOUNT.format(sign="+")) == ("one = BankAccount(100); one.withdraw(30); one.balance", 130)
    assert shown(ACCOUNT.format(sign="-")) is None


def test_an_edit_that_makes_every_call_right_is_certain() -> None:
    """A pattern rule whose edit makes the function fit its name is the cause for certain."""
    code = "def sum_to(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n"
    found = explain(asked(code), HintLevel.CONCEPT, StudentLevels())
    assert (found.rule, found.certainty, found.lines) == ("logic.last-number-left-out", "certain", (3,))


def test_a_contradiction_without_a_known_cause_names_the_call() -> None:
    """Without a cause, the text names the call and both results, and claims no line."""
    found = explain(asked("def sum_digits(n):\n    return n % 100\n"), HintLevel.CONCEPT, StudentLevels())
    assert (found.rule, found.certainty) == ("logic.result-against-name", "start_here")
    assert "`sum_digits(123)`" in found.text
    assert "`6`" in found.text
    assert "`23`" in found.text


def test_words_around_a_name_do_not_change_it() -> None:
    """`calculateAverage` and `get_average` mean `average`, and an unknown word makes another name."""
    assert readings_of("calculateAverage") == readings_of("average") == readings_of("get_average")
    assert readings_of("average_speed") == ()
