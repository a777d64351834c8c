"""X1: whatever a student's tests do, the bounds hold, the tutor lives, and the student's folder stays as it is."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest

from testing.student_programs import needs_posix
from testing.student_tests import PROGRAM, contents, run_of, written
from tutor_lsp.runner import confined
from tutor_lsp.runner.confinement import MEANS
from tutor_lsp.runner.found_tests import find_tests
from tutor_lsp.runner.tests import TimeLimits, run_tests

pytestmark = [needs_posix, pytest.mark.skipif(sys.platform != "linux", reason="most bounds hold on Linux only")]

LIMITS = TimeLimits(run=20, test=8)
FIRST = "import rotate, unittest\nclass T(unittest.TestCase):\n  def test_a(self): self.assertEqual(rotate.one(), 1)\n"
HOSTILE = {
    "fork": (
        "import os\nwhile True: os.fork()",
        r"started more than 64 processes|took more than 1024 MB|BlockingIOError",
    ),
    "fork and leave the group": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(60)\n    os._exit(0)",
        "",
    ),
    "a forked child that goes on": ("import os\nos.fork()", ""),
    "threads": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
        r"started more than 64 processes and threads|can't start new thread",
    ),
    "a thread that never ends": ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()", ""),
    "endless output": (
        "import os\nwhile True: os.write(1, b'x' * 65536)",
        r"printed more than 8 MB, and was stopped|did not finish",
    ),
    "endless output beside stdout": (
        "import os\nwhile True: os.write(2, b'x' * 65536)",
        r"printed more|did not finish",
    ),
    "4 GB at once": ("x = bytearray(4 * 1024**3)", "MemoryError"),
    "4 GB bit by bit": (
        "x = []\nwhile True: x.append(b'x' * (16 * 1024**2))",
        r"took more than 1024 MB of memory|MemoryError",
    ),
    "deletes files": ("import os\nfor name in os.listdir(): os.remove(name)", ""),
    "deletes the folder": ("import shutil\nshutil.rmtree('.')", ""),
    "endless files": (
        "n = 0\nwhile True:\n    n += 1\n    open(f'f{n}', 'wb').write(b'x' * 8 * 1024**2)",
        r"wrote more than 128 MB of files|did not finish|No space",
    ),
    "a huge file": ("f = open('f', 'wb')\nwhile True: f.write(b'x' * 1024**2)", r"File too large|SIGXFSZ|wrote more"),
    "deep folders": ("import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')", ""),
    "locked folders": ("import os\nos.mkdir('d')\nopen('d/f', 'w').close()\nos.chmod('d', 0)", ""),
    "a socket": (
        "import socket\nsocket.create_connection(('192.0.2.1', 80), 3)",
        "Network is unreachable|Permission denied",
    ),
    "os._exit": ("import os\nos._exit(0)", r"ended Python itself \(exit status 0\), before all tests were done"),
    "os.abort": ("import os\nos.abort()", r"crashed Python itself \(SIGABRT\)"),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)", r"crashed Python itself \(SIGKILL\)"),
    "kills its parent": ("import os\nos.kill(os.getppid(), 9)", ""),
    "kills everything": ("import os, signal\nos.kill(-1, signal.SIGTERM)", ""),
    "a C crash": ("import ctypes\nctypes.string_at(0)", r"crashed Python itself \(SIGSEGV\)"),
    "settrace": ("import sys\nsys.settrace(lambda *a: 1 / 0)\ndef f(): pass\nf()", "ZeroDivisionError"),
    "chdir": ("import os\nos.chdir('/')", ""),
    "stdout": ("import sys\nsys.stdout = sys.stderr = None\nsys.__stdout__ = None", ""),
    "closed files": ("import os\nos.closerange(0, 256)", ""),
    "sys.exit": ("import sys\nsys.exit(3)", "SystemExit: 3"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", r"KeyboardInterrupt|ended Python itself"),
    "deep recursion": ("def f(): f()\nf()", "RecursionError"),
    "very deep recursion": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(x): repr(x)\nx = []\nfor _ in range(10**6): x = [x]\nf(x)",
        r"crashed Python itself|RecursionError|did not (?:finish|end)|MemoryError",
    ),
    "an exception that cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
        "E",
    ),
    "a value that cannot be shown": (
        (
            "class V:\n    def __repr__(self): raise ValueError\n"
            "    def __getattribute__(self, name): raise ValueError\n"
            "v = V()\nraise KeyError(1)"
        ),
        "KeyError: 1",
    ),
    "no modules": ("import sys\nfor name in list(sys.modules):\n    if name != __name__: sys.modules[name] = None", ""),
    "replaced functions": ("import os, json\nos.open = os.write = json.dumps = None", ""),
    "ignored alarms": (
        "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass",
        r"was stopped",
    ),
    "swallowed alarms": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        r"did not end in 20 seconds|did not finish in 8 seconds",
    ),
}


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
