"""The offline tutor's unrequested diagnostics: only certain findings, without any advice on the fix."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_pedagogy.offline import SureMistake, sure_mistakes
from tutor_protocol import Position, Submission

DAYS = 'day = input()\nif day == "Sat" or "Sun":\n    print("free")\n'


def found(code: str, **more: str) -> list[SureMistake]:
    """Return the certain findings of a whole document."""
    return sure_mistakes(Submission(code=code, cursor=Position(0, 0), **more))  # type: ignore[arg-type]  # `kind` is a literal


@pytest.mark.parametrize(
    ("code", "line", "marked", "message"),
    [
        ("x = (1,\nprint(x)\n", 0, "(", "'(' was never closed"),
        ("x = 1\nreturn x\n", 1, "return x", "'return' outside function"),
        ("if True:\nprint(1)\n", 1, "print", "expected an indented block after 'if' statement on line 1"),
        ("é = 'ü'; x = )\n", 0, ")", "unmatched ')'"),
    ],
)
def test_a_syntax_error_is_said_in_pythons_words(code: str, line: int, marked: str, message: str) -> None:
    """A syntax error has Python's message, and its place is given in characters."""
    (one,) = found(code)
    assert (one.rule, one.error_type, one.line, one.message) == ("syntax", "syntax", line, message)
    assert code.split("\n")[line][one.start : one.end] == marked


def test_an_error_to_come_is_said_in_pythons_words() -> None:
    """An exception is predicted in a file, but not in a cell, which other cells may precede."""
    code = "age = 7\nprint('next year: ' + age)\n"
    (one,) = found(code)
    assert (one.rule, one.error_type, one.line) == ("runtime", "runtime", 1)
    assert one.message == 'TypeError: can only concatenate str (not "int") to str'
    assert code.split("\n")[1][one.start : one.end] == "'next year: ' + age"
    assert found(code, kind="cell") == []


def test_a_mistake_in_logic_is_a_question() -> None:
    """A logic error is shown as the first hint's question, and the relevant part of the line is marked."""
    (one,) = found(DAYS)
    assert (one.rule, one.error_type, one.line) == ("logic.condition-always-true", "logic", 1)
    assert DAYS.split("\n")[1][one.start : one.end] == 'day == "Sat" or "Sun"'
    assert one.message.endswith('What does Python make of `"Sun"` alone: true or false?')


def test_several_come_from_the_top_one_a_line() -> None:
    """Findings are listed from the top, one a line; code that does not compile has only its syntax error."""
    code = f"{DAYS}\nfor n in range(10, 0):\n    n =+ 1\n"
    assert [one.line for one in found(code)] == [1, 4, 5]
    assert [one.rule for one in found(f"{code}(")] == ["syntax"]


def test_a_cell_may_hold_what_only_a_notebook_takes() -> None:
    """IPython magics and top-level `await` are no errors in a cell, but are errors in a file."""
    code = "%matplotlib inline\nawait job()\n"
    assert found(code, kind="cell") == []
    assert [one.line for one in found(code)] == [0]


@pytest.mark.parametrize("code", ["", "\n\n", "x = 1\n", "def f():\n    return [n for n in range(3)]\n", "(" * 5000])
def test_right_code_and_what_cannot_be_read_is_left_alone(code: str) -> None:
    """Correct code, and code that is nested too deeply for CPython, has no findings."""
    assert [one for one in found(code) if one.error_type != "syntax"] == []


@given(st.text(alphabet=" \t\n\r\x0c()[]:=+-'\"#%é🚶\ud800\x00abdefinor0", max_size=60))
def test_any_text_gets_places_within_it(code: str) -> None:
    """For any text each finding is on an existing line, and nothing is raised."""
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for one in found(code):
        assert 0 <= one.line < len(lines)
        assert 0 <= one.start <= one.end <= len(lines[one.line])
