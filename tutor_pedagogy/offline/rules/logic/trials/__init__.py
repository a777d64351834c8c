"""Trials: logic errors with a known right result, found by trying small changes of the program in the evaluator."""

from __future__ import annotations

import ast
from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.trials.candidates import MAX_CANDIDATES, candidates_in, candidates_of
from tutor_pedagogy.offline.rules.logic.trials.context import Context
from tutor_pedagogy.offline.rules.logic.trials.evidence import evidence_of
from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
from tutor_pedagogy.offline.rules.logic.trials.passing import without_tests
from tutor_pedagogy.offline.rules.logic.trials.proofs import Refutations, fails_with, run_of, unmet
from tutor_pedagogy.offline.rules.logic.trials.reported import STEPS_WITH_CASES, cases_of
from tutor_pedagogy.offline.rules.logic.trials.search import search
from tutor_pedagogy.offline.rules.logic.trials.stage import STEPS_OF_OUTPUT, Stage
from tutor_pedagogy.offline.rules.logic.trials.verdict import PLACES, RULES, verdict

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.engine.rule import Rule
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol import Certainty


def diagnose(program: Program, symptom: Symptom | None) -> tuple[Rule, Match, Certainty] | None:
    """Return the rule for a wrong result that a small change corrects, with its match and certainty; or None.

    The code is not run by Python. None means that no right result is known, that the wrong one does not come about in
    the evaluator, or that no small change gives the right one.
    """
    if program.tree is None or program.margin:
        return None
    stage = Stage(STEPS_WITH_CASES) if cases_of(program) else Stage()
    outline = Outline(program)
    evidence = evidence_of(outline, stage, symptom)
    if evidence is None:
        return None
    expectation, outcome = evidence.failing[0]
    if expectation.form == "output":
        stage.steps_left += STEPS_OF_OUTPUT
    statements = outline.statements
    if expectation.form == "passes":
        statements = without_tests(statements)
    elif expectation.shown_by is not None:
        statements = outline.behind(expectation.shown_by)
    elif expectation.call is not None and expectation.form != "printed":
        needed = set(expectation.body)
        statements = [each for each in statements if each in needed]
    context = Context(program, outcome.run)
    made = candidates_in(program, statements, context)
    if expectation.form == "printed" and isinstance(expectation.call, ast.Call):
        shown = (candidates_of(program, part, context) for part in expectation.call.args)
        made = chain(made, *shown)
    found = search(stage, evidence, list(islice(made, MAX_CANDIDATES)))
    return verdict(program, stage, evidence, found)


__all__ = ["PLACES", "RULES", "Refutations", "diagnose", "fails_with", "run_of", "unmet"]
