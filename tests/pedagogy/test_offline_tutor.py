"""The offline tutor as its callers use it: five levels, no early solution, and reproducible answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.lesson_cases import lesson_cases, real_traceback
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Explanation, diagnose, explain
from tutor_protocol import Cell, Diagnostic, Position, Submission

EXAMPLES = Path(__file__).parents[2] / "examples"
STUDENTS = [StudentLevels(programming=level, maths=level) for level in (1, 3, 5)]
EARLY = [level for level in HintLevel if level < HintLevel.SOLUTION]


NO_COLON = Submission(code="for fish in range(3)\n    print(fish)\n", cursor=Position(0, 0))


def test_plan_of_the_third_level_is_numbered() -> None:
    """Level 3 names the exact part and gives steps."""
    text = explain(NO_COLON, HintLevel.STRUCTURE, STUDENTS[1]).text
    assert "`for fish in range(3)` on line 1" in text
    assert re.findall(r"^(\d)\. ", text, re.MULTILINE) == ["1", "2", "3"]


def test_last_level_shows_the_edit_and_how_to_check_it() -> None:
    """Level 5 has the changed line, the reason and a check."""
    text = explain(NO_COLON, HintLevel.SOLUTION, STUDENTS[1]).text
    assert "```python\nfor fish in range(3):\n```" in text
    assert "**Check it:**" in text


def test_same_input_gives_the_same_text() -> None:
    """An answer does not depend on time, chance or earlier answers."""
    for case in lesson_cases()[::7]:
        submission = case.submission()
        first = [explain(submission, level, STUDENTS[1]) for level in HintLevel]
        assert first == [explain(submission, level, STUDENTS[1]) for level in HintLevel]


def test_code_of_the_student_stays_inert() -> None:
    """Backticks in the student's code cannot break out of the code span."""
    submission = Submission(code="print(`![x](http://a.example)`\n", cursor=Position(0, 0))
    for level in HintLevel:
        assert (
            "`` " in explain(submission, level, STUDENTS[1]).text
            or "![" not in explain(submission, level, STUDENTS[1]).text
        )


def test_a_traceback_of_the_students_file_wins_over_diagnostics() -> None:
    """A traceback takes precedence over a checker's diagnostics."""
    code = "xs = []\nprint(xs[0])\nprint(ys)\n"
    diagnostic = Diagnostic(line=2, character=6, end_line=2, end_character=8, message='"ys" is not defined')
    submission = Submission(code=code, cursor=Position(2, 0), traceback=real_traceback(code), diagnostics=(diagnostic,))
    assert diagnose(submission).rule == "runtime.empty-collection"


def test_examples_for_students_lead_to_their_rules() -> None:
    """The programs shipped with the project are explained as their README says."""
    rules = {
        "average.py": ("syntax.missing-colon", (8,)),
        "shopping.py": ("syntax.empty-block", (8,)),
        "savings.py": ("logic.accumulator-reset", (6,)),
    }
    for name, expected in rules.items():
        finding = diagnose(Submission(code=(EXAMPLES / name).read_text(encoding="utf-8"), cursor=Position(0, 0)))
        assert (finding.rule, finding.lines) == expected


@pytest.mark.parametrize(
    ("name", "rule", "line"),
    [
        ("grades.py", "runtime.loop-past-the-end", 10),
        ("counter.py", "runtime.outer-variable-changed-in-function", 7),
        ("orbit.py", "runtime.caret-for-power", 9),
    ],
)
def test_examples_that_crash_lead_to_their_rules(name: str, rule: str, line: int) -> None:
    """Each crashing example is run as a student would, and its real traceback explained."""
    path = EXAMPLES / name
    run = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True, timeout=30, check=False)
    finding = diagnose(Submission(code=path.read_text(encoding="utf-8"), cursor=Position(0, 0), traceback=run.stderr))
    assert (finding.rule, finding.lines) == (rule, (line,))


HOSTILE = {
    "NUL": "a = 1\nb = \x00\n",
    "lone surrogates": "x = '\ud800'\nprint(\udfff\n",
    "over 64 KiB": "x = 1\n" * 12_000,
    "over 64 KiB and broken": "x = (\n" * 12_000,
    "deep brackets": "(" * 20_000,
    "deep signs": "-" * 30_000 + "1",
    "deep blocks": "\n".join(" " * depth + "if 1:" for depth in range(150)),
    "long chain": "if a:\n    pass\n" + "elif a:\n    pass\n" * 3_000,
    "many quotes": "'" * 50_000,
    "many commas": "," * 50_000,
    "odd breaks": "a = 1\x0c\u2028b\x85 = 2\r\rif a\n",
    "nothing": "",
    "blank": "\n\n   \n",
    "mark of the byte order": "\ufeffprint(1\n",
}


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_code_gets_an_answer(code: str) -> None:
    """Any code, however hostile, gets a sensible answer."""
    submission = Submission(code=code, cursor=Position(10_000, 10_000), traceback=code[:2000], question="\x00")
    for level in HintLevel:
        assert isinstance(explain(submission, level, STUDENTS[1]), Explanation)


PIECES = (
    *("if ", "else:", "for x in ", "def f(a):\n", "    ", "\n", "return ", "x", "y = ", "1", "'a'", "(", ")", "[", "]"),
    *("{", "}", ":", ",", "+", "=", "==", "print(", "while ", "class A:\n", "import ", ".", "#", '"', "\t", "not "),
    *("and ", "lambda ", "f'{", "range(", "len(", "\\", "é", "append"),
)
MESSAGES = (
    "TypeError: 'NoneType' object is not iterable",
    "IndexError: list index out of range",
    "KeyError: 'a'",
    "NameError: name 'x' is not defined",
    "ValueError: could not be broadcast together with shapes (2,) (3,)",
    "AttributeError: 'list' object has no attribute 'appendd'",
    "TypeError: f() takes 1 positional argument but 2 were given",
    'TypeError: can only concatenate str (not "int") to str',
    "RecursionError: maximum recursion depth exceeded",
    "ZeroDivisionError: division by zero",
    "UnboundLocalError: cannot access local variable 'x'",
)
words = st.sampled_from(PIECES)
programs = st.lists(words, max_size=40).map("".join)
tracebacks = st.builds(
    'Traceback (most recent call last):\n  File "s.py", line {}, in f\n    x\n    ^\n{}\n'.format,
    st.integers(1, 6),
    st.sampled_from(MESSAGES),
)


@settings(max_examples=150, deadline=None)
@given(
    code=programs | st.text(max_size=200),
    traceback=st.none() | tracebacks | st.text(max_size=100),
    line=st.integers(0, 8),
    question=st.none() | st.text(max_size=60),
    kind=st.sampled_from(("document", "cell")),
)
def test_any_submission_gets_an_answer(
    code: str, traceback: str | None, line: int, question: str | None, kind: str
) -> None:
    """No text, traceback or question makes the tutor raise, and an edit always fits its code."""
    submission = Submission(
        code=code,
        cursor=Position(line, 0),
        traceback=traceback,
        question=question,
        kind=kind,  # type: ignore[arg-type] # `kind` is a literal type
        cells=(Cell(source=code[:20]),),
    )
    finding = diagnose(submission)
    assert finding.lines
    for level in HintLevel:
        assert explain(submission, level, STUDENTS[0]).text
    if finding.edit is not None:
        lines = code.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff").split("\n")
        start = finding.edit.line - 1
        assert (
            "\n".join(lines[start : start + finding.edit.before.count("\n") + 1]) == finding.edit.before
            or kind == "cell"
        )


def test_importing_the_tutor_needs_the_standard_library_only() -> None:
    """Importing the tutor needs only the standard library."""
    program = (
        "import json, sys; import tutor_pedagogy.offline; "
        "print(json.dumps(sorted(m.partition('.')[0] for m in sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    heavy = {"aiohttp", "pydantic", "sqlalchemy", "anthropic", "openai", "pygls", "lsprotocol", "orjson", "structlog"}
    assert not heavy & set(json.loads(run.stdout))


def test_values_below_a_traceback_do_not_change_the_finding() -> None:
    """Values that are shown below a traceback count neither as the exception's message nor as the result of a test."""
    code = "n = 0\nexpected = 3 / n\n"
    traceback = (
        'Traceback (most recent call last):\n  File "main.py", line 2, in <module>\n    expected = 3 / n\n'
        "ZeroDivisionError: division by zero"
    )
    values = "\n# values on line 2: expected = 1, got = 2, n = 0"
    plain, told = (
        diagnose(Submission(code=code, cursor=Position(1, 0), traceback=text))
        for text in (traceback, traceback + values)
    )
    assert told == plain


@pytest.mark.parametrize(
    ("submission", "certainty"),
    [
        pytest.param(NO_COLON, "certain", id="a syntax error with a checked edit"),
        pytest.param(Submission(code="x = ) (\n", cursor=Position(0, 0)), "likely", id="a syntax error without one"),
        pytest.param(Submission(code="print(totl)\n", cursor=Position(0, 0)), "certain", id="a predicted exception"),
        pytest.param(
            Submission(code="n = 3\nif n == 1 or 2:\n    print(n)\n", cursor=Position(0, 0)),
            "certain",
            id="a pattern that is always a mistake",
        ),
        pytest.param(
            Submission(code="n = 3\nif n is 3:\n    print(n)\n", cursor=Position(0, 0)),
            "likely",
            id="a pattern that is usually a mistake",
        ),
        pytest.param(Submission(code="print(1)\n", cursor=Position(0, 0)), "start_here", id="nothing found"),
    ],
)
def test_an_explanation_says_how_sure_it_is(submission: Submission, certainty: str) -> None:
    """The certainty depends on the evidence, and is the same at every level."""
    found = {explain(submission, level, STUDENTS[1]).certainty for level in HintLevel}

    assert {certainty} == found


def test_a_checkers_report_is_a_likely_cause() -> None:
    """A checker's report gives a likely cause, since checkers may be wrong, unless the evaluator confirms it."""
    report = Diagnostic(message='"undefined_name" is not defined', line=1, character=10, end_line=1, end_character=24)
    code = "def show():\n    print(undefined_name)\n"
    certainties = {
        explain(
            Submission(code=code + called, cursor=Position(1, 0), diagnostics=(report,)),
            HintLevel.QUESTION,
            STUDENTS[1],
        ).certainty: called
        for called in ("", "show()\n")
    }

    assert certainties == {"likely": "", "certain": "show()\n"}


def test_an_explanation_carries_the_checked_edit() -> None:
    """An explanation carries the finding's edit at every level, for benchmarks of the tutor."""
    assert {diagnose(NO_COLON).edit} == {explain(NO_COLON, level, STUDENTS[1]).edit for level in HintLevel}
