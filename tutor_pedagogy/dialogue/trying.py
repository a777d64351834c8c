"""Trying a changed program in the evaluator: whether a mistake that was found is gone in it."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.parsing import check, parse
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_pedagogy.problem.syntax_tree import expression_tree, syntax_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis
    from tutor_pedagogy.offline.evaluation import Run
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

Ending = Literal["mended", "same", "other", "wrong", "unreadable", "unknown"]
_TYPED = (("7", "3", "5", "2", "9", "4"), ("anna", "ben", "eva", "tom"))
"""What is typed for a program that reads input: numbers, then words."""
_STEPS = 3000
_LONGEST_RESULT = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The end of a changed program.

    `mended`: the mistake is gone. `same`: it is still there. `other`: another exception comes than before.
    `wrong`: the result is another one than the expected one. `line` is that of an exception, from 1 in the changed
    code. `result` is the value or the output that was compared.
    """

    ending: Ending
    exception: str = ""
    line: int = 0
    result: str = ""
    output: str | None = None
    is_known_edit: bool = False
    """Whether the change is the edit of the finding."""
    is_known_crash: bool = False
    """Whether the exception that is gone came in the evaluator, too, without the change."""
    has_finished: bool = False


_UNKNOWN = Trial(ending="unknown")


class Laboratory:
    """Trials of changed versions of a diagnosed program. What the program does unchanged is found out once."""

    def __init__(self, diagnosis: Diagnosis) -> None:
        self.diagnosis = diagnosis
        program = diagnosis.program
        text = without_values(program.submission.traceback or "")
        self.crash: Crash | None = read_crash(text, program)
        self.symptom: Symptom | None = read_symptom(text, program.submission.question)

    @property
    def is_about_names(self) -> bool:
        """Whether the program failed because a name has no value."""
        return self.crash is not None and self.crash.exception in ("NameError", "UnboundLocalError")

    @cached_property
    def _edited(self) -> str | None:
        edit = self.diagnosis.finding.edit
        return None if edit is None else _normal(edit.apply(self.diagnosis.program.code))

    @cached_property
    def typed(self) -> Sequence[str] | None:
        """The input with which the program fails as it was reported, None if it reads no input."""
        program = self.diagnosis.program
        if not any(is_call_of(node, "input") for node in program.each(ast.Call)):
            return None
        for lines in _TYPED:
            done = run(program.tree, inputs=lines, steps=_STEPS) if program.tree is not None else None
            if done is not None and self.crash is not None and _is_crash(done, self.crash):
                return lines
        return _TYPED[0]

    @cached_property
    def before(self) -> Run | None:
        """The run of the program as it is; None if it does not parse or is a fragment."""
        program = self.diagnosis.program
        if program.tree is None or program.fault is not None or program.run is None:
            return None
        return program.run if self.typed is None else run(program.tree, inputs=self.typed, steps=_STEPS)

    def attempt(self, code: str) -> Trial:
        """Return the end of a changed version of the program."""
        program = self.diagnosis.program
        tree = parse(code, cell=program.is_cell)
        if not isinstance(tree, ast.Module) or check(tree, cell=program.is_cell) is not None:
            fault = tree if not isinstance(tree, ast.Module) else None
            return Trial(ending="unreadable", line=getattr(fault, "line", 0), exception="SyntaxError")
        if self._edited is not None and _normal(code) == self._edited:
            done = self._run(tree)
            is_loop = done.ending == "mended" and not done.result
            return replace(done if is_loop or done.result else _UNKNOWN, ending="mended", is_known_edit=True)
        if program.fault is not None:
            return self._parsed(tree)
        return self._run(tree)

    def as_it_is(self) -> Trial:
        """Return the end of the program as it stands, for a question whether it is right now."""
        tree = self.diagnosis.program.tree
        if tree is None or self.before is None:
            return _UNKNOWN
        if (known := self._expected(tree)) is not None:
            return known
        done = self.before
        if done.ending == "raised" and done.exception is not None:
            return Trial(ending="other", exception=type(done.exception).__name__, line=done.line)
        if done.ending == "stopped":
            is_endless = self.symptom is not None and "endless" in self.symptom.kinds and done.is_certain
            return Trial(ending="same") if is_endless else _UNKNOWN
        return replace(_UNKNOWN, output=done.output if done.is_certain else None, has_finished=done.is_certain)

    def _parsed(self, tree: ast.Module) -> Trial:
        done = run(tree, steps=_STEPS)
        if done.ending == "raised" and done.exception is not None:
            return Trial(ending="other", exception=type(done.exception).__name__, line=done.line)
        return Trial(ending="mended", output=done.output if done.ending == "finished" else None)

    def _run(self, tree: ast.Module) -> Trial:
        program = self.diagnosis.program
        if program.cells or program.margin or program.first_line:
            return _UNKNOWN
        if (known := self._expected(tree)) is not None:
            return known
        done = run(tree, inputs=self.typed, steps=_STEPS)
        output = done.output if done.ending == "finished" else None
        error = type(done.exception).__name__ if done.exception is not None else ""
        if self.crash is not None and self.crash.exception != "AssertionError":
            return self._against_crash(done, output, error)
        return self._against_assertion(done, error) if error or self.crash is not None else self._against_loop(done)

    def _against_assertion(self, done: Run, error: str) -> Trial:
        if error:
            was = self.before.exception if self.before is not None else None
            is_same = self.crash is not None and type(was).__name__ == error
            return Trial(ending="same" if is_same else "other", exception=error, line=done.line)
        was_raised = self.crash is not None and self.before is not None and _is_crash(self.before, self.crash)
        if was_raised and done.ending == "finished":
            return Trial(ending="mended", output=done.output)
        return _UNKNOWN

    def _against_loop(self, done: Run) -> Trial:
        """Return whether a program that did not end ends now; what it prints for any other program."""
        was_endless = self.before is not None and self.before.ending == "stopped" and self.before.is_certain
        output = done.output if done.ending == "finished" else None
        if self.symptom is None or "endless" not in self.symptom.kinds or not was_endless:
            return replace(_UNKNOWN, output=output)
        if done.ending == "finished" and done.is_certain:
            return Trial(ending="mended", output=output)
        return Trial(ending="same") if done.is_certain else _UNKNOWN

    def _against_crash(self, done: Run, output: str | None, error: str) -> Trial:
        crash, before = self.crash, self.before
        if crash is None or before is None or not _is_crash(before, crash):
            return _UNKNOWN
        if error:
            is_same = error == crash.exception and (
                done.line == crash.line or str(done.exception) == str(before.exception)
            )
            return Trial(ending="same" if is_same else "other", exception=error, line=done.line)
        is_past = done.ending == "finished" or done.ran.get(crash.line, 0) >= before.ran.get(crash.line, 0)
        if not is_past or (done.ending != "finished" and done.line == crash.line):
            return _UNKNOWN
        return Trial(ending="mended", output=output, is_known_crash=True)

    def _expected(self, tree: ast.Module) -> Trial | None:
        """Return the trial of the call or the output that the student has named; None if there is none."""
        symptom = self.symptom
        if symptom is None or symptom.expected is None:
            return None
        if symptom.call is not None:
            done = _called(tree, symptom.call)
            if done is None or done.ending == "raised":
                error = "" if done is None else type(done.exception).__name__
                return Trial(ending="other", exception=error, line=done.line) if done is not None else None
            got = repr(done.value) if done.ending == "finished" and done.is_certain else None
        else:
            done = run(tree, inputs=self.typed, steps=_STEPS)
            if done.ending != "finished" or done.output is None or not done.is_certain:
                return None
            got = _line_with(symptom.got, self.before, done.output)
        if got is None or len(got) > _LONGEST_RESULT:
            return _UNKNOWN
        wanted = symptom.expected.strip()
        if symptom.call is None and got.endswith((f" {wanted}", f":{wanted}")):
            got = wanted
        is_right = _is_equal(got, wanted)
        return Trial(ending="mended" if is_right else "wrong", result=got, output=done.output)


def _line_with(told: str | None, before: Run | None, output: str) -> str:
    """Return the printed line in whose place the unchanged program prints the wrong result; else the last line."""
    lines = output.strip().split("\n")
    old = (before.output or "").strip().split("\n") if before is not None else []
    at = next((at for at, line in enumerate(old) if told and line.endswith(told)), None)
    return lines[at] if at is not None and at < len(lines) else lines[-1]


def _called(tree: ast.Module, code: str) -> Run | None:
    """Return the run of a call after the definitions of a module; None if the call cannot be read."""
    try:
        call = expression_tree(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    kept = [node for node in tree.body if not isinstance(node, ast.Assert | ast.Expr)]
    return run(ast.Module(kept, []), call=call, steps=_STEPS)


def _is_equal(got: str, wanted: str) -> bool:
    if got == wanted or got.strip("'\"") == wanted.strip("'\""):
        return True
    try:
        return bool(ast.literal_eval(got) == ast.literal_eval(wanted))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _is_crash(done: Run, crash: Crash) -> bool:
    return done.exception is not None and type(done.exception).__name__ == crash.exception and done.line == crash.line


def _normal(code: str) -> str:
    """Return code without what does not change its meaning, to compare two versions."""
    try:
        return ast.dump(syntax_tree(code))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return code
