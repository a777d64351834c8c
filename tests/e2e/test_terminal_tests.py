"""`tutor test` with real processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.tutor_program import Tutor

if TYPE_CHECKING:
    from pathlib import Path

WRONG = "def rotate(values, k):\n    return values[k:] + values[:k]\n"
RIGHT = "def rotate(values, k):\n    return values[-k:] + values[:-k]\n"
TESTS = """\
import unittest
from rotate import rotate

class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(rotate([1, 2], 0), [1, 2])

    def test_b(self):
        self.assertEqual(rotate([1, 2, 3], 1), [3, 1, 2])
"""
LISTED = """\
passes   T.test_a
FAILS    T.test_b
         Test failed: rotate([1, 2, 3], 1)
         Expected: [3, 1, 2]
         Got: [2, 3, 1]
1 of 2 tests fails.
"""


@pytest.fixture
def tutor(tmp_path: Path) -> Tutor:
    """Return a command line in a folder with an exercise, which has tests."""
    (tmp_path / "rotate.py").write_text(WRONG)
    (tmp_path / "test_rotate.py").write_text(TESTS)
    return Tutor(tmp_path)


async def test_a_list_of_what_passed(tutor: Tutor, tmp_path: Path) -> None:
    """The tests are listed, the first failure with its call, expected and actual result; 0 means that all pass."""
    failing = await tutor.run("test", "rotate.py")
    (tmp_path / "rotate.py").write_text(RIGHT)
    passing = await tutor.run("test", "test_rotate.py")

    assert failing == (1, LISTED, "")
    assert passing == (0, "passes   T.test_a\npasses   T.test_b\nAll 2 tests pass.\n", "")


async def test_the_hint_speaks_of_the_case_and_green_tests_are_solved(tutor: Tutor, tmp_path: Path) -> None:
    """`--ask` explains the first failing case; once all tests pass, the answer says so, and no level is used."""
    first = await tutor.run("test", "rotate.py", "--ask")
    (tmp_path / "rotate.py").write_text(RIGHT)
    solved = await tutor.run("test", "rotate.py", "--ask")
    again = await tutor.run("ask", "rotate.py:2")

    assert first.status == 1
    assert first.stdout.startswith(f"{LISTED}\nHint 1 · question\n")
    assert "`rotate([1, 2, 3], 1)`" in first.stdout
    assert solved.status == 0
    assert "\nSolved\n\nAll 2 tests pass now." in solved.stdout
    assert again.stdout.startswith("Hint 1 · ")


async def test_without_an_earlier_ask_green_tests_ask_nothing(tutor: Tutor, tmp_path: Path) -> None:
    """If all tests pass and the tutor was never asked, `--ask` asks nothing."""
    (tmp_path / "rotate.py").write_text(RIGHT)
    result = await tutor.run("test", "rotate.py", "--ask")
    assert result == (0, "passes   T.test_a\npasses   T.test_b\nAll 2 tests pass.\n", "")


SQUARES = """\
def squares(n):
    out = []
    for i in range(1, n):
        out.append(i * i)
    return out
"""
SQUARES_TESTS = """\
import unittest
from squares import squares

class T(unittest.TestCase):
    def test_none(self):
        self.assertEqual(squares(0), [])

    def test_three(self):
        self.assertEqual(squares(3), [1, 4, 9])
"""


async def test_the_recorded_run_of_the_failing_test(tutor: Tutor, tmp_path: Path) -> None:
    """`--trace` shows the rounds of the loop, and the last steps; without a terminal nothing waits for a key."""
    (tmp_path / "squares.py").write_text(SQUARES)
    (tmp_path / "test_squares.py").write_text(SQUARES_TESTS)
    result = await tutor.run("test", "squares.py", "--trace")

    assert result.status == 1
    assert "squares(3), the loop on line 3\nround  i  out\n1      1  [1]\n2      2  [1, 4]\n" in result.stdout
    assert result.stdout.endswith("end squares: returns [1, 4]\n")


async def test_the_edit_of_the_last_hint_was_tried(tutor: Tutor, tmp_path: Path) -> None:
    """The fifth hint about a failing test shows an edit with which the tests pass, and says so."""
    (tmp_path / "squares.py").write_text(SQUARES)
    (tmp_path / "test_squares.py").write_text(SQUARES_TESTS)
    hints = [await tutor.run("test", "squares.py", "--ask") for _ in range(5)]

    assert "Predict, then look: in the recorded run, after round 1" in hints[0].stdout
    assert "round  i  out\n1      1  [1]" in hints[2].stdout
    assert "    for i in range(1, n + 1):\n" in hints[4].stdout
    assert hints[4].stdout.rstrip().endswith("*Tried on a copy of your folder: the tests pass with this change.*")
    assert (tmp_path / "squares.py").read_text() == SQUARES


@pytest.mark.parametrize(
    ("arguments", "status", "reason"),
    [
        (("gone.py",), 2, "tutor: gone.py does not exist.\n"),
        (("notes.txt",), 2, "tutor: notes.txt is not a Python file. The tutor explains Python code only.\n"),
        (("alone.py",), 1, "tutor: alone.py has no tests. They can be in test_alone.py or alone_test.py beside it"),
        ((), 2, "usage: tutor test"),
    ],
)
async def test_wrong_use_and_refusals(
    tutor: Tutor, tmp_path: Path, arguments: tuple[str, ...], status: int, reason: str
) -> None:
    """Wrong use is status 2; a file without tests is refused with status 1, and the reason says where tests can be."""
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "alone.py").write_text("print(1)\n")
    result = await tutor.run("test", *arguments)
    assert result.status == status
    assert result.stderr.startswith(reason)
