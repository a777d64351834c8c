"""What the student has typed, which comes with the traceback of a run in a terminal, is used to understand a crash."""

from __future__ import annotations

import pytest

from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.evidence import Evidence, typed_lines
from tutor_pedagogy.offline.engine.program import Program
from tutor_protocol import Position, Submission

TRACEBACK = (
    'Traceback (most recent call last):\n  File "main.py", line 3, in <module>\n    print(10 // (a - b))\n'
    "ZeroDivisionError: integer division or modulo by zero"
)


@pytest.mark.parametrize(
    ("told", "lines"),
    [
        ("'7', '7'", ("7", "7")),
        ("\"it's\", ''", ("it's", "")),
        ("…, '7'", ()),
        ("'xx'…", ()),
        ("7", ()),
        ("__import__('os')", ()),
    ],
)
def test_only_complete_lines_are_used(told: str, lines: tuple[str, ...]) -> None:
    """Cut or incomplete lines are no input to try, nor is anything else than strings."""
    assert typed_lines(f"{TRACEBACK}\n# typed: {told}") == lines
    assert typed_lines(f"{TRACEBACK}\n# typed: {told}\n# values on line 3: a = 7, b = 7") == lines
    assert without_values(f"{TRACEBACK}\n# typed: {told}\n# values on line 3: a = 7") == TRACEBACK


def test_the_program_is_tried_with_what_was_typed() -> None:
    """Two equal numbers were typed, which no guess would be: the evaluator fails as the program did only with them."""
    code = "a = int(input())\nb = int(input())\nprint(10 // (a - b - 40))\n"
    failed = TRACEBACK.replace("(a - b)", "(a - b - 40)")
    typed, unknown = f"{failed}\n# typed: '47', '7'", failed
    with_typed, without = (evidence(code, traceback) for traceback in (typed, unknown))
    assert with_typed.is_reproduced
    assert with_typed.inputs == ("47", "7")
    assert not without.is_reproduced


def evidence(code: str, traceback: str) -> Evidence:
    """Return the evidence of a program that crashed."""
    program = Program(Submission(code=code, cursor=Position(2, 0), traceback=traceback))
    crash = read_crash(without_values(traceback), program)
    assert crash is not None
    return Evidence(program, crash)
