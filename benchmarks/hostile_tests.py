"""Run hostile tests, and count those after which the bounds held: `python -m benchmarks.hostile_tests --count 500`.

Each program combines an attack of `testing.hostile_tests` with the place where it happens and the framework that runs
it. A run counts as held if it ends in time with a word for the student, if the student's folder is unchanged, and if no
process is left in the copy.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import tempfile
import textwrap
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from testing.hostile_tests import HOSTILE
from testing.student_tests import PROGRAM, contents, written
from tutor_lsp.runner.found_tests import find_tests
from tutor_lsp.runner.tests import CouldNotTest, TimeLimits, run_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMITS = TimeLimits(run=20, test=5)
END_SECONDS = 15.0
"""Seconds after the time limit in which a run must have ended, on a busy machine."""
END_LOOKS, LOOK_SECONDS = 10, 0.2
PROGRESS = 10
PLACES = ("test", "import of the tests", "import of the program", "call of the program", "exit", "thread")


def files_of(attack: str, place: str, framework: str) -> dict[str, str]:
    """Return a program and its tests. The attack is the body of a function that is called at the place."""
    body = f"def attack():\n{textwrap.indent(attack, '    ')}\n"
    called = {
        "exit": "import atexit\natexit.register(attack)",
        "thread": "import threading\nthreading.Thread(target=attack).start()",
    }.get(place, "attack()")
    in_program = place in {"import of the program", "call of the program"}
    program = "def one():\n    return 1\n"
    if place == "import of the program":
        program = f"{body}{called}\n{program}"
    elif place == "call of the program":
        program = f"{body}def one():\n    {called}\n    return 1\n"
    head = "" if in_program else body
    if place == "import of the tests":
        head += f"{called}\n"
    inside = called if place in {"test", "exit", "thread"} else "pass"
    if framework == "unittest":
        tests = (
            f"import unittest, rotate\n{head}class T(unittest.TestCase):\n"
            f"    def test_a(self): self.assertEqual(rotate.one(), 1)\n    def test_b(self):\n"
            f"{textwrap.indent(inside, '        ')}\n"
        )
    else:
        tests = (
            f"import rotate\n{head}def test_a(): assert rotate.one() == 1\ndef test_b():\n"
            f"{textwrap.indent(inside, '    ')}\n"
        )
    return {PROGRAM: program, "test_rotate.py": tests, "notes.txt": "mine\n", "data/numbers.txt": "1 2 3\n"}


def drawn(count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield the names of attacks with places and frameworks, in a random order, without repeats as long as possible."""
    chosen = [(name, place, framework) for name in HOSTILE for place in PLACES for framework in ("unittest", "pytest")]
    random.Random(seed).shuffle(chosen)
    for number in range(count):
        yield chosen[number % len(chosen)]


async def verdict(name: str, place: str, framework: str) -> str:
    """Run one program, and return `held` or what went wrong."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as temporary:
        folder = Path(temporary, f"exercise-{Path(temporary).name}")  # Other runs at the same time have other names.
        program = written(folder, files_of(HOSTILE[name][0], place, framework))
        before, began = contents(folder), time.monotonic()
        try:
            run = await run_tests(program, find_tests(program), limits=LIMITS)
        except CouldNotTest as error:
            return f"not run: {error}"
        if contents(folder) != before:
            return "the folder is changed"
        if time.monotonic() - began > LIMITS.run + END_SECONDS:
            return "too late"
        if await _is_left(folder):
            return "a process is left"
        return "held" if run.summary and (run.cases or run.stopped) else "no word"


async def _is_left(folder: Path) -> bool:
    """Return whether a process works in a copy of a folder, also after the time that a killed process needs to end."""
    for _ in range(END_LOOKS):
        if not any(f"/copy/{folder.name}" in place for place in _working_folders()):
            return False
        await asyncio.sleep(LOOK_SECONDS)
    return True


def main() -> int:
    """Run the programs, and print the figures. Return 1 if the bounds did not hold for one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--skip", type=int, default=0, help="leave out the first ones, which an earlier run had")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    for name, place, framework in islice(drawn(options.skip + options.count, options.seed), options.skip, None):
        found = asyncio.run(verdict(name, place, framework))
        counts[found] += 1
        if counts.total() % PROGRESS == 0:
            print(f"{counts.total()} run, {counts['held']} held", flush=True)
        if found != "held":
            print(f"{found}: {name}, {place}, {framework}", flush=True)
    print(f"held: {counts['held']} of {counts.total()}")
    return 0 if counts["held"] == counts.total() else 1


def _working_folders() -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield os.readlink(process / "cwd")  # noqa: PTH115 - a link of the kernel may end in " (deleted)"
        except OSError:
            continue


if __name__ == "__main__":
    sys.exit(main())
