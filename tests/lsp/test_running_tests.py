"""Running the tests of a student's file: pytest, unittest, doctest and cases, each in a real process."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from testing.student_programs import needs_posix, needs_proc
from testing.student_tests import PROGRAM, contents, run_of, written
from testing.waiting import until
from tutor_lsp.runner import folder_copy, tests
from tutor_lsp.runner.failures import Failure
from tutor_lsp.runner.found_tests import FoundTests, find_tests, program_of
from tutor_lsp.runner.tests import CouldNotTest, Progress, TimeLimits, how_to_install, run_tests
from tutor_pedagogy.failure_reports import Report

ROTATE = """\
def rotate(values, k):
    \"\"\"Rotate to the right.

    >>> rotate([1, 2, 3], 1)
    [3, 1, 2]
    >>> rotate([], 1)
    []
    \"\"\"
    n = len(values)
    k = k % n
    return values[k:] + values[:k]
"""
PYTEST = """\
from rotate import rotate

def test_zero():
    assert rotate([1, 2, 3], 0) == [1, 2, 3]

def test_one():
    assert rotate([1, 2, 3], 1) == [3, 1, 2]

def test_empty():
    assert rotate([], 1) == []
"""
UNITTEST = """\
import unittest
from rotate import rotate

class TestRotate(unittest.TestCase):
    def test_a_zero(self):
        self.assertEqual(rotate([1, 2, 3], 0), [1, 2, 3])

    def test_b_one(self):
        self.assertEqual(rotate([1, 2, 3], 1), [3, 1, 2])

    def test_c_empty(self):
        self.assertEqual(rotate([], 1), [])
"""
WRONG = "Test failed: rotate([1, 2, 3], 1)\nExpected: [3, 1, 2]\nGot: [2, 3, 1]"
REPORT = Report("rotate([1, 2, 3], 1)", "[3, 1, 2]", "[2, 3, 1]")
RAISED = "Test failed: rotate([], 1)\nIt raised an exception: ZeroDivisionError: integer modulo by zero"


class TestEachFramework:
    """The tests that pass and fail are the same, whatever framework runs them."""

    @pytest.mark.parametrize(
        ("name", "text", "names"),
        [
            ("test_rotate.py", PYTEST, ["test_zero", "test_one", "test_empty"]),
            (
                "rotate_test.py",
                UNITTEST,
                ["TestRotate.test_a_zero", "TestRotate.test_b_one", "TestRotate.test_c_empty"],
            ),
        ],
    )
    async def test_files_of_tests(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, names: list[str]
    ) -> None:
        """A failed assertion tells call, expected and actual result; an exception tells its line and values."""
        monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD")  # Here, with all plugins that are installed.
        run = await run_of(tmp_path, {PROGRAM: ROTATE, name: text})

        assert [(case.name, case.outcome) for case in run.cases] == list(
            zip(names, ["passed", "failed", "error"], strict=True)
        )
        wrong, raised = run.cases[1].failure, run.cases[2].failure
        assert wrong is not None
        assert replace(wrong, report=replace(wrong.report, message="")) == Failure(message=WRONG, report=REPORT)
        assert raised is not None
        assert (raised.message, raised.line, raised.report.call) == (RAISED, 10, "rotate([], 1)")
        assert raised.values == ("values = []", "k = 1", "n = 0")
        assert raised.traceback is not None
        assert f'File "{tmp_path / PROGRAM}", line 10, in rotate' in raised.traceback
        assert raised.traceback.endswith("\n# values on line 10: k = 1, n = 0")
        assert run.summary == "2 of 3 tests fail."

    async def test_examples_of_docstrings(self, tmp_path: Path) -> None:
        """Without other tests the doctests of the file are run, each as a test."""
        run = await run_of(tmp_path, {PROGRAM: ROTATE})

        assert [(case.name, case.outcome) for case in run.cases] == [
            ("rotate([1, 2, 3], 1)", "failed"),
            ("rotate([], 1)", "error"),
        ]
        first = run.report().first_failure
        assert first is not None
        assert "Expected:\n    [3, 1, 2]\nGot:\n    [2, 3, 1]\n" in first.message
        assert first.line == 4

    async def test_cases_of_input_and_output(self, tmp_path: Path) -> None:
        """A case gives the program an input and compares its output; blanks at the ends of lines do not count."""
        program = "a, b = input().split()\nprint(int(a) - int(b), ' ')\nprint()\n"
        files = {
            PROGRAM: program,
            "rotate.sum.in": "3 4\n",
            "rotate.sum.out": "7\n",
            "rotate-zero.in": "4 0\n",
            "rotate-zero.out": "4",
            "cases/letter.in": "x\n",
            "cases/letter.out": "0\n",
            "cases/alone.in": "1 1\n",
        }
        run = await run_of(tmp_path, files)

        found = {case.name: case for case in run.cases}
        assert {name: case.outcome for name, case in found.items()} == {
            "letter": "failed",
            "rotate-zero": "passed",
            "rotate.sum": "failed",
        }
        assert found["rotate.sum"].failure == Failure(message="Input: 3 4\nExpected: 7\nGot: -1  ")
        letter = found["letter"].failure
        assert letter is not None
        assert letter.message.startswith("Input: x\nExpected: 0\nIt raised an exception: ValueError: not enough values")
        assert letter.traceback is not None
        assert f'File "{tmp_path / PROGRAM}", line 1' in letter.traceback

    async def test_all_that_pass_are_green(self, tmp_path: Path) -> None:
        """A run in which every test passes is green, and its report says so."""
        run = await run_of(
            tmp_path, {PROGRAM: ROTATE.replace("k = k % n", "k = -k % (n or 1)"), "test_rotate.py": PYTEST}
        )
        assert (run.is_green, run.summary) == (True, "All 3 tests pass.")
        assert (run.report().passed, run.report().failed, run.report().errors) == (3, 0, 0)

    async def test_skipped_tests_neither_pass_nor_fail(self, tmp_path: Path) -> None:
        """Skipped tests, and those that are expected to fail, are not counted among the tests."""
        text = (
            "import pytest\n"
            "@pytest.mark.skip\ndef test_a(): assert False\n"
            "@pytest.mark.xfail\ndef test_b(): assert False\n"
            "def test_c(): pass\n"
        )
        run = await run_of(tmp_path, {PROGRAM: ROTATE, "test_rotate.py": text})
        assert [case.outcome for case in run.cases] == ["skipped", "skipped", "passed"]
        assert run.summary == "The test passes."

    async def test_a_file_that_cannot_be_loaded_is_one_error(self, tmp_path: Path) -> None:
        """If the program has a syntax error, the error says so, with the line in the program."""
        for name, text in (("test_rotate.py", PYTEST), ("test_rotate.py", UNITTEST)):
            run = await run_of(tmp_path, {PROGRAM: "def rotate(values, k)\n    return values\n", name: text})
            failure = run.cases[0].failure
            assert len(run.cases) == 1
            assert failure is not None
            assert (failure.line, run.cases[0].outcome) == (1, "error")
            assert failure.message.endswith("It could not be loaded: SyntaxError: expected ':'")


class TestWhichTests:
    """The tests are the exercise's, else those beside the file, else its doctests."""

    def test_those_of_the_exercise_come_first(self, tmp_path: Path) -> None:
        """Tests that the exercise names replace those beside the file, unless they do not exist."""
        files = {PROGRAM: ROTATE, "test_rotate.py": PYTEST, "checks.py": UNITTEST, "1.in": "", "1.out": ""}
        program = written(tmp_path, files)
        named = [tmp_path / name for name in ("checks.py", "1.in", "1.out", "gone.py")]

        assert find_tests(program, named) == [
            FoundTests("unittest", (tmp_path / "checks.py",)),
            FoundTests("cases", (tmp_path / "1.in",)),
        ]
        assert find_tests(program, [tmp_path / "gone.py"]) == [FoundTests("pytest", (tmp_path / "test_rotate.py",))]

    def test_a_file_without_tests_has_none(self, tmp_path: Path) -> None:
        """Nothing is found for a program without tests, examples and cases."""
        assert find_tests(written(tmp_path, {PROGRAM: "print(1)\n", "rotated.in": "1", "rotated.out": "1"})) == []

    def test_a_file_of_tests_stands_for_its_program(self, tmp_path: Path) -> None:
        """A file of tests belongs to the program beside it; without a program it is tested itself."""
        program = written(tmp_path, {PROGRAM: ROTATE, "test_rotate.py": PYTEST, "test_alone.py": PYTEST})
        alone = tmp_path / "test_alone.py"
        assert program_of(tmp_path / "test_rotate.py") == program
        assert program_of(alone) == alone
        assert find_tests(alone) == [FoundTests("pytest", (alone,))]


class TestTheCopy:
    """Tests run in a copy of the folder, which looks like the original."""

    async def test_the_place_is_that_of_the_copy(self, tmp_path: Path) -> None:
        """Working directory, relative paths and `__file__` lie in the copy; the original folder stays as it is."""
        text = (
            "import os, rotate\n"
            "def test_it():\n"
            "    open('written', 'w').close()\n"
            "    open(os.path.join(os.path.dirname(rotate.__file__), 'rotate.py'), 'w').close()\n"
            "    assert open('data/numbers.txt').read() == '1 2'\n"
            "    os.remove('data/numbers.txt')\n"
            f"    assert os.path.basename(os.getcwd()) == {tmp_path.name!r}\n"
            f"    assert os.getcwd() != {str(tmp_path)!r}\n"
        )
        files = {PROGRAM: ROTATE, "test_rotate.py": text, "data/numbers.txt": "1 2"}
        written(tmp_path, files)
        before = contents(tmp_path)

        run = await run_of(tmp_path, files)

        assert run.summary == "The test passes."
        assert contents(tmp_path) == before

    async def test_a_file_in_a_package_is_copied_with_it(self, tmp_path: Path) -> None:
        """If the folder is a package, the folder above it is copied, so that absolute imports work."""
        files = {
            "pkg/__init__.py": "",
            "pkg/other.py": "K = 1\n",
            f"pkg/{PROGRAM}": "from pkg.other import K\n",
            "pkg/test_rotate.py": "from pkg.rotate import K\ndef test_it(): assert K == 1\n",
        }
        written(tmp_path, files)
        program = tmp_path / "pkg" / PROGRAM
        assert (await run_tests(program, find_tests(program))).summary == "The test passes."

    async def test_a_big_folder_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A folder with too many files is not copied, and the message says what to do. Hidden folders do not count."""
        monkeypatch.setattr(folder_copy, "MAX_FILES", 3)
        files = {PROGRAM: ROTATE, "a": "", "b": "", ".git/c": "", "venv/pyvenv.cfg": "", "__pycache__/x.pyc": ""}
        assert (await run_of(tmp_path, files)).cases
        with pytest.raises(CouldNotTest, match=r"too big to be copied.*folder of its own"):
            await run_of(tmp_path, {**files, "d": ""})

    async def test_links_do_not_lead_out_of_the_copy(self, tmp_path: Path) -> None:
        """A link to a file is copied as a file, so that writing to it does not change the file that it leads to."""
        outside = tmp_path / "outside.txt"
        outside.write_text("mine")
        folder = tmp_path / "exercise"
        written(folder, {PROGRAM: ""})
        (folder / "link.txt").symlink_to(outside)
        (folder / "folder").symlink_to(tmp_path)
        text = (
            "import os\ndef test_it():\n    open('link.txt', 'a').write('x')\n    assert not os.path.exists('folder')\n"
        )
        assert (await run_of(folder, {"test_rotate.py": text})).summary == "The test passes."
        assert outside.read_text() == "mine"


async def test_edited_text_is_tested_instead_of_the_file(tmp_path: Path) -> None:
    """A text that is given for a file replaces it in the copy only."""
    program = written(tmp_path, {PROGRAM: "def rotate(v, k): return v\n", "test_rotate.py": PYTEST})
    better = ROTATE.replace("k = k % n", "k = -k % (n or 1)")
    run = await run_tests(program, find_tests(program), edited={program: better})
    assert run.is_green
    assert program.read_text() == "def rotate(v, k): return v\n"


async def test_progress_names_the_test_that_runs(tmp_path: Path) -> None:
    """While the tests run, the caller is told which one does, and how many there are."""
    text = (
        "import time, unittest\nclass T(unittest.TestCase):\n"
        "    def test_a(self): time.sleep(1)\n    def test_b(self): pass\n"
    )
    program = written(tmp_path, {PROGRAM: ROTATE, "test_rotate.py": text})
    seen: list[Progress] = []
    await run_tests(program, find_tests(program), on_progress=seen.append)
    assert Progress("T.test_a", 1, 2) in seen


@needs_proc
async def test_a_cancelled_run_leaves_nothing(tmp_path: Path) -> None:
    """Cancelling ends the processes of the run, and removes the copy."""
    text = "import os\ndef test_it():\n    while True: pass\n"
    program = written(tmp_path, {PROGRAM: ROTATE, "test_rotate.py": text})
    seen: list[Progress] = []
    task = asyncio.create_task(run_tests(program, find_tests(program), on_progress=seen.append))
    await until(lambda: bool(seen), seconds=50)
    copies = {path for path in _working_folders() if path.endswith(f"/copy/{tmp_path.name}")}
    assert copies
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not copies & _working_folders()
    assert not any(map(os.path.exists, copies))


async def test_a_missing_pytest_is_said_with_what_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the student's Python has no pytest, the run says which module is missing, and the sentence what to type."""
    (tmp_path / "empty").mkdir()
    bare = tmp_path / "bare" / "python3"
    bare.parent.mkdir()
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(tests, "student_interpreter", lambda: str(bare))
    run = await run_of(tmp_path / "exercise", {PROGRAM: ROTATE, "test_rotate.py": PYTEST})
    assert (run.missing, run.cases, run.is_green) == ("pytest", (), False)
    assert how_to_install("pytest").endswith(f"Type in a terminal: {bare} -m pip install pytest")


@needs_posix
async def test_a_slow_test_fails_and_the_others_go_on(tmp_path: Path) -> None:
    """A test that does not end is stopped at its own limit, and says so; the tests after it are run."""
    text = "from rotate import spin\ndef test_a():\n    assert spin(3) == 1\ndef test_b(): pass\n"
    files = {PROGRAM: "def spin(n):\n    while n:\n        n = n + 1\n", "test_rotate.py": text}
    run = await run_of(tmp_path, files, limits=TimeLimits(run=60, test=1))
    failure = run.cases[0].failure
    assert [case.outcome for case in run.cases] == ["error", "passed"]
    assert failure is not None
    assert failure.message == "Test failed: test_a\nIt did not finish in 1 second: spin(3)"
    assert failure.line in {2, 3}
    assert failure.values[0].startswith("n = ")


def _working_folders() -> set[str]:
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found.add(os.readlink(process / "cwd"))  # noqa: PTH115 - a link of the kernel may end in " (deleted)"
        except OSError:
            continue
    return found
