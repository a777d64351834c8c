"""The plain no and the suggested cases: only where a question asks for them, and only where they can be run."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_protocol import Position, Submission

_GAP = 'stock = [\n    {"item": "rope", "price": 3}\n    {"item": "lamp", "price": 4},\n]\n'
_ERROR = (
    '  File "program.py", line 2\n    {"item": "rope", "price": 3}\n    ^\n'
    "SyntaxError: invalid syntax. Perhaps you forgot a comma?\n"
)
_SHIFT = "def shift(values, offset):\n    part = values[1:3]\n    part -= offset\n    return part\n\n\n"


def _told(code: str, question: str | None, traceback: str | None = None) -> str:
    submission = Submission(code=code, cursor=Position(0, 0), question=question, traceback=traceback)
    return explain(submission, HintLevel.QUESTION, StudentLevels()).text


@pytest.mark.parametrize(
    ("question", "is_no"),
    [
        ('i think something is wrong with the "price" key', False),
        ("there is a comma?? it is right above", False),
        ("is it right?", True),
    ],
)
def test_no_is_said_only_to_a_question_for_a_verdict(question: str, *, is_no: bool) -> None:
    """Next to an error report, only a question for a verdict is answered by a plain no."""
    assert ("No, not yet" in _told(_GAP, question, _ERROR)) is is_no


def test_a_list_is_no_case_for_an_array() -> None:
    """A function of a program with numpy gets no suggested call that the evaluator cannot follow."""
    program = f"import numpy as np\n\n{_SHIFT}print(shift(np.array([1.0, 2.0, 3.0]), 1.0))\n"

    assert "shift([" not in _told(program, "is it right?")


def test_a_list_is_a_case_for_a_list() -> None:
    """A function of a program that works with lists gets suggested calls with lists."""
    code = "def ends(values):\n    return [values[0], values[-1]]\n\n\nprint(ends([1, 2, 3]))\n"

    assert "ends([" in _told(code, "is it right?")
