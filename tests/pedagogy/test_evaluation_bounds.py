"""The limits of the evaluator: a hostile program cannot take long, nest too deeply, or reach the evaluator itself."""

from __future__ import annotations

import ast
import gc
import time
import warnings
from functools import partial
from typing import TYPE_CHECKING

import pytest

from testing.evaluator_cases import generated_program, hostile_programs
from tutor_pedagogy.offline.evaluation import Run, run
from tutor_pedagogy.offline.evaluation.run import MISTAKE

if TYPE_CHECKING:
    from collections.abc import Callable

FRAMES = 300
"""The number of nested Python calls from which the evaluator is called."""
SECONDS_PER_STEP = 25e-6
"""The maximum processor time of a step, in seconds: about ten times that of the most expensive operation."""
PROGRAMS = {name: code for name, code in hostile_programs().items() if not name.startswith("misuse")}


def parsed(code: str) -> ast.Module:
    """Return the syntax tree of a program, without showing CPython's warnings about it."""
    with warnings.catch_warnings(action="ignore"):
        return ast.parse(code)


def parses(code: str) -> bool:
    """Return whether the code parses."""
    try:
        parsed(code)
    except SyntaxError:
        return False
    return True


def below(frames: int, call: Callable[[], Run]) -> Run:
    """Return the result of a function that is called below a number of nested calls."""
    return call() if frames == 0 else below(frames - 1, call)


def processor_time(tree: ast.Module, steps: int) -> float:
    """Return the processor time of a run in seconds."""
    before = time.process_time()
    run(tree, steps=steps)
    return time.process_time() - before


@pytest.mark.parametrize("steps", [4_000, pytest.param(20_000, marks=pytest.mark.real_time)])
def test_the_processor_time_of_a_step_is_bounded(steps: int) -> None:
    """No hostile program takes more time than its number of steps allows, whatever native operations it uses."""
    bound = steps * SECONDS_PER_STEP
    trees = {name: parsed(code) for name, code in PROGRAMS.items()}
    slow = {name: tree for name, tree in trees.items() if processor_time(tree, steps) > bound}

    assert [name for name, tree in slow.items() if processor_time(tree, steps) > bound] == []


def test_no_exception_escapes_below_a_deep_stack() -> None:
    """Even if it is called from a deep stack, the evaluator never fails, and the text of an exception is limited."""
    trees = {name: parsed(code) for name, code in hostile_programs().items()}
    ends = {name: below(FRAMES, partial(run, tree)) for name, tree in trees.items()}

    assert [name for name, done in ends.items() if done.reason.startswith(MISTAKE)] == []
    assert all(len(str(done.exception)) < 100_000 for done in ends.values())


@pytest.mark.real_time
def test_the_depth_bound_does_not_depend_on_the_caller() -> None:
    """A run has the same result whether it is called from a shallow or a deep stack."""
    trees = {name: parsed(code) for name, code in hostile_programs().items()}
    here, there = (
        {
            name: (done.reason, done.steps)
            for name, tree in trees.items()
            for done in [below(frames, partial(run, tree))]
        }
        for frames in (0, FRAMES)
    )

    assert here == there


def test_generated_programs_end_by_design() -> None:
    """No random program makes the evaluator fail."""
    codes = [code for code in map(generated_program, range(1000, 1400)) if parses(code)]

    assert [code for code in codes if run(parsed(code)).reason.startswith(MISTAKE)] == []


def test_every_budget_ends_a_run() -> None:
    """A run with any step limit stops for that reason, and takes no more steps."""
    tree = ast.parse("class A:\n    def f(self): return [x * 2 for x in range(9)]\nwhile True:\n    print(A().f())\n")
    for steps in range(1, 400, 7):
        done = run(tree, steps=steps)
        assert (done.ending, done.reason) == ("stopped", "the program takes too many steps")
        assert done.steps <= steps


def test_the_frames_of_a_run_are_freed_at_once() -> None:
    """The program's functions leave no reference cycle, so their variables are freed without the garbage collector."""
    tree = ast.parse("def f():\n    def g(): return g, value\n    value = {1}\n    return g\nkept = f()\n")
    gc.collect()
    gc.disable()
    try:
        run(tree)
        assert gc.collect() == 0
    finally:
        gc.enable()
