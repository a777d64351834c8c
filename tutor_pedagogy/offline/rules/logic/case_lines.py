"""The lines that only the failing case of a test report runs, or only the cases that pass."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.case_values import quotable
from tutor_pedagogy.offline.rules.logic.trials.reported import case_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_pedagogy.offline.rules.logic.trials.reported import CaseRun

UNTESTED = Rule("logic.same-answer-for-two-cases", "logic")


class Compared(NamedTuple):
    """The first case that fails, and the cases of the same function that pass, each with the lines that it runs."""

    failing: CaseRun
    passing: list[CaseRun]

    @property
    def only_failing(self) -> set[int]:
        """The lines that the failing case runs and no other; none if these are most of its lines."""
        own = lines_of(self.failing)
        found = own.difference(*map(lines_of, self.passing))
        return found if len(found) <= len(own) / 2 else set()

    @property
    def only_passing(self) -> set[int]:
        """The lines that each of the passing cases runs, and the failing one does not."""
        return set.intersection(*map(lines_of, self.passing)) - lines_of(self.failing)


def compared(program: Program) -> Compared | None:
    """Return the cases whose lines can be compared; None if no case fails or none passes."""
    runs = [run for run in case_runs(program) if run.outcome.run.ending == "finished"]
    failing = next((run for run in runs if not run.is_passed), None)
    if failing is None:
        return None
    passing = [run for run in runs if run.is_passed and _called(run) == _called(failing)]
    return Compared(failing, passing) if passing else None


def lines_of(run: CaseRun) -> set[int]:
    """Return the lines that a case runs."""
    return {line for line, times in run.outcome.run.ran.items() if times}


def statements(program: Program, lines: Iterable[int]) -> list[int]:
    """Return those of some lines that begin a statement of a function, in their order."""
    found = []
    for line in sorted(lines):
        node = program.statement_at(line)
        is_step = node is not None and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if is_step and program.function_at(line) is not None:
            found.append(line)
    return found


def first_line_apart(program: Program) -> int | None:
    """Return the first line that only the failing case runs; that of the condition above a branch with a `return`."""
    pair = compared(program)
    found = statements(program, pair.only_failing) if pair is not None else []
    return found[0] if found else None


def explain_same_answer(program: Program, symptom: Symptom) -> tuple[Rule, Match] | None:
    """Return the `return` that gives a fixed answer in the failing case and in cases that pass, or None.

    The passing cases run a line on the way there that the failing one does not.
    """
    pair = compared(program)
    if pair is None or pair.failing.case.given != symptom.call:
        return None
    function = symptom.function_in(program)
    answers = [
        answer
        for answer in (program.returns_of(function) if function is not None else [])
        if isinstance(answer.value, ast.Constant)
        and pair.failing.outcome.run.ran.get(answer.lineno) == 1
        and repr(answer.value.value) == pair.failing.case.got
    ]
    if len(answers) != 1:
        return None
    answer = answers[0]
    alike = [run for run in pair.passing if answer.lineno in lines_of(run)]
    if not alike:
        return None
    apart = statements(program, set.intersection(*map(lines_of, alike)) - lines_of(pair.failing))
    other = min(alike, key=lambda run: len(run.case.given))
    if not apart or not all(quotable(each.case.given) for each in (pair.failing, other)):
        return None
    slots: dict[str, Any] = {
        "call": Code(pair.failing.case.given),
        "other": Code(other.case.given),
        "apart": str(program.shown(apart[0])),
        "expected": Code(pair.failing.case.expected),
        "got": Code(pair.failing.case.got or ""),
        **_of_change(program, function, apart),
    }
    return UNTESTED, program.on_line(answer, **slots)


def _of_change(program: Program, function: Function | None, lines: list[int]) -> dict[str, Any]:
    """Return the slots for a name that one of some lines changes, and that has a value in any case: a start value."""
    for line in lines:
        node = program.statement_at(line)
        target = node.target if isinstance(node, ast.AugAssign) else None
        if not isinstance(target, ast.Name):
            continue
        places = [at for at, _ in program.assignments(target.id) if program.function_at(at) is function]
        start = program.statement_at(min(places)) if places and min(places) < line else None
        if start is not None and program.loop_around(start) is None:
            return {"counted": Code(target.id), "changing": str(program.shown(line))}
    return {"counted": "", "changing": ""}


def _called(run: CaseRun) -> str:
    return run.case.given.partition("(")[0] if run.case.kind == "call" else ""
