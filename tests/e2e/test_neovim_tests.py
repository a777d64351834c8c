"""`:TutorTest` in a real Neovim."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.neovim import Neovim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import RequireProgram

PROGRAM = "def rotate(values, k):\n    return values[k:] + values[:k]\n"
TESTS = """\
import unittest
from rotate import rotate

class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(rotate([1, 2], 0), [1, 2])

    def test_b(self):
        self.assertEqual(rotate([1, 2, 3], 1), [3, 1, 2])
"""
MESSAGES = "vim.fn.execute('messages')"
LIST = "return vim.iter(vim.fn.getqflist()):map(function(one) return one.text end):totable()"


@pytest.fixture
def nvim(require_program: RequireProgram, tmp_path: Path) -> Iterator[Neovim]:
    """Return a Neovim in local mode, without a file."""
    (tmp_path / "test_rotate.py").write_text(TESTS)
    with Neovim(require_program("nvim"), tmp_path) as nvim:
        yield nvim


def test_the_list_and_the_hint_about_the_first_failure(nvim: Neovim) -> None:
    """`:TutorTest` lists the tests in the quickfix window, goes to the tested function, and asks there."""
    nvim.open("rotate.py", PROGRAM, line=2)
    nvim.command("TutorTest")
    nvim.answer()

    assert nvim.lua(LIST) == [
        "passes  T.test_a",
        "FAILS   T.test_b",
        "        Test failed: rotate([1, 2, 3], 1)",
        "        Expected: [3, 1, 2]",
        "        Got: [2, 3, 1]",
        "1 of 2 tests fails.",
    ]
    assert "`rotate([1, 2, 3], 1)`" in nvim.lua("return hints()")


def test_the_recorded_run_round_by_round(nvim: Neovim, tmp_path: Path) -> None:
    """`:TutorTrace` shows the first round of the loop, the next one at each space, and at the end the steps."""
    (tmp_path / "test_rotate.py").write_text(TESTS)
    loop = "def rotate(values, k):\n    out = []\n    for value in values:\n        out.append(value)\n    return out\n"
    nvim.open("rotate.py", loop, line=2)
    nvim.command("TutorTest")
    nvim.answer()
    nvim.command("TutorTrace")
    text = "table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\\n')"
    shown = [nvim.lua(f"return {text}")]
    for _ in range(2):
        nvim.press("<Space>")
        shown.append(nvim.lua(f"return {text}"))

    assert shown[0].startswith(
        "rotate([1, 2, 3], 1), the loop on line 3\n\nround  value  out\n1      1      [1]\n\nWhat comes next?"
    )
    assert "2      2      [1, 2]\n\nWhat comes next?" in shown[1]
    assert (
        "3      3      [1, 2, 3]\n\nThe last steps, with the values that are new:\n"
        "line 2 rotate: values = [1, 2, 3], k = 1\n" in shown[2]
    )


def test_a_file_without_tests_is_refused(nvim: Neovim) -> None:
    """Without tests, the message says where they can be."""
    nvim.open("alone.py", "print(1)\n", line=1)
    nvim.command("TutorTest")
    nvim.until(f"{MESSAGES}:match('alone.py has no tests')")
