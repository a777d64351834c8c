"""What a run shows about a crash that no edit mends: the values, the iteration, and a line that has not run."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_protocol import Position, Submission

MEAN = "def mean(values):\n    total, count = 0, 0\n    for value in values:\n        if value > 100:\n{body}\n"
MEAN += "    return total / count\n\nprint(mean([1, 2]))\n"
MEAN = MEAN.replace("{body}", "            count += 1")


def text(code: str, line: int, message: str, level: HintLevel = HintLevel.STRUCTURE) -> str:
    """Return the tutor's text about a crash on a line."""
    traceback = f'Traceback (most recent call last):\n  File "lab.py", line {line}, in <module>\n{message}\n'
    submission = Submission(code=code, cursor=Position(line - 1, 0), traceback=traceback)
    return explain(submission, level, StudentLevels(programming=3, maths=3)).text


@pytest.mark.parametrize("level", [HintLevel.STRUCTURE, HintLevel.SOLUTION])
def test_values_at_the_failing_line_are_told(level: HintLevel) -> None:
    """The values of the failing line's names are told where no edit mends the program."""
    code = "ages = {'Ann': 3}\nfor name in ['Ann', 'Bo']:\n    wanted = name\n    print(ages[wanted])\n"

    told = text(code, 4, "KeyError: 'Bo'", level)

    assert "in iteration 2 of the loop on line 2" in told
    assert "`ages` has 1 item" in told


def test_a_line_that_has_not_run_is_named_with_its_condition() -> None:
    """A line that would change a value and has not run is named, with the condition that was never true."""
    told = text(MEAN, 6, "ZeroDivisionError: division by zero")

    assert "Line 5, which would change `count`, has not run: `value > 100` on line 4 was never true." in told


def test_collections_are_told_by_their_length() -> None:
    """Of a list only the number of its items is told."""
    code = "sizes = list(range(100, 150))\nplace = 60\nprint(sizes[place])\n"

    told = text(code, 3, "IndexError: list index out of range")

    assert "`sizes` has 50 items" in told


def test_no_value_of_a_guessed_input_is_told() -> None:
    """A run with a guessed input shows no values: the student may have typed another text."""
    code = "word = input()\nages = {'Ann': 3}\nprint(ages[word])\n"

    assert "When Python stops" not in text(code, 3, "KeyError: 'Bo'")


def test_nothing_is_told_beside_an_edit() -> None:
    """A text with an edit does not tell the values as well."""
    code = "total = 5\nprint('sum: ' + total)\n"
    message = 'TypeError: can only concatenate str (not "int") to str'

    assert "When Python stops" not in text(code, 2, message)
