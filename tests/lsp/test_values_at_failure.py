"""The variable values that are shown for the failed line, with real processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.editor_side.redacted import redacted
from testing.student_programs import run

if TYPE_CHECKING:
    from pathlib import Path


async def values(folder: Path, code: str) -> str:
    """Run a program; return the last line of its traceback."""
    return ((await run(folder, code)).traceback or "").rpartition("\n")[2]


async def test_small_values_of_the_failing_line_are_told(tmp_path: Path) -> None:
    """The values of the failed line are those in its own frame, with attributes and globals, in order and once each."""
    code = (
        "rate = 2.5\n\ndef mean(self, n):\n    other = 1\n    return self.total * rate / n + n + len(self.names)\n\n"
        "class Course: pass\ncourse = Course()\ncourse.total = 7\ncourse.names = ['Ada', None]\nmean(course, 0)\n"
    )
    assert (
        await values(tmp_path, code)
        == "# values on line 5: self.total = 7, rate = 2.5, n = 0, self.names = ['Ada', None]"
    )


async def test_values_are_those_of_the_students_other_file(tmp_path: Path) -> None:
    """If the student's own module fails, its line's values are shown; if a library fails, the calling line's."""
    (tmp_path / "mine.py").write_text("def mean(xs):\n    return sum(xs) / len(xs)\n")
    (tmp_path / "site-packages").mkdir()
    (tmp_path / "site-packages" / "theirs.py").write_text("def mean(ys):\n    return sum(ys) / len(ys)\n")
    assert await values(tmp_path, "import mine\nx = []\nmine.mean(x)\n") == "# values on line 2: xs = []"
    path = "import sys\nsys.path.append('site-packages')\n"
    code = f"{path}import theirs\nx = []\ntheirs.mean(x)\n"
    assert await values(tmp_path, code) == "# values on line 5: x = []"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{'a': (1, 2), 'b': {3}}", "{'a': (1, 2), 'b': {3}}"),
        ("'é' + chr(10)", "'é\\n'"),
        ("list(range(1000))", "<list of length 1000>"),
        ("'x' * 100", "<str of length 100>"),
        ("[object()]", "<list of length 1>"),
        ("numpy.ndarray()", "<ndarray of shape (3, 4), float64>"),
    ],
)
async def test_values_are_plain_and_short(tmp_path: Path, value: str, told: str) -> None:
    """Long or nested values are summarised by their length, arrays by shape and type."""
    (tmp_path / "numpy.py").write_text("class ndarray:\n    shape = (3, 4)\n    dtype = 'float64'\n")
    code = f"import numpy\nv = {value}\nassert v is None\n"
    assert await values(tmp_path, code) == f"# values on line 3: v = {told}"


async def test_no_code_of_the_student_runs_for_it(tmp_path: Path) -> None:
    """Objects of the student's classes are not shown, even inside a list, so that their `__repr__` is not called."""
    code = "class A(int):\n    def __repr__(self):\n        print('called')\n\na, b = A(), [A()]\nassert a and b\n"
    outcome = await run(tmp_path, code)
    assert (outcome.traceback or "").endswith("AssertionError\n# values on line 6: b = <list of length 1>")
    assert outcome.output == ""


async def test_program_finds_all_as_without_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's path, environment, modules and hooks are the same as without the tutor, also in child processes."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "mine"))
    code = (
        "import os, subprocess, sys\n"
        "assert sys.excepthook is sys.__excepthook__\n"
        f"assert os.environ['PYTHONPATH'] == {str(tmp_path / 'mine')!r}\n"
        "here = [sys.path[1:], sorted(name for name in os.environ if name.startswith('TUTOR_'))]\n"
        "assert not any('at_start' in part for part in [*sys.path, *sys.path_importer_cache, *os.environ.values()])\n"
        "assert 'at_start' not in str(sys.modules.get('sitecustomize'))\n"
        "there = subprocess.check_output([sys.executable, '-c', 'import sys; print(sys.path[1:])'], text=True)\n"
        "assert there.strip() == str(here[0])\n"
        "assert here[1] == []\n"
    )
    outcome = await run(tmp_path, code)
    assert (outcome.exit_status, outcome.traceback) == (0, None)


async def test_a_hook_of_the_students_own_stays_theirs(tmp_path: Path) -> None:
    """If a program sets its own exception hook, the hook is still called."""
    outcome = await run(tmp_path, "import sys\nsys.excepthook = lambda *_: print('mine')\nx = 0\n1 / x\n")
    assert outcome.output.strip() == "mine"
    assert outcome.traceback is None


async def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The temporary file with the values is deleted after the run."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    assert await values(tmp_path, "x = 0\n1 / x\n") == "# values on line 2: x = 0"
    assert list((tmp_path / "temporary").iterdir()) == []


def test_private_values_do_not_leave() -> None:
    """Private values are redacted, by their variable's name or by their form."""
    told = "ValueError: no\n# values on line 3: password = 'hunter22!', mail = 'ada@uni.example'"
    traceback = redacted(traceback=told).traceback or ""
    assert "hunter22" not in traceback
    assert "ada@" not in traceback
