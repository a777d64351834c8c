"""Follow-ups that guess at the cause in other words, and those that ask how to test (guarantee T13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.asks_about_hints import answer, passes_guard, submission
from testing.asks_in_turn import traceback
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from tutor_protocol import Submission

FIRST_ONLY = (
    "def all_positive(amounts):\n    for amount in amounts:\n        if amount > 0:\n            return True\n"
    "        else:\n            return False\n\nprint(all_positive([3, -2]))\n"
)
STOCK = "stock = {'nail': 2, 'nut': 0}\nfor part in stock:\n    if stock[part] == 0:\n        stock.pop(part)\n"
CHANGED = traceback(2, "for part in stock:", "RuntimeError: dictionary changed size during iteration")
SHARE = "def share(sweets, kids):\n    return sweets / kids\n\nprint(share(8, 2))\nprint(share(8, 0))\n"
ZERO = (
    'Traceback (most recent call last):\n  File "program.py", line 5, in <module>\n    print(share(8, 0))\n'
    '  File "program.py", line 2, in share\n    return sweets / kids\nZeroDivisionError: division by zero\n'
)


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize(
    ("asked", "question"),
    [
        (submission(FIRST_ONLY, 3), "is it because it stops at the first amount?"),
        (submission(STOCK, 1, traceback=CHANGED), "is it because i pop things while the loop runs?"),
        (submission(SHARE, 1, traceback=ZERO), "is it because kids is 0?"),
    ],
)
def test_a_guess_that_says_what_was_found_is_confirmed(asked: Submission, question: str, level: int) -> None:
    """A guess that says what was found is confirmed."""
    text = answer(question, asked, level)
    assert text.startswith("Yes.")
    assert passes_guard(text, asked, HintLevel(level))


def test_the_confirmation_is_in_the_language_of_the_guess() -> None:
    """The confirmation is in the language of the guess."""
    assert answer("c'est parce que kids est 0 ?", submission(SHARE, 1, traceback=ZERO), 2).startswith("Oui")


@pytest.mark.parametrize(
    "question",
    [
        "is it because sweets is 0?",
        "is it because kids is not 0?",
        "is it because kids is too big?",
        "is it because it does not stop at the first one?",
    ],
)
def test_another_guess_is_not_confirmed(question: str) -> None:
    """Another guess is not confirmed."""
    assert not answer(question, submission(SHARE, 1, traceback=ZERO), 2).startswith(("Yes. That is what", "Yes. When"))


def test_a_question_how_to_test_gets_calls_of_the_program() -> None:
    """A question how to test gets calls of the program."""
    text = answer("how can i test this?", submission(FIRST_ONLY, 3), 2)
    assert text.startswith("Call `all_positive` with small values")
    assert "`all_positive(" in text
    assert passes_guard(text, submission(FIRST_ONLY, 3), HintLevel.CONCEPT)
    german = answer("wie teste ich das am besten?", submission(FIRST_ONLY, 3), 2)
    assert german.startswith("Rufe `all_positive` mit kleinen Werten auf")
