"""The cases of a test run that go with an ask: their calls, right results and outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.student_tests import run_of
from tutor_lsp.runner.assertions import asserted_in
from tutor_protocol import KnownCase
from tutor_protocol.submission import MAX_KNOWN_CASE_CHARACTERS, MAX_KNOWN_CASES

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "def rotate(values, k):\n    return values[k:] + values[:k]\n"
UNITTEST = """\
import unittest
import rotate

class T(unittest.TestCase):
    def test_a(self):
        given = [1, 2]
        self.assertEqual(rotate.rotate(given, 0), [1, 2])
        self.assertListEqual([1, 2, 3], rotate.rotate([1, 2, 3], 1))
        self.assertEqual(rotate.rotate([4], 9), [4])
"""
PYTEST = """\
import pytest
from rotate import rotate

@pytest.mark.parametrize("values, k, wanted", [([], 0, []), ([1, 2], 1, [1, 2])])
def test_rows(values, k, wanted):
    assert rotate(values, k) == wanted

def test_table():
    for values, wanted in [([7], [7]), ([8], [8])]:
        assert rotate(values, 0) == wanted
"""


def told(cases: tuple[KnownCase, ...]) -> list[tuple[str, str, str | None, str]]:
    """Return the parts of cases."""
    return [(case.given, case.expected, case.got, case.outcome) for case in cases]


async def test_assertions_before_the_failing_one_have_passed(tmp_path: Path) -> None:
    """Of a test that fails, the assertions above the failing one pass, and those below it are not known."""
    run = await run_of(tmp_path, {"rotate.py": PROGRAM, "test_rotate.py": UNITTEST})

    assert told(run.report().cases) == [
        ("rotate([1, 2], 0)", "[1, 2]", None, "passed"),
        ("rotate([1, 2, 3], 1)", "[1, 2, 3]", "[2, 3, 1]", "failed"),
    ]


async def test_parameters_and_tables_of_pytest_are_filled_in(tmp_path: Path) -> None:
    """Each row of pytest's parameters, and of a table in a loop, is a case of its own."""
    run = await run_of(tmp_path, {"rotate.py": PROGRAM, "test_rotate.py": PYTEST})

    assert told(run.report().cases) == [
        ("rotate([], 0)", "[]", None, "passed"),
        ("rotate([1, 2], 1)", "[1, 2]", "[2, 1]", "failed"),
        ("rotate([7], 0)", "[7]", None, "passed"),
        ("rotate([8], 0)", "[8]", None, "passed"),
    ]


async def test_examples_of_docstrings(tmp_path: Path) -> None:
    """The examples of a docstring are cases with what they print."""
    text = f'"""Rotate.\n\n>>> rotate([1, 2], 0)\n[1, 2]\n>>> rotate([1, 2], 1)\n[1, 2]\n"""\n{PROGRAM}'
    run = await run_of(tmp_path, {"rotate.py": text})

    assert told(run.report().cases) == [
        ("rotate([1, 2], 0)", "[1, 2]", None, "passed"),
        ("rotate([1, 2], 1)", "[1, 2]", "[2, 1]", "failed"),
    ]


async def test_inputs_with_their_outputs(tmp_path: Path) -> None:
    """A pair of files is a case of the kind `input`."""
    files = {
        "rotate.py": "print(int(input()) * 2)\n",
        "rotate.1.in": "2\n",
        "rotate.1.out": "4\n",
        "rotate.2.in": "3\n",
        "rotate.2.out": "9\n",
    }
    run = await run_of(tmp_path, files)

    assert run.report().cases == (
        KnownCase(given="2", expected="4", outcome="passed", kind="input"),
        KnownCase(given="3", expected="9", got="6", outcome="failed", kind="input"),
    )


async def test_a_bounded_number_goes_along_and_the_failing_one_is_among_them(tmp_path: Path) -> None:
    """Long and many cases are left out: first those of other functions, then the longest."""
    rows = [([number] * number, 0, [number] * number) for number in range(30)]
    long = ([1] * MAX_KNOWN_CASE_CHARACTERS, 0, [1] * MAX_KNOWN_CASE_CHARACTERS)
    table = [*rows, ([5, 6], 1, [5, 6]), long]
    head = "from rotate import rotate\n\ndef test_rows():\n"
    tests = f"{head}    for a, b, c in {table}:\n        assert rotate(a, b) == c\n"
    run = await run_of(tmp_path, {"rotate.py": PROGRAM, "test_rotate.py": tests})
    cases = run.report().cases

    assert len(cases) == MAX_KNOWN_CASES
    assert ("rotate([5, 6], 1)", "[5, 6]", "[6, 5]", "failed") in told(cases)
    assert max(len(text) for case in cases for text in case.texts) < MAX_KNOWN_CASE_CHARACTERS


async def test_green_tests_tell_no_cases(tmp_path: Path) -> None:
    """If all tests pass, nothing of them goes along."""
    tests = "from rotate import rotate\n\ndef test_a():\n    assert rotate([1], 0) == [1]\n"
    run = await run_of(tmp_path, {"rotate.py": PROGRAM, "test_rotate.py": tests})

    assert (run.is_green, run.report().cases) == (True, ())


@pytest.mark.parametrize(
    "text",
    [
        "def test_a():\n    assert f(x) == y\n",
        "def test_a():\n    assert 1 == 2\n",
        "def test_a(data):\n    assert f(1) in data\n",
        "import pytest\n\n@pytest.mark.parametrize(NAMES, [1])\ndef test_a(x):\n    assert f(x) == 1\n",
        "class T:\n    value = 3\n",
    ],
)
def test_assertions_that_are_not_known_are_left_out(text: str) -> None:
    """An assertion without a call and a literal is no case."""
    assert not any(asserted_in(text, "rotate").values())
