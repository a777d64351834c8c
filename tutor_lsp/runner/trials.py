"""Try an edit on a copy of the student's folder, with the tests or the run that failed."""

from __future__ import annotations

import ast
import asyncio
import warnings
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from tutor_lsp.runner.bounded import CouldNotRun
from tutor_lsp.runner.confined import run_confined
from tutor_lsp.runner.folder_copy import FolderTooBig, in_copy, root_of
from tutor_lsp.runner.interpreter import student_interpreter
from tutor_lsp.runner.tests import CouldNotTest, TimeLimits, run_tests
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tutor_lsp.runner.found_tests import FoundTests
    from tutor_lsp.runner.results import RunOfTests

Tried = Literal["passed", "failed", "not_run"]

TRIAL_SECONDS = 10.0
"""The longest time for a trial. An edit that would take longer was not tried."""
RUN_SECONDS = 6.0
_LEAVING = frozenset(("exit", "quit", "_exit", "abort", "skip", "skipTest", "SkipTest", "importorskip", "xfail"))
"""Functions with which a program gets past a test or a failing line without passing it."""
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)
_ASKS_FOR_INPUT = "EOFError: EOF when reading a line"


@dataclass(frozen=True, slots=True)
class TestTrial:
    """The tests that failed. An edit passes if each test of that run passes, and none is left out."""

    __test__: ClassVar[bool] = False
    """Tells pytest that this is no class of tests."""
    program: Path
    tests: tuple[FoundTests, ...]
    names: tuple[str, ...]
    """The names of the tests that ran."""
    root: Path | None = None

    @classmethod
    def of(cls, program: Path, tests: Sequence[FoundTests], run: RunOfTests, root: Path | None) -> TestTrial:
        """Return the trial that repeats a run of tests."""
        names = tuple(case.name for case in run.cases if case.outcome != "skipped")
        return cls(program, tuple(tests), names, root)


@dataclass(frozen=True, slots=True)
class RunTrial:
    """The program whose run failed. An edit passes if the program runs to its end."""

    program: Path


Trial = TestTrial | RunTrial


async def try_edit(trial: Trial, file: Path, before: str, after: str) -> Tried:
    """Return whether a failure is gone when a file of the student's has another text. `before` is its present text.

    Nothing of the student's is changed. An edit that takes away what the tests are about has failed without a run.
    """
    if not keeps_subject(before, after, is_tested=isinstance(trial, TestTrial)):
        return "failed"
    try:
        async with asyncio.timeout(TRIAL_SECONDS):
            if isinstance(trial, TestTrial):
                return await _with_tests(trial, file, after)
            return await _with_run(trial, file, after)
    except (TimeoutError, CouldNotTest, CouldNotRun, FolderTooBig, OSError, ValueError):
        return "not_run"


def keeps_subject(before: str, after: str, *, is_tested: bool) -> bool:
    """Return whether an edited program still has what can fail: functions, examples and, without tests, statements.

    An edit that deletes a function or an example, leaves the program early, skips a test or ignores all exceptions
    makes a failure go away, and mends nothing.
    """
    old, new = _parsed(before), _parsed(after)
    if new is None or after.count(">>>") < before.count(">>>"):
        return False
    if old is None:
        return True
    kept = (_is_definition, _is_assertion) if is_tested else (_is_definition, _is_assertion, _is_deed)
    added = (_is_leaving, _is_silent)
    return all(_count(new, each) >= _count(old, each) for each in kept) and all(
        _count(new, each) <= _count(old, each) for each in added
    )


async def _with_tests(trial: TestTrial, file: Path, after: str) -> Tried:
    limits = TimeLimits(run=RUN_SECONDS)
    run = await run_tests(trial.program, trial.tests, limits=limits, root=trial.root, edited={file: after})
    if run.stopped is not None and "did not end" in run.stopped:
        return "not_run"
    passed = Counter(case.name for case in run.cases if case.outcome == "passed")
    return "passed" if run.is_green and not Counter(trial.names) - passed else "failed"


async def _with_run(trial: RunTrial, file: Path, after: str) -> Tried:
    folder = root_of(trial.program.parent)
    async with in_copy(folder) as copied:
        copied.in_copy(file).write_text(after, encoding="utf-8")
        program = copied.in_copy(trial.program)
        command = [student_interpreter(), str(program)]
        run = await run_confined(command, copied, program.parent, seconds=RUN_SECONDS)
    if run.report["timed_out"] or _ASKS_FOR_INPUT in run.report["stderr"]:
        return "not_run"
    return "failed" if run.report["exit_status"] else "passed"


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return syntax_tree(text.removeprefix("\ufeff"))
    except _NOT_PARSED:
        return None


def _count(tree: ast.Module, is_wanted: Callable[[ast.AST], bool]) -> int:
    return sum(map(is_wanted, ast.walk(tree)))


def _is_leaving(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _LEAVING
        case ast.Raise(exc=ast.Name(id="SystemExit" | "SkipTest")):
            return True
    return False


def _is_silent(node: ast.AST) -> bool:
    """Return whether a handler of exceptions does nothing, or catches every exception."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    is_any = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
    return is_any or all(isinstance(each, ast.Pass | ast.Continue) for each in node.body)


def _is_definition(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)


def _is_assertion(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert)


def _is_deed(node: ast.AST) -> bool:
    return isinstance(node, ast.stmt) and not isinstance(node, ast.Pass | ast.Import | ast.ImportFrom)
