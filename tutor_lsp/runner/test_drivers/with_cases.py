"""Run the program on inputs from files, and compare what it prints with what it should print.

A case is a pair of files, `NAME.in` and `NAME.out`. Spaces at the ends of lines and empty lines at the end of the
output do not count.
"""

from __future__ import annotations

import io
import os
import runpy
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .events import Events
    from .start import Plan

MOST_CHARACTERS, MOST_PRINTED = 2_000, 1_000_000


def run(files: list[str], plan: Plan, events: Events) -> None:
    """Run the program on each of the input files."""
    events.found(len(files))
    for file in files:
        stem = file[: -len(".in")]
        name = os.path.basename(stem)
        if not events.wants(name):
            continue
        events.started(name, is_timed=events.is_traced)
        with open(stem + ".out", encoding="utf-8", errors="replace") as expected:
            run_case = trace_case if events.is_traced else _run_case
            run_case(name, file, expected.read(), plan, events)


def _run_case(name: str, file: str, expected: str, plan: Plan, events: Events) -> None:
    with open(file, "rb") as given:
        entered = given.read()
    program = subprocess.Popen(  # noqa: S603 - the student asked to test the program
        [sys.executable, plan["program"]],
        cwd=os.path.dirname(plan["program"]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    slow = False
    try:
        printed, errors = program.communicate(entered, plan["seconds"])
    except subprocess.TimeoutExpired:
        program.kill()
        printed, errors = program.communicate()
        slow = True
    facts = {
        "case": {
            "input": entered.decode("utf-8", "replace")[:MOST_CHARACTERS],
            "expected": expected[:MOST_CHARACTERS],
            "got": printed.decode("utf-8", "replace")[:MOST_CHARACTERS],
        },
        "stderr": errors.decode("utf-8", "replace")[-MOST_CHARACTERS * 2 :],
        "exit_status": program.returncode,
        "is_slow": slow,
    }
    if not slow and _lines(printed.decode("utf-8", "replace")) == _lines(expected) and not program.returncode:
        events.passed(name)
    else:
        events.differs(name, "", **facts)


def trace_case(name: str, file: str, expected: str, plan: Plan, events: Events) -> None:
    """Run the program in this process, whose steps are recorded."""
    printed = _Output()
    with open(file, encoding="utf-8", errors="replace") as given:
        sys.stdin, sys.stdout = given, printed
        try:
            runpy.run_path(plan["program"], run_name="__main__")
        except SystemExit:
            pass
        except BaseException as error:
            events.failed(name, error)
            return
    if _lines(printed.getvalue()) == _lines(expected):
        events.passed(name)
    else:
        with open(file, encoding="utf-8", errors="replace") as given:
            entered = given.read(MOST_CHARACTERS)
        case = {"input": entered, "expected": expected[:MOST_CHARACTERS], "got": printed.getvalue()[:MOST_CHARACTERS]}
        events.differs(name, "", case=case)


class _Output(io.StringIO):
    """Keeps what the program prints, up to a bound."""

    def write(self, text: str) -> int:
        """Keep a text, unless too much is kept already."""
        if self.tell() < MOST_PRINTED:
            super().write(text)
        return len(text)


def _lines(text: str) -> list[str]:
    """Return the lines that are compared."""
    lines = [line.rstrip() for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    return lines
