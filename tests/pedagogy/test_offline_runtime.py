"""The offline tutor on programs that stop with an exception, most of them with the traceback of a real run."""

from __future__ import annotations

import pytest

from testing.lesson_cases import real_traceback
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_protocol import Cell, Diagnostic, Position, Submission


def ask(code: str, text: str, line: int = 0) -> Submission:
    """Build a submission with a program and its traceback."""
    return Submission(code=code, cursor=Position(line, 0), traceback=text)


def test_number_from_input_points_at_the_place_where_it_comes_in() -> None:
    """If a string from `input` is used as a number, the edit converts it where it is read, not where it fails."""
    code = "age = input('age? ')\nlater = age + 10\n"
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\n'
        "    later = age + 10\n            ~~~~^~~~\n"
        'TypeError: can only concatenate str (not "int") to str\n'
    )
    finding = diagnose(ask(code, text))
    assert (finding.rule, finding.lines) == ("runtime.number-from-input", (1,))
    assert finding.edit is not None
    assert finding.edit.apply(code) == "age = int(input('age? '))\nlater = age + 10\n"


def test_marked_part_is_the_expression() -> None:
    """The finding's expression is the part of the line that the traceback marks with `~~~^^^`."""
    code = "xs = [1]\nk = 3\nprint(abs(-1), xs[k])\n"
    assert diagnose(ask(code, real_traceback(code))).expression == "xs[k]"


def test_exceptions_of_the_students_own_making_are_read() -> None:
    """An exception class of the student's own is recognised, whatever its name."""
    code = "class TooHot(Exception):\n    pass\n\ndegrees = 50\nif degrees > 40:\n    raise TooHot('open a window')\n"
    finding = diagnose(ask(code, real_traceback(code)))
    assert (finding.rule, finding.lines) == ("runtime.raised-on-purpose", (6,))


def test_failing_assertion_about_a_call_is_a_wrong_result() -> None:
    """A failed `assert` about a function's result is a logic error in the function, not in the `assert` line."""
    code = "def twice(n):\n    return n + 1\n\nassert twice(3) == 6\n"
    finding = diagnose(ask(code, real_traceback(code)))
    assert (finding.error_type, finding.lines) == ("logic", (2,))


def test_last_frame_of_the_student_wins() -> None:
    """If a library raised the exception, the finding is at the student's innermost line."""
    code = "import json\nimport statistics\nprint(statistics.mean([]))\n"
    finding = diagnose(ask(code, real_traceback(code)))
    assert (finding.rule, finding.lines) == ("runtime.nothing-to-choose-from", (3,))


def test_moved_line_is_found_by_its_text() -> None:
    """A failed line is found by its text if lines were inserted above it after the run."""
    code = "x = 1\ny = 0\nprint(x / y)\n"
    finding = diagnose(ask("# new\n# lines\n" + code, real_traceback(code)))
    assert finding.lines == (5,)


def test_notebook_traceback_is_read() -> None:
    """IPython's traceback format, with arrows and cell numbers, is understood."""
    code = "wheels = 4\nprint(weels)\n"
    text = (
        "---------------------------------------------------------------------------\n"
        "NameError                                 Traceback (most recent call last)\n"
        "Cell In[3], line 2\n      1 wheels = 4\n----> 2 print(weels)\n\n"
        "NameError: name 'weels' is not defined\n"
    )
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), kind="cell", traceback=text))
    assert (finding.rule, finding.lines) == ("runtime.name-misspelt", (2,))


def test_names_of_earlier_cells_are_known() -> None:
    """A misspelt name can be corrected to a name that an earlier cell assigns."""
    text = (
        'Traceback (most recent call last):\n  File "c", line 1, in <module>\n'
        "    print(temprature)\nNameError: name 'temprature' is not defined\n"
    )
    submission = Submission(
        code="print(temprature)\n",
        cursor=Position(0, 0),
        kind="cell",
        traceback=text,
        cells=(Cell(source="temperature = 3"),),
    )
    finding = diagnose(submission)
    assert (finding.rule, dict(finding.slots)["meant"]) == ("runtime.name-misspelt", "temperature")


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ('"totl" is not defined', "runtime.name-misspelt"),
        ("Undefined name `totl`", "runtime.name-misspelt"),
        ("undefined name 'totl'", "runtime.name-misspelt"),
    ],
)
def test_checkers_words_find_the_same_rule(message: str, rule: str) -> None:
    """The different messages of Pyright, Ruff and pyflakes about an undefined name lead to the same rule."""
    diagnostic = Diagnostic(line=1, character=6, end_line=1, end_character=10, message=message)
    finding = diagnose(Submission(code="total = 3\nprint(totl)\n", cursor=Position(1, 0), diagnostics=(diagnostic,)))
    assert (finding.rule, finding.lines) == (rule, (2,))


def test_warning_about_a_type_finds_its_rule() -> None:
    """A checker's warning about an operator leads to the rule about that operator."""
    diagnostic = Diagnostic(
        line=1,
        character=6,
        end_line=1,
        end_character=11,
        message='Operator "+" not supported for types "str" and "int"',
    )
    finding = diagnose(Submission(code="x = 'a'\nprint(x + 1)\n", cursor=Position(1, 0), diagnostics=(diagnostic,)))
    assert (finding.rule, finding.expression) == ("runtime.text-plus-other", "x + 1")


def test_style_hints_are_no_findings() -> None:
    """A diagnostic of severity hint is not explained as an error."""
    diagnostic = Diagnostic(line=0, character=0, end_line=0, end_character=1, message='"x" is not defined', severity=4)
    finding = diagnose(Submission(code="x = 3\n", cursor=Position(0, 0), diagnostics=(diagnostic,)))
    assert finding.rule == "purpose.check"


@pytest.mark.parametrize(
    ("code", "mended"),
    [
        ("n = 4\nn += '2'\n", None),
        ("n = 4\nbit = '2'\nn = n * 2 + bit\n", "n = 4\nbit = 2\nn = n * 2 + bit\n"),
        ("n = 4\nprint(n + ' km')\n", "n = 4\nprint(str(n) + ' km')\n"),
    ],
)
def test_edit_around_a_plus_sign_leaves_a_program(code: str, mended: str | None) -> None:
    """The edit converts the string in a calculation, or the number in a text, but no target of an assignment."""
    edit = diagnose(ask(code, real_traceback(code))).edit
    assert (edit and edit.apply(code)) == mended


@pytest.mark.parametrize(
    ("line", "use", "message", "mended"),
    [
        ("n = input()", "print(n % 2)", "not all arguments converted during string formatting", "n = int(input())"),
        ("n = input()", "r = range(n)", "'str' object cannot be interpreted as an integer", "n = int(input())"),
        (
            "a, b = input().split()",
            "print(a - b)",
            "unsupported operand type(s) for -: 'str' and 'str'",
            "a, b = map(int, input().split())",
        ),
        (
            "ns = input().split()",
            "t = 1 + ns[0]",
            "unsupported operand type(s) for +: 'int' and 'str'",
            "ns = list(map(int, input().split()))",
        ),
    ],
)
def test_text_from_input_is_mended_where_it_comes_in(line: str, use: str, message: str, mended: str) -> None:
    """The edit converts strings from `input`, one or several, in the line that reads them."""
    text = f'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\n    {use}\nTypeError: {message}\n'
    finding = diagnose(ask(f"{line}\n{use}\n", text))
    assert (finding.rule, finding.lines) == ("runtime.number-from-input", (1,))
    assert finding.edit is not None
    assert finding.edit.after == mended


@pytest.mark.parametrize(
    "key", ["(0, 0)", "(1,)", "('a', 2)", "((0, 0), (1, 1))", "(-1, None)", "((0, 1), 'up')", "()", "-1"]
)
@pytest.mark.parametrize(
    "line", ["steps[cell] = steps[here] + 1", "return steps[here]", "total += steps[here]", "steps.pop(here)"]
)
def test_key_that_is_a_tuple_is_no_call_to_the_guard(line: str, key: str) -> None:
    """The guard accepts hints about a `KeyError` with a tuple as key, which looks like the arguments of a call."""
    code = f"def walk(steps, here, cell, total):\n    {line}\n\nwalk({{}}, {key}, 1, 0)\n"
    crash = (
        'Traceback (most recent call last):\n  File "s.py", line 4, in <module>\n'
        f'  File "s.py", line 2, in walk\n    {line}\nKeyError: {key}\n'
    )
    asked = Submission(code=code, cursor=Position(0, 0), traceback=crash)
    for level in (level for level in HintLevel if level < HintLevel.SOLUTION):
        guard = Guard(level, asked)
        guard.feed(explain(asked, level, StudentLevels()).text)
        guard.finish()
        assert guard.verdict is None
