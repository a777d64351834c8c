"""`tutor run` with real processes, in a real terminal and without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.tmux import Terminal
from testing.tutor_program import TUTOR, Tutor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RequireProgram

    RunIn = Callable[..., Terminal]

SHARE = """\
count = int(input("How many people? "))
price = float(input("The price? "))
print("Each pays", price / count)
"""
FAILED = r"share\.py failed at line 3: ZeroDivisionError: float division by zero|failed at line 3: ZeroDivisionError"


@pytest.fixture
def run_in(require_program: RequireProgram, tmp_path: Path) -> RunIn:
    """Return a factory of terminals of 80 x 24 that run `tutor run FILE`."""
    tmux = require_program("tmux")

    def run(name: str, program: str) -> Terminal:
        (tmp_path / name).write_text(program)
        return Terminal(tmux, tmp_path, TUTOR, "run", name, columns=80, rows=24)

    return run


def test_x4_the_student_types_and_a_key_asks(run_in: RunIn) -> None:
    """X4: the program has the keyboard; after a failure one key gives a hint, another the next; Enter leaves."""
    with run_in("share.py", SHARE) as terminal:
        terminal.until("How many people")
        terminal.press("0", "Enter")
        terminal.until("The price")
        terminal.press("9", "0", "Enter")
        terminal.until(FAILED)
        terminal.until("Press h for a hint, or Enter to leave")
        terminal.picture("run-failed")
        terminal.press("h")
        shown = "\n".join(terminal.until("Press n for the next hint, or Enter to leave"))
        assert "Hint 1 · question" in shown
        terminal.picture("run-hint")
        terminal.press("n")
        terminal.until("Hint 2 · concept")
        terminal.until(r"Press n for the next hint[^\n]*\s*\Z")
        terminal.press("Enter")
        assert terminal.has_ended()


def test_x4_ctrl_c_ends_it(run_in: RunIn) -> None:
    """X4: Ctrl-C ends an endless program, says where it was, and offers the hint; a second one leaves."""
    with run_in("endless.py", "n = 1\nprint('begun')\nwhile n > 0:\n    n = n + 1\n") as terminal:
        terminal.until("begun")
        terminal.press("C-c")
        terminal.until(r"endless\.py was stopped at line [234]\.")
        terminal.until("Press h for a hint")
        terminal.press("C-c")
        assert terminal.has_ended()


def test_the_key_asks_about_the_students_other_file(run_in: RunIn, tmp_path: Path) -> None:
    """If another file of the student's fails, the hint is about its line."""
    (tmp_path / "shapes.py").write_text("def area(sides):\n    return sides[0] * sides[1]\n")
    with run_in("main.py", "import shapes\n\nprint(shapes.area([int(input('Side? '))]))\n") as terminal:
        terminal.until("Side")
        terminal.press("4", "Enter")
        terminal.until(r"main\.py failed in shapes\.py at line 2")
        terminal.press("h")
        assert "sides" in "\n".join(terminal.until("Press n for the next hint"))


async def test_without_a_terminal_it_runs_and_says_what_to_type(tmp_path: Path) -> None:
    """With its input in a pipe, the program runs, and the last line says how to ask."""
    (tmp_path / "share.py").write_text(SHARE)
    tutor = Tutor(tmp_path)
    well, failed = (
        await tutor.run("run", "share.py", typed="2\n9\n"),
        await tutor.run("run", "share.py", typed="0\n9\n"),
    )
    gone = await tutor.run("run", "gone.py")
    assert well == (0, "How many people? The price? Each pays 4.5\n", "")
    assert failed.status == 1
    assert failed.stdout.endswith("by zero\nFor a hint, type: tutor ask share.py:3\n")
    assert failed.stderr.startswith("Traceback (most recent call last):\n")
    assert gone == (2, "", "tutor: gone.py does not exist.\n")


async def test_the_exit_status_of_a_program(tmp_path: Path) -> None:
    """A program that ends with a status of its own makes it 1, without a word about a failure."""
    (tmp_path / "leaves.py").write_text("import sys\nprint('bye')\nsys.exit(3)\n")
    assert await Tutor(tmp_path).run("run", "leaves.py") == (1, "bye\n", "")
