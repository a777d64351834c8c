"""What the cases of a test report tell, as sentences for a hint on a wrong result whose cause is not known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.rules.logic.case_values import (
    contrast,
    difference,
    failing_case,
    nearest_passing,
    quotable,
    smallest_case,
)
from tutor_pedagogy.offline.rules.logic.trials.reported import case_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.cause import Cause
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import KnownCase


def with_cases(text: str, program: Program, cause: Cause, level: HintLevel) -> str:
    """Return the text about a wrong result with what the cases tell, if the cause itself is not known.

    Level 1 names the passing case that is nearest to the failing one, level 2 says how the result differs, and level 3
    which lines only the one or the other has run.
    """
    failing = failing_case(program)
    if cause.rule.error_type != "logic" or cause.certainty != "start_here" or failing is None:
        return text
    match level:
        case HintLevel.QUESTION:
            told = _nearest(program, failing)
        case HintLevel.CONCEPT:
            told = " ".join(filter(None, (_difference(failing), _contrast(program))))
        case HintLevel.STRUCTURE:
            told = lines_apart(program)
        case _:
            told = ""
    return f"{text}\n\n{told}" if told else text


def _nearest(program: Program, failing: KnownCase) -> str:
    if failing.kind != "call" or not quotable(failing.given):
        return ""
    passing = nearest_passing(program, failing)
    if passing is not None and quotable(passing.given):
        return f"It works for `{passing.given}` and not for `{failing.given}`. What is different about the second case?"
    smallest = smallest_case(program)
    if passing is None and smallest is not None and quotable(smallest.given) and quotable(smallest.expected):
        if smallest.outcome != "passed" and smallest != failing:
            return f"The smallest case that fails is `{smallest.given}`, which should give `{smallest.expected}`. Try it first."
    return ""


def _difference(failing: KnownCase) -> str:
    return "" if failing.got is None or failing.kind != "call" else difference(failing.expected, failing.got)


def _contrast(program: Program) -> str:
    told = contrast(program)
    return f"In the known cases, each that fails has {told} in what is given, and none that passes has." if told else ""


def lines_apart(program: Program) -> str:
    """Return a sentence on the first line that only the failing case runs, or only those that pass; else ""."""
    runs = [run for run in case_runs(program) if run.outcome.run.ending == "finished"]
    failing = next((run for run in runs if not run.is_passed), None)
    passing = [run for run in runs if run.is_passed]
    if failing is None or not passing or not quotable(failing.case.given):
        return ""
    ran = [{line for line, times in run.outcome.run.ran.items() if times} for run in passing]
    own = {line for line, times in failing.outcome.run.ran.items() if times}
    call = failing.case.given
    names = _listed(run.case.given for run in passing)
    if only := _statements(program, own - set().union(*ran)):
        return f"Line {program.shown(only[0])} is run in `{call}`, and in none of the cases that pass{names}."
    if left_out := _statements(program, set.intersection(*ran) - own):
        return f"Line {program.shown(left_out[0])} is run in each of the cases that pass{names}, and not in `{call}`."
    return ""


def first_line_apart(program: Program) -> int | None:
    """Return the first line, from 1, that the first failing case runs and no passing one does."""
    runs = [run for run in case_runs(program) if run.outcome.run.ending == "finished"]
    failing = next((run for run in runs if not run.is_passed), None)
    passing = [run for run in runs if run.is_passed]
    if failing is None or not passing:
        return None
    own = {line for line, times in failing.outcome.run.ran.items() if times}
    found = _statements(program, own.difference(*(run.outcome.run.ran for run in passing)))
    return found[0] if found else None


def _statements(program: Program, lines: Iterable[int]) -> list[int]:
    """Return the lines that begin a statement of a function, but no definition."""
    found = []
    for line in sorted(lines):
        node = program.statement_at(line)
        if node is not None and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(line)
    return found


def _listed(calls: Iterable[str]) -> str:
    shown = [f"`{call}`" for call in calls if quotable(call)][:2]
    return f", such as {' and '.join(shown)}" if shown else ""
