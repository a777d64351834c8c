"""Expectations of the cases that a test report tells, and whether an edit fits all of them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.logic.trials.evidence_tests import comes_about
from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation, expression, literal
from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
from tutor_pedagogy.offline.rules.logic.trials.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.rules.logic.trials.stage import Outcome
    from tutor_protocol import KnownCase

STEPS_WITH_CASES = 16_000
"""The maximum number of steps of the search for a change, if a test report tells cases."""
_STEPS_OF_RUNS = 16_000
_STEPS_OF_EDIT = 8_000
_STEPS_OF_CASE = 3_000
_FEWEST = 2
"""The number of cases that have to be known where the evaluator does not know others."""
_LEEWAY = 1_500


class CaseRun(NamedTuple):
    """A case, and its run in the evaluator, which gives the reported result."""

    case: KnownCase
    expectation: Expectation
    outcome: Outcome

    @property
    def is_passed(self) -> bool:
        """Whether the case gives the right result."""
        return self.case.outcome == "passed"


class Judged(NamedTuple):
    """What becomes of the cases after an edit.

    `fits` is whether each gives the right result; None if that is not known. `first` is the result of the first case
    that failed, if it is known.
    """

    fits: bool | None
    first: Any = UNKNOWN


def cases_of(program: Program) -> tuple[KnownCase, ...]:
    """Return the cases that the submission's test report tells."""
    report = program.submission.test_report
    return report.cases if report is not None else ()


def of_cases(outline: Outline) -> Iterator[Expectation]:
    """Yield the expectations of the cases of the test report whose right result can be compared."""
    for case in cases_of(outline.program):
        call, entered = None, None
        is_value, wanted = True, case.expected
        if case.kind == "input":
            entered = tuple(case.given.split("\n"))
        else:
            call = expression(case.given)
            is_value, wanted = literal(case.expected)
            if call is None or not is_value or not outline.holds(call):
                continue
        yield Expectation(
            form="ending" if call is None else "value",
            text=case.given,
            body=outline.statements if call is None else outline.needed_for(call),
            call=call,
            wanted=wanted,
            got=case.got,
            source="case",
            entered=entered,
            case=case,
        )


@lru_cache(maxsize=8)
def case_runs(program: Program) -> tuple[CaseRun, ...]:
    """Return the cases that come about in the evaluator as they are reported, with their runs."""
    if program.tree is None or program.margin:
        return ()
    stage, found = Stage(_STEPS_OF_RUNS), []
    for expectation in of_cases(Outline(program)):
        outcome = stage.outcome(expectation, limit=_STEPS_OF_CASE)
        if expectation.case is not None and is_as_reported(expectation, outcome):
            found.append(CaseRun(expectation.case, expectation, outcome))
    return tuple(found)


def is_as_reported(expectation: Expectation, outcome: Outcome) -> bool:
    """Return whether the evaluator gives the result that a case has in the report."""
    case = expectation.case
    if case is None:
        return True
    if not outcome.is_known:
        has_ended_badly = outcome.run.ending == "raised" or "steps" in outcome.run.reason
        return case.outcome == "error" and has_ended_badly
    if case.outcome == "passed":
        return expectation.holds(outcome.result)
    return case.outcome == "failed" and comes_about(expectation, outcome)


@lru_cache(maxsize=64)
def judge(program: Program, edit: Edit) -> Judged:
    """Return what becomes of the known cases of a program after an edit."""
    before = case_runs(program)
    if not before:
        return Judged(fits=None)
    changed = Outline(Program(replace(program.submission, code=edit.apply(program.code))))
    if changed.program.tree is None:
        return Judged(fits=False)
    after = {each.case: each for each in of_cases(changed)}
    stage, fits, first = Stage(_STEPS_OF_EDIT), True, UNKNOWN
    is_known = len(before) == len(cases_of(program))
    for number, run in enumerate(sorted(before, key=lambda each: each.is_passed)):
        expectation = after.get(run.case)
        if expectation is None:
            return Judged(fits=False)
        has_ended = run.outcome.run.ending == "finished"
        limit = 2 * run.outcome.run.steps + _LEEWAY if has_ended else _STEPS_OF_CASE
        outcome = stage.outcome(expectation, limit=limit)
        if outcome.is_known:
            first = outcome.result if number == 0 else first
            fits = fits and expectation.holds(outcome.result)
        elif outcome.run.ending == "raised" or ("steps" in outcome.run.reason and stage.steps_left > 0):
            fits = False
        else:
            is_known = False
        if not fits:
            return Judged(fits=False, first=first)
    return Judged(fits=True if is_known or len(before) >= _FEWEST else None, first=first)
