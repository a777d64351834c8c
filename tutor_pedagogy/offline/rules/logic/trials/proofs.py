"""Proofs of other rules' findings: whether an edit gives the right result, and whether a run contradicts a claim."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.program import Loop, Program
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.rules.logic.trials.context import watched_in
from tutor_pedagogy.offline.rules.logic.trials.evidence import evidence_of, expectations_of
from tutor_pedagogy.offline.rules.logic.trials.evidence_tests import comes_about
from tutor_pedagogy.offline.rules.logic.trials.expectations import of_symptom
from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
from tutor_pedagogy.offline.rules.logic.trials.reported import cases_of, judge
from tutor_pedagogy.offline.rules.logic.trials.spoken import of_question
from tutor_pedagogy.offline.rules.logic.trials.stage import Stage

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.evaluation import Run
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

_STEPS = 1000


def fails_with(program: Program, edit: Edit, symptom: Symptom | None) -> bool:
    """Return whether a program has a known expectation that still fails after an edit."""
    if cases_of(program) and (fits := judge(program, edit).fits) is not None:
        return not fits
    evidence = (
        evidence_of(Outline(program), Stage(_STEPS), symptom)
        if program.tree is not None and not program.margin
        else None
    )
    if evidence is None:
        return False
    changed = Outline(Program(replace(program.submission, code=edit.apply(program.code))))
    stage = Stage(_STEPS)
    first = evidence.failing[0][0]
    if first.form in ("line", "passes"):
        expectations = [replace(first, body=changed.statements)]
    else:
        expectations = expectations_of(changed, stage, symptom)
    for expectation in expectations:
        outcome = stage.outcome(expectation)
        is_endless = outcome.run.ending == "raised" or "steps" in outcome.run.reason
        is_wrong = outcome.is_known and not expectation.holds(outcome.result) and expectation.source != "word"
        if is_endless or is_wrong:
            return True
    return False


def run_of(program: Program, symptom: Symptom) -> Run | None:
    """Return the run of the failing call; None unless the evaluator gives the wrong result that is reported."""
    if program.tree is None or program.margin:
        return None
    outline = Outline(program)
    question = program.submission.question
    expectation = of_symptom(outline, symptom) or of_question(outline, Stage(_STEPS), question, symptom)
    if expectation is None:
        return None
    outcome = Stage(_STEPS).outcome(expectation, watched=watched_in(outline.statements))
    return outcome.run if outcome.is_known and comes_about(expectation, outcome) else None


def unmet(program: Program) -> tuple[str, str, str] | None:
    """Return a call that the program itself tells the result of, with that result and the one that it gives."""
    if program.tree is None or program.margin:
        return None
    evidence = evidence_of(Outline(program), Stage(_STEPS), None)
    if evidence is None:
        return None
    expectation, outcome = evidence.failing[0]
    if expectation.form not in ("value", "shown") or not isinstance(expectation.call, ast.Call) or not outcome.is_known:
        return None
    return expectation.text, expectation.right, repr(outcome.result)


_ABOUT_CONDITIONS = {
    "logic.condition-never-true": True,
    "logic.condition-always-true": False,
    "logic.condition-excludes-nothing": False,
    "logic.divides-always": None,
}
"""For each rule about a condition, the truth value that contradicts it."""
_NEVER_RUN = frozenset(("logic.code-never-reached", "logic.branch-never-reached"))
_NO_ROUND = frozenset(("logic.loop-over-empty-list", "logic.counting-down-without-step"))


class Refutations:
    """Claims of pattern rules that one run of the module contradicts. The module is run at the first question."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._run: Run | None = None

    def contradict(self, rule: str, match: Match) -> bool:
        """Return whether the run shows that a rule's claim about values or lines is false."""
        known = rule in _ABOUT_CONDITIONS or rule in _NEVER_RUN or rule in _NO_ROUND or rule == "logic.loop-never-ends"
        if not known or self._program.tree is None:
            return False
        if self._run is None:
            self._run = run(self._program.tree, steps=_STEPS)
        done, line = self._run, match.lines[0]
        if rule == "logic.loop-never-ends":
            return done.ending == "finished" and done.ran.get(line, 0) > 0
        if rule in _NO_ROUND:
            return any(
                isinstance(node, Loop) and node.lineno == line and done.ran.get(node.body[0].lineno, 0) > 0
                for node in self._program.each(ast.For, ast.While)
            )
        if rule in _NEVER_RUN:
            return any(done.ran.get(number, 0) > 0 for number in self._lines_of(rule, line))
        wrong = _ABOUT_CONDITIONS[rule]
        return wrong is not None and any(
            wrong in values for node, values in done.tests.items() if self._program.segment(node) == match.expression
        )

    def _lines_of(self, rule: str, line: int) -> list[int]:
        """Return the lines that a rule says are never run."""
        if rule == "logic.code-never-reached":
            return [second.lineno for _, first, second in self._program.neighbours if first.lineno == line]
        return [node.body[0].lineno for node in self._program.each(ast.If) if node.lineno == line]
