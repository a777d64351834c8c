"""The traced run of a failing test: what is recorded, its bounds, and runs that cannot be repeated. Real processes."""

from __future__ import annotations

import shutil
import time
from typing import TYPE_CHECKING

import pytest

from testing.student_programs import needs_posix
from testing.student_tests import contents, written
from tutor_lsp.features.told_run import tell_run
from tutor_lsp.runner import tests
from tutor_lsp.runner.found_tests import find_tests
from tutor_lsp.runner.tests import TimeLimits, run_tests
from tutor_lsp.runner.traced_failure import TracedFailure, trace_failure
from tutor_pedagogy.run_trace.steps import MOST_STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from tutor_lsp.runner.results import RunOfTests
    from tutor_pedagogy.run_trace.steps import Trace

ODD = """\
def odd(n):
    out = []
    for i in range(n):
        if i % 2:
            out.append(i)
    return out
"""
PYTEST = (
    "from rotate import odd\n\ndef test_a():\n    assert odd(0) == []\n\ndef test_b():\n    assert odd(4) == [1, 9]\n"
)
UNITTEST = """\
import unittest
from rotate import odd

class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(odd(0), [])

    def test_b(self):
        self.assertEqual(odd(4), [1, 9])
"""
STEPS = [
    (2, {"n": "4"}),
    (3, {"n": "4", "out": "[]"}),
    (4, {"n": "4", "out": "[]", "i": "0"}),
    (3, {"n": "4", "out": "[]", "i": "0"}),
    (4, {"n": "4", "out": "[]", "i": "1"}),
    (5, {"n": "4", "out": "[]", "i": "1"}),
    (3, {"n": "4", "out": "[1]", "i": "1"}),
    (4, {"n": "4", "out": "[1]", "i": "2"}),
    (3, {"n": "4", "out": "[1]", "i": "2"}),
    (4, {"n": "4", "out": "[1]", "i": "3"}),
    (5, {"n": "4", "out": "[1]", "i": "3"}),
    (3, {"n": "4", "out": "[1, 3]", "i": "3"}),
    (6, {"n": "4", "out": "[1, 3]", "i": "3"}),
    (0, {"n": "4", "out": "[1, 3]", "i": "3"}),
]
NEWER = shutil.which("python3.13") or shutil.which("python3.12")


def assertion(body: str) -> str:
    """Return a file of tests with one test, whose assertion is `body`."""
    return (
        "import unittest\nfrom rotate import *\n\n"
        f"class T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual({body})\n"
    )


async def failing(folder: Path, files: dict[str, str]) -> tuple[RunOfTests, TracedFailure | None]:
    """Run the tests of a program, and trace the first that fails."""
    program = written(folder, files)
    found = find_tests(program)
    run = await run_tests(program, found, limits=TimeLimits(run=60, test=30))
    return run, await trace_failure(program, found, run)


async def traced(folder: Path, files: dict[str, str]) -> Trace:
    """Return the steps of the first failing test, which was repeated."""
    _, failure = await failing(folder, files)
    assert failure is not None
    assert failure.is_repeated
    assert failure.trace is not None
    return failure.trace


def seen(trace: Trace) -> list[tuple[int, dict[str, str]]]:
    """Return the line and the values of each step."""
    return [(step.line, dict(step.values)) for step in trace.steps]


class TestWhatIsRecorded:
    """The steps of the first failing test in the program, whatever framework runs it."""

    @pytest.mark.parametrize(("name", "text"), [("test_rotate.py", PYTEST), ("rotate_test.py", UNITTEST)])
    async def test_only_the_failing_test(self, tmp_path: Path, name: str, text: str) -> None:
        """Each line is recorded with the values before it, and how often it ran; passing tests are not run again."""
        trace = await traced(tmp_path, {"rotate.py": ODD, name: text})

        assert seen(trace) == STEPS
        assert dict(trace.ran) == {2: 1, 3: 5, 4: 4, 5: 2, 6: 1}
        assert [(each.function, each.line, each.value) for each in trace.returns] == [("odd", 6, "[1, 3]")]
        assert (trace.count, trace.is_whole) == (13, True)

    async def test_an_example_of_a_docstring(self, tmp_path: Path) -> None:
        """The examples before the failing one prepare it, and are not recorded."""
        text = ODD.replace(
            "    out = []", '    """Odd.\n\n    >>> n = 4\n    >>> odd(n)\n    [1, 9]\n    """\n    out = []', 1
        )
        trace = await traced(tmp_path, {"rotate.py": text})

        assert [line - 6 if line else 0 for line, _ in seen(trace)] == [line for line, _ in STEPS]

    async def test_a_program_with_input(self, tmp_path: Path) -> None:
        """A case is traced from the program's first line on; its input is read."""
        code = "n = int(input())\ntotal = 0\nfor i in range(n):\n    total += i\nprint(total)\n"
        trace = await traced(tmp_path, {"rotate.py": code, "rotate.1.in": "2\n", "rotate.1.out": "9\n"})

        assert seen(trace)[:4] == [
            (1, {}),
            (2, {"n": "2"}),
            (3, {"n": "2", "total": "0"}),
            (4, {"n": "2", "total": "0", "i": "0"}),
        ]

    async def test_objects_and_long_values_are_shown_short(self, tmp_path: Path) -> None:
        """An object is shown by its fields, and a long value is cut; nothing of the student's runs for it."""
        code = """\
class Stack:
    def __init__(self):
        self.items = [1]
    def __repr__(self):
        raise ValueError("do not ask me")

def use():
    stack = Stack()
    long = "x" * 1000
    many = list(range(100_000))
    return len(many)
"""
        trace = await traced(tmp_path, {"rotate.py": code, "test_rotate.py": assertion("use(), 1")})
        values = trace.steps[-1].values

        assert values["stack"] == "Stack(items=[1])"
        assert max(map(len, values.values())) <= 120
        assert values["many"].startswith("[0, 1, 2")

    @pytest.mark.skipif(NEWER is None, reason="no Python 3.12 or newer is installed")
    async def test_by_monitoring_as_by_a_trace_function(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Python 3.12 and newer record the same steps, with `sys.monitoring`."""
        monkeypatch.setattr(tests, "student_interpreter", lambda: NEWER)
        trace = await traced(tmp_path, {"rotate.py": ODD, "test_rotate.py": UNITTEST})

        assert seen(trace) == STEPS
        assert dict(trace.ran) == {2: 1, 3: 5, 4: 4, 5: 2, 6: 1}

    async def test_an_exception_that_leaves_a_call(self, tmp_path: Path) -> None:
        """A call that an exception ends has no return; what its caller does then is recorded as the caller's."""
        code = """\
def first(values):
    return values[0]

def safe(values):
    try:
        return first(values)
    except IndexError:
        return None
"""
        trace = await traced(tmp_path, {"rotate.py": code, "test_rotate.py": assertion("safe([]), 1")})

        assert [(step.function, step.line, step.call) for step in trace.steps] == [
            ("safe", 5, 1),
            ("safe", 6, 1),
            ("first", 2, 2),
            ("safe", 7, 1),
            ("safe", 8, 1),
            ("safe", 0, 1),
        ]
        assert [each.function for each in trace.returns] == ["safe"]


class TestBounds:
    """The trace ends at its bounds, and the tutor lives, whatever the program does."""

    async def test_x5_a_call_of_ten_million_steps(self, tmp_path: Path) -> None:
        """The trace ends after 200,000 steps or a second, and keeps the last 200 steps."""
        code = "def f(n):\n    total = 0\n    for i in range(n):\n        total += i\n    return total\n"
        trace = await traced(tmp_path, {"rotate.py": code, "test_rotate.py": assertion("f(5_000_000), 1")})

        assert trace.ended in ("steps", "seconds")
        assert trace.count <= 200_000
        assert len(trace.steps) == MOST_STEPS
        assert trace.steps[-1].values["i"] == str(trace.ran[4] - 1 if trace.steps[-1].line == 3 else trace.ran[4])
        assert not trace.is_whole

    @needs_posix
    async def test_an_endless_test(self, tmp_path: Path) -> None:
        """A test that never ends is recorded up to the bound, with its last rounds."""
        code = "def f(n):\n    while n > 0:\n        n = n\n    return n\n"
        program = written(tmp_path, {"rotate.py": code, "test_rotate.py": assertion("f(3), 0")})
        found = find_tests(program)
        run = await run_tests(program, found, limits=TimeLimits(run=60, test=0.5))
        failure = await trace_failure(program, found, run)

        assert failure is not None
        assert failure.trace is not None
        told = tell_run(failure, code, run)
        assert told is not None
        assert told.trace.is_whole is False
        assert told.table.note is not None
        assert "before the test did" in told.table.note

    @pytest.mark.parametrize(
        "body",
        [
            "import sys\n    sys.settrace(lambda *_: None)\n    x = 1",
            "import sys\n    sys.setprofile(lambda *_: None)\n    x = 1",
            "import threading\n    t = threading.Thread(target=print)\n    t.start()\n    t.join()",
            "import os\n    if hasattr(os, 'fork') and not os.fork():\n        os._exit(0)\n    x = 1",
            "import os, sys\n    os.chdir('/')\n    sys.stdout = None\n    x = 1",
            "open('left.txt', 'w').write('left')\n    x = 1",
            "def g(n):\n        return 0 if n == 0 else g(n - 1)\n    g(500)",
            "x = [y for y in range(3)]\n    z = (y for y in x)\n    list(z)",
        ],
        ids=["settrace", "setprofile", "thread", "fork", "chdir", "file", "recursion", "comprehension"],
    )
    async def test_x1_programs_that_do_other_things(self, tmp_path: Path, body: str) -> None:
        """The failure is told as without a trace, and the student's folder stays as it is."""
        files = {"rotate.py": f"def f():\n    {body}\n    return 1\n", "test_rotate.py": assertion("f(), 2")}
        written(tmp_path, files)
        before = contents(tmp_path)
        run, failure = await failing(tmp_path, files)

        assert run.summary == "The test fails."
        assert failure is not None
        assert failure.trace is not None
        assert failure.trace.ran[2] == 1
        assert contents(tmp_path) == before

    @pytest.mark.parametrize("body", ["import os\n    os._exit(3)", "import sys\n    sys.exit(2)", "1 / 0"])
    async def test_x1_programs_that_end_python(self, tmp_path: Path, body: str) -> None:
        """A test that ends Python itself, or raises an exception, leaves the tutor alive, with or without a trace."""
        files = {"rotate.py": f"def f():\n    {body}\n    return 1\n", "test_rotate.py": assertion("f(), 2")}
        run, _ = await failing(tmp_path, files)

        assert run.first_failure is not None


class TestRepeating:
    """A run that cannot be repeated is said to be so."""

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("import random\ndef f():\n    return random.random() + 5\n", "other_result"),
            ("import random\ndef f():\n    x = random.randint(5, 6)\n    return 4\n", "random"),
            ("import random\nrandom.seed(1)\ndef f():\n    x = random.randint(5, 6)\n    return 4\n", None),
            ("from time import time\ndef f():\n    x = time()\n    return 4\n", "time"),
            ("import time\ndef f():\n    time.sleep(0)\n    return 4\n", None),
            ("from datetime import datetime\ndef f():\n    x = datetime.now()\n    return 4\n", "time"),
            ("def f():\n    return 4\n", None),
        ],
    )
    async def test_what_a_run_reads(self, tmp_path: Path, code: str, reason: str | None) -> None:
        """Random numbers and the time are found on the lines that ran; another result is noticed."""
        run, failure = await failing(tmp_path, {"rotate.py": code, "test_rotate.py": assertion("f(), 1")})
        assert failure is not None
        told = tell_run(failure, code, run)

        assert told is not None
        assert told.trace.unrepeatable == reason
        assert (told.table.note is None) == (reason is None)

    async def test_a_test_that_passes_alone(self, tmp_path: Path) -> None:
        """A test that fails only after others is said to have another result, and no steps are shown."""
        code = "seen = []\ndef f():\n    seen.append(1)\n    return len(seen)\n"
        text = assertion("f(), 1") + "    def test_b(self):\n        self.assertEqual(f(), 1)\n"
        run, failure = await failing(tmp_path, {"rotate.py": code, "test_rotate.py": text})
        assert failure == TracedFailure(None, is_repeated=False)
        told = tell_run(failure, code, run)

        assert told is not None
        assert (told.trace.unrepeatable, told.trace.rounds, list(told.table.steps)) == ("other_result", None, [])

    async def test_green_tests_are_not_traced(self, tmp_path: Path) -> None:
        """If all tests pass, nothing runs again."""
        start = time.monotonic()
        run, failure = await failing(
            tmp_path, {"rotate.py": "def f():\n    return 1\n", "test_rotate.py": assertion("f(), 1")}
        )

        assert (run.is_green, failure) == (True, None)
        assert time.monotonic() - start < 60
