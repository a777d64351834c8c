"""The evidence: which expectations of a program fail and which hold, in the student's version."""

from __future__ import annotations

import ast
import builtins
from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.trials.context import watched_in
from tutor_pedagogy.offline.rules.logic.trials.evidence_tests import comes_about
from tutor_pedagogy.offline.rules.logic.trials.expectations import (
    MAX_EXPECTATIONS,
    expression,
    of_asserts,
    of_doctests,
    of_others,
    of_symptom,
)
from tutor_pedagogy.offline.rules.logic.trials.passing import of_failed, of_passing, of_reported
from tutor_pedagogy.offline.rules.logic.trials.reported import is_as_reported, of_cases
from tutor_pedagogy.offline.rules.logic.trials.search import Evidence
from tutor_pedagogy.offline.rules.logic.trials.spoken import is_reordered, of_comments, of_question
from tutor_pedagogy.offline.rules.logic.trials.told import of_hint, of_prose
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation
    from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
    from tutor_pedagogy.offline.rules.logic.trials.stage import Outcome, Stage

_MOST_TEXT = 4000
_SHARE = 3
"""The student's version may use a third of all steps."""


def evidence_of(outline: Outline, stage: Stage, symptom: Symptom | None) -> Evidence | None:
    """Return the evidence; None without an expectation that fails, or if a reported result does not come about."""
    if symptom is not None and "unrounded" in symptom.kinds:
        return None
    expectations = expectations_of(outline, stage, symptom)
    return _sorted(outline, stage, expectations) if expectations else None


def expectations_of(outline: Outline, stage: Stage, symptom: Symptom | None) -> list[Expectation]:
    """Return the expectations of a program and its symptom, the reported one first."""
    found = list(
        islice(
            chain(of_asserts(outline), of_doctests(outline), of_comments(outline), of_prose(outline)), MAX_EXPECTATIONS
        )
    )
    reported = of_symptom(outline, symptom)
    if reported is not None and _is_of_state(outline, reported):
        reported, symptom = None, None
    if reported is None and symptom is not None:
        submission = outline.program.submission
        reported = of_question(outline, stage, submission.question, symptom) or of_hint(
            outline, stage, symptom, f"{submission.traceback or ''}\n{submission.question or ''}"[:_MOST_TEXT]
        )
    if reported is not None and symptom is not None:
        others = of_reported(outline, outline.program.submission.traceback or "", _plain(reported.text))
        found = [*of_others(outline, symptom), *others, *found]
    if reported is None or reported.source != "name":
        texts = {each.text for each in found}
        found += [each for each in of_failed(outline) if each.text not in texts]
        found += of_passing(outline)
    if reported is None:
        return found
    cases = list(of_cases(outline))
    told = {_plain(reported.text), *(_plain(each.text) for each in cases)}
    further = [each for each in cases if _plain(each.text) != _plain(reported.text)]
    return [reported, *further, *(each for each in found if _plain(each.text) not in told)]


def _is_of_state(outline: Outline, reported: Expectation) -> bool:
    """Return whether an own assertion failed that is about a variable of the module: all lines above it count."""
    done = outline.program.run
    if reported.source != "test" or reported.call is None or done is None:
        return False
    if not isinstance(done.exception, AssertionError):
        return False
    names = {node.id for node in walk(reported.call) if isinstance(node, ast.Name)}
    return bool(names - set(outline.program.functions) - set(dir(builtins)))


def _plain(call: str) -> str:
    """Return the code of a call as `unparse` writes it."""
    tree = expression(call)
    return ast.unparse(tree) if tree is not None else call


def _sorted(outline: Outline, stage: Stage, expectations: Sequence[Expectation]) -> Evidence | None:
    reported = expectations[0] if expectations[0].source in ("test", "question", "name") else None
    failing: list[tuple[Expectation, Outcome]] = []
    holding: list[tuple[Expectation, Outcome]] = []
    watched = watched_in(outline.statements)
    most = stage.steps_left // _SHARE
    for expectation in expectations:
        if expectation.form == "passes" and failing:
            break
        limit = most if expectation.form == "output" else min(most, 1000)
        outcome = stage.outcome(expectation, limit=limit, watched=watched)
        if not _is_about_the_failure(expectation, outcome):
            continue
        has_no_result = _has_no_result(outcome)
        if has_no_result and (expectation is reported or not failing):
            failing.append((expectation, outcome))
        if not outcome.is_known:
            if expectation is reported and not has_no_result:
                return None
            continue
        if expectation is reported and not comes_about(expectation, outcome):
            return None
        if expectation.holds(outcome.result):
            holding.append((expectation, outcome))
        elif _is_comparable(expectation, outcome):
            failing.append((expectation, outcome))
    return Evidence(failing, holding) if failing else None


def _is_about_the_failure(expectation: Expectation, outcome: Outcome) -> bool:
    """Return whether a run is the one that was reported; one that should pass counts if an assertion ended it."""
    if expectation.form == "passes":
        return isinstance(outcome.run.exception, AssertionError)
    return is_as_reported(expectation, outcome)


def _has_no_result(outcome: Outcome) -> bool:
    done = outcome.run
    return done.ending == "raised" or (done.ending == "stopped" and "steps" in done.reason)


def _is_comparable(expectation: Expectation, outcome: Outcome) -> bool:
    """Return whether a wrong result contradicts its expectation; words beside the code may mean something else."""
    if expectation.source == "word":
        return is_reordered(str(outcome.result), str(expectation.wanted))
    if expectation.source == "prose":
        kinds = {type(outcome.result), type(expectation.wanted)}
        return len(kinds) == 1 or kinds <= {int, float}
    return True
