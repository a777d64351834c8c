"""The search for the edit with which every test passes: what it finds, and what hostile edits cannot do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from testing.student_programs import needs_posix
from tutor_lsp.features.found_edits import find_edit
from tutor_lsp.runner.edit_search import EditToTry, search_edits
from tutor_lsp.runner.found_tests import find_tests
from tutor_lsp.runner.tests import run_tests
from tutor_lsp.runner.trials import TestTrial

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_posix

UP_TO = """\
def up_to(n):
    total = 0
    for i in range(1, n):
        total += i
    return total
"""
UNITTEST = """\
import unittest
from program import up_to

class T(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(up_to(0), 0)

    def test_one(self):
        self.assertEqual(up_to(1), 1)

    def test_four(self):
        self.assertEqual(up_to(4), 10)
"""
PYTEST = """\
import pytest
from program import up_to

@pytest.mark.parametrize(("n", "total"), [(0, 0), (1, 1), (4, 10)])
def test_up_to(n, total):
    assert up_to(n) == total
"""
RIGHT = EditToTry(3, 0.1, 3, 3, "    for i in range(1, n + 1):")


async def trial_of(folder: Path, program: str, tests: dict[str, str]) -> tuple[TestTrial, str]:
    """Write a program with its tests, run them, and return the trial and the name of the first failing test."""
    path = folder / "program.py"
    for name, text in {"program.py": program, **tests}.items():
        await asyncio.to_thread((folder / name).write_text, text)
    found = find_tests(path)
    run = await run_tests(path, found)
    assert run.first_failure is not None
    return TestTrial.of(path, found, run, None), run.first_failure.name


def contents(folder: Path) -> dict[str, str]:
    """Return the texts of a folder's files."""
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("tests", [UNITTEST, PYTEST], ids=["unittest", "pytest"])
async def test_the_edit_with_which_all_tests_pass_is_found(tmp_path: Path, tests: str) -> None:
    """An off-by-one bound is found with the tests of both frameworks, and nothing of the folder is changed."""
    trial, first = await trial_of(tmp_path, UP_TO, {"test_program.py": tests})
    before = contents(tmp_path)

    _, found = await find_edit(trial, first, UP_TO, 60.0)

    assert found is not None
    assert (found.line, found.new_text, found.passed) == (3, "    for i in range(1, n + 1):", 3)
    assert before == contents(tmp_path)


async def test_an_edit_is_found_with_cases_and_with_examples(tmp_path: Path) -> None:
    """A program that reads input is tried with its pairs of files, and a function with its doctests."""
    program = "n = int(input())\nprint(n + 3)\n"
    folder = tmp_path / "cases_of"
    folder.mkdir()
    cases = {"program.1.in": "4\n", "program.1.out": "6\n", "program.2.in": "0\n", "program.2.out": "2\n"}
    trial, first = await trial_of(folder, program, cases | {"program.3.in": "9\n", "program.3.out": "11\n"})
    _, found = await find_edit(trial, first, program, 60.0)
    assert found is not None
    assert found.new_text == "print(n + 2)"

    examples = "".join(f"    >>> least({a}, {b})\n    {min(a, b)}\n" for a, b in ((1, 2), (5, 3), (4, 4)))
    code = f'def least(a, b):\n    """\n{examples}    """\n    return max(a, b)\n'
    trial, first = await trial_of(tmp_path, code, {})
    _, found = await find_edit(trial, first, code, 60.0)
    assert found is not None
    assert found.new_text == "    return min(a, b)"


async def test_a_program_that_no_small_edit_mends_finds_nothing(tmp_path: Path) -> None:
    """Without a passing edit there is nothing to tell."""
    program = "def up_to(n):\n    return print\n"
    trial, first = await trial_of(tmp_path, program, {"test_program.py": UNITTEST})

    searched, found = await find_edit(trial, first, program, 5.0)

    assert found is None
    assert searched.passing == ()


HOSTILE = {
    "loops": "    while True: pass",
    "forks": "    import os\n    while True: os.fork()",
    "leaves a process": "    import os, time\n    if not os.fork():\n        os.setsid(); time.sleep(60)\n    return 9",
    "fills memory": "    kept = [bytearray(1 << 26) for _ in range(1000)]",
    "floods": "    while True: print('x' * 10000)",
    "exits": "    import os; os._exit(0)",
    "claims": "    import os; os.write(3, b'[]'); os._exit(0)",
    "kills": "    import os; os.kill(os.getppid(), 9)",
    "fills the disk": "    f = open('big', 'wb')\n    while True: f.write(b'x' * 1000000)",
    "recurses": "    return up_to(n)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_x6_a_hostile_edit_ends_within_its_bounds(tmp_path: Path, text: str) -> None:
    """No hostile edit passes, each ends in time, and nothing of the folder is changed."""
    trial, first = await trial_of(tmp_path, UP_TO, {"test_program.py": UNITTEST})
    before = contents(tmp_path)
    hostile = EditToTry(2, 0.9, 2, 2, text)

    async with asyncio.timeout(60):
        searched = await search_edits(trial, first, [hostile, RIGHT], seconds=5.0)

    assert 0 not in searched.passing
    assert before == contents(tmp_path)


@pytest.mark.parametrize("kind", ["loops", "fills memory", "floods", "exits", "fills the disk", "recurses"])
async def test_x6_the_search_goes_on_after_a_hostile_edit(tmp_path: Path, kind: str) -> None:
    """An edit that loops, floods, exits or takes memory costs its own process only."""
    trial, first = await trial_of(tmp_path, UP_TO, {"test_program.py": UNITTEST})
    hostile = EditToTry(2, 0.9, 2, 2, HOSTILE[kind])

    searched = await search_edits(trial, first, [hostile, RIGHT], seconds=60.0)

    assert searched.passing == (1,)


async def test_x6_an_edit_writes_in_the_copy_only(tmp_path: Path) -> None:
    """A path of the student's own folder is closed where Landlock or a namespace confines the search."""
    trial, first = await trial_of(tmp_path, UP_TO, {"test_program.py": UNITTEST})
    run = await run_tests(trial.program, trial.tests)
    outside = tmp_path / "planted"
    hostile = EditToTry(2, 0.9, 2, 2, f"    open({str(outside)!r}, 'w').close()\n    open('inside', 'w').close()")

    await search_edits(trial, first, [hostile], seconds=5.0)

    assert outside.exists() is not bool({"landlock", "namespaces"} & set(run.means))
    assert not (tmp_path / "inside").exists()


async def test_a_search_ends_with_its_task(tmp_path: Path) -> None:
    """A cancelled search removes its copy of the folder, which it can only when its processes have ended."""
    trial, first = await trial_of(tmp_path, UP_TO, {"test_program.py": UNITTEST})
    loop = EditToTry(2, 0.9, 2, 2, "    while True: pass")
    task = asyncio.create_task(search_edits(trial, first, [loop] * 200, seconds=60.0))

    done, _ = await asyncio.wait([task], timeout=0.5)
    assert not done
    task.cancel()

    async with asyncio.timeout(20):
        with pytest.raises(asyncio.CancelledError):
            await task
