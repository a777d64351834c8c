"""The evaluator agrees with CPython, or it stops."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from testing.lesson_cases import lesson_cases, lesson_files
from tutor_pedagogy.offline.engine.lesson import lesson_of
from tutor_pedagogy.offline.evaluation import Run, run

if TYPE_CHECKING:
    from pathlib import Path

RUN_ALL = """
import contextlib, io, json, signal, sys
ends = {}
def stop(*_): raise TimeoutError
signal.signal(signal.SIGALRM, stop)
for name, code in json.load(sys.stdin).items():
    sys.stdin, out, error, line = io.StringIO(), io.StringIO(), None, None
    sys.setrecursionlimit(200)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        with contextlib.redirect_stdout(out):
            exec(compile(code, name, "exec"), {"__name__": "__main__"})
    except BaseException as raised:
        at = raised.__traceback__
        while at.tb_next is not None and at.tb_next.tb_frame.f_code.co_filename == name:
            at = at.tb_next
        error, line = type(raised).__name__, at.tb_lineno
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    ends[name] = [out.getvalue()[:20000], error, line]
json.dump(ends, sys.stderr)
"""


def programs() -> dict[str, str]:
    """Return every worked example and every case of the lessons that parses."""
    examples = {
        f"{rule}-example-{number}": example.code
        for rule in lesson_files()
        for number, example in enumerate(lesson_of(rule).examples)
    }
    cases = {f"{case}": case.code for case in lesson_cases() if case.family != "syntax"}
    return {name: code for name, code in {**examples, **cases}.items() if parses(code)}


def parses(code: str) -> bool:
    """Return whether the code compiles."""
    try:
        compile(code, "program", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


@pytest.fixture(scope="module")
def real_ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, str | None, int | None]]:
    """Return the output, exception and line with which CPython ends each program."""
    folder: Path = tmp_path_factory.mktemp("programs")
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", RUN_ALL],
        input=json.dumps(programs()),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
        cwd=folder,
    )
    return {name: tuple(end) for name, end in json.loads(done.stderr).items()}


def test_the_evaluator_ends_as_cpython(real_ends: dict[str, tuple[str, str | None, int | None]]) -> None:
    """A program that the evaluator runs to its end prints the same, and raises the same on the same line."""
    runs = {name: run(ast.parse(code)) for name, code in programs().items()}
    ended = {name: end(done) for name, done in runs.items() if done.ending != "stopped" and done.is_certain}

    assert ended == {name: end for name, end in real_ends.items() if name in ended}
    assert len(ended) > len(runs) * 0.7


def end(done: Run) -> tuple[str | None, str | None, int | None]:
    """Return the output, exception and line of a run."""
    error = None if done.exception is None else type(done.exception).__name__
    return done.output, error, None if error is None else done.line
