"""X1: whatever a student's tests do, the bounds hold, the tutor lives, and the student's folder stays as it is."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from testing.hostile_tests import HOSTILE
from testing.student_programs import needs_posix
from testing.student_tests import PROGRAM, contents, run_of, written
from tutor_lsp.runner import confined
from tutor_lsp.runner.confinement import MEANS
from tutor_lsp.runner.found_tests import find_tests
from tutor_lsp.runner.tests import TimeLimits, run_tests

pytestmark = [needs_posix, pytest.mark.skipif(sys.platform != "linux", reason="most bounds hold on Linux only")]

LIMITS = TimeLimits(run=20, test=8)
FIRST = "import rotate, unittest\nclass T(unittest.TestCase):\n  def test_a(self): self.assertEqual(rotate.one(), 1)\n"


def hostile_files(code: str) -> dict[str, str]:
    """Return a program whose second test runs hostile code."""
    body = "".join(f"    {line}\n" for line in code.split("\n"))
    tests = f"{FIRST}  def test_hostile(self):\n{body}"
    return {PROGRAM: "def one(): return 1\n", "test_rotate.py": tests, "notes.txt": "mine\n"}


@pytest.mark.parametrize("name", HOSTILE)
async def test_x1_the_bounds_hold(tmp_path: Path, name: str) -> None:
    """X1: the run ends in time with a clear word, the first test counts, and the student's folder is unchanged."""
    code, words = HOSTILE[name]
    files = hostile_files(code)
    written(tmp_path, files)
    before = contents(tmp_path)

    run = await run_of(tmp_path, files, limits=LIMITS)

    assert contents(tmp_path) == before
    assert run.cases[0].outcome == "passed"
    said = " ".join([run.summary, run.stopped or "", *(case.failure.message for case in run.cases if case.failure)])
    assert re.search(words, said), said


@pytest.mark.parametrize("means", [MEANS, ("landlock", "limits")], ids=["namespaces", "landlock"])
async def test_x1_other_paths_are_closed(tmp_path: Path, means: tuple[str, ...]) -> None:
    """X1: on Linux the student's own files cannot be changed through any path, and nothing else can be written."""
    other = tmp_path / "other.txt"
    other.write_text("mine")
    folder = tmp_path / "exercise"
    refused = {
        "write": f"open({str(other)!r}, 'a')",
        "remove": f"os.remove({str(other)!r})",
        "make": f"open({str(tmp_path / 'new')!r}, 'x')",
        "move": f"os.rename({str(folder / PROGRAM)!r}, {str(tmp_path / 'moved')!r})",
        "truncate": f"os.truncate({str(other)!r}, 0)",
        "network": "socket.create_connection(('192.0.2.1', 80), 3)",
    }
    if "namespaces" in means:
        refused["rights"] = f"os.chmod({str(other)!r}, 0)"
    lines = [
        "import os, socket, unittest",
        "class T(unittest.TestCase):",
        " def test_copy_is_open(self):",
        "  open('new', 'w').close()",
        "  open('/dev/null', 'w').write('x')",
    ]
    for name, attempt in refused.items():
        lines += [f" def test_{name}(self):", f"  with self.assertRaises(OSError): {attempt}"]
    program = written(folder, {PROGRAM: "def one(): return 1\n", "test_rotate.py": "\n".join(lines) + "\n"})
    run = await run_tests(program, find_tests(program), limits=LIMITS, means=means)

    if run.means != means:
        pytest.skip(f"this system only has {run.means}")
    assert run.summary == f"All {len(run.cases)} tests pass."
    assert other.read_text() == "mine"


@pytest.mark.parametrize("means", [MEANS, ("landlock", "limits"), ()], ids=["namespaces", "landlock", "nothing"])
async def test_x1_no_process_is_left(tmp_path: Path, means: tuple[str, ...]) -> None:
    """X1: processes that leave the group are ended with the run, whatever the system offers."""
    code = (
        "import os, subprocess, sys\n"
        "for _ in range(3):\n"
        "    subprocess.Popen([sys.executable, '-c', 'import os, time; os.setsid(); time.sleep(99)'])\n"
    )
    program = written(tmp_path, hostile_files(code))
    run = await run_tests(program, find_tests(program), limits=LIMITS, means=means)
    assert run.cases[0].outcome == "passed"
    assert _in_copy_of(tmp_path) == set()


async def test_x1_many_small_processes_are_counted_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """X1: the bound of memory is one for all processes together."""
    monkeypatch.setattr(confined, "MEMORY_BYTES", 200 * 1024**2)
    code = (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        x = b'x' * (60 * 1024**2)\n"
        "        time.sleep(60)\n"
        "time.sleep(60)\n"
    )
    run = await run_of(tmp_path, hostile_files(code), limits=LIMITS)
    assert run.stopped == "took more than 200 MB of memory, and was stopped"


def _in_copy_of(folder: Path) -> set[str]:
    """Return the processes that work in a copy of a folder."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"/copy/{folder.name}" in os.readlink(process / "cwd"):  # noqa: PTH115 - a link of the kernel
                found.add(process.name)
        except OSError:
            continue
    return found
