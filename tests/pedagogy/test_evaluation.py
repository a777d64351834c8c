"""The evaluator's result for a program is the same as CPython's, or the evaluator stops without a result."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from testing.evaluator_cases import evaluated_programs, generated_program
from testing.lesson_cases import lesson_cases, lesson_files
from tutor_pedagogy.offline.engine.lesson import lesson_of
from tutor_pedagogy.offline.evaluation import UNKNOWN, Run, run, value_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN_ALL = """
import contextlib, io, json, signal, sys
told, sys.stderr = sys.stderr, io.StringIO()
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
json.dump(ends, told)
"""


def programs() -> dict[str, str]:
    """Return every worked example, and every case of the lessons whose program parses."""
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


def real_ends(programs: dict[str, str], folder: Path) -> dict[str, tuple[str, str | None, int | None]]:
    """Return the output, exception and line with which CPython ends each program."""
    done = subprocess.run(
        [sys.executable, "-I", "-W", "ignore", "-c", RUN_ALL],
        input=json.dumps(programs),
        capture_output=True,
        text=True,
        timeout=55,
        check=True,
        cwd=folder,
    )
    return {name: tuple(end) for name, end in json.loads(done.stderr).items()}


@pytest.mark.parametrize(
    ("source", "least"),
    [
        (programs, 0.7),
        (evaluated_programs, 1.0),
        (lambda: {str(seed): code for seed in range(250) if parses(code := generated_program(seed))}, 0.8),
    ],
    ids=["lessons", "language", "generated"],
)
def test_the_evaluator_ends_as_cpython(source: Callable[[], dict[str, str]], least: float, tmp_path: Path) -> None:
    """A program that the evaluator runs to its end prints the same, and raises the same on the same line."""
    tried = source()
    real = real_ends(tried, tmp_path)
    runs = {name: run(ast.parse(code), steps=20_000) for name, code in tried.items()}
    ended = {name: end(done) for name, done in runs.items() if done.ending != "stopped" and done.is_certain}

    assert ended == {name: end for name, end in real.items() if name in ended}
    assert len(ended) >= len(runs) * least


def end(done: Run) -> tuple[str | None, str | None, int | None]:
    """Return the output, exception and line of a run."""
    error = None if done.exception is None else type(done.exception).__name__
    return done.output, error, None if error is None else done.line


def test_input_comes_from_the_given_lines() -> None:
    """`input()` returns the given lines in order, and raises `EOFError` after the last."""
    code = "n = int(input('How many? '))\nprint(n + int(input()))\ninput()\n"
    done = run(ast.parse(code), inputs=("3", "4"))

    assert (done.output, type(done.exception), done.line) == ("How many? 7\n", EOFError, 3)
    assert not run(ast.parse(code)).is_certain


def test_a_run_begins_with_the_given_names() -> None:
    """A call is evaluated with the given variables."""
    call = ast.parse("total(prices)[0]", mode="eval").body
    tree = ast.parse("def total(ns):\n    return sum(ns), len(ns)\n")

    assert run(tree, call=call, names={"prices": [1, 2]}).value == 3


@pytest.mark.parametrize(
    ("expression", "value"), [("len(x) + 1", 3), ("x[5]", UNKNOWN), ("y", UNKNOWN), ("x.append(1)", UNKNOWN)]
)
def test_the_value_of_an_expression(expression: str, value: object) -> None:
    """The value of an expression is unknown if it cannot be computed, or has side effects."""
    assert value_of(ast.parse(expression, mode="eval").body, {"x": [1, 2]}) is value or value == 3


def test_the_visible_names_of_an_exception() -> None:
    """After an exception, the run's `names` are the variables that are visible at the failing line."""
    done = run(ast.parse("a = 1\ndef f(b):\n    return b / 0\nf(2)\n"))

    assert {name: done.names[name] for name in "ab"} == {"a": 1, "b": 2}
