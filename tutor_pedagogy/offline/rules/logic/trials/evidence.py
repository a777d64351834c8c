"""The evidence: which expectations of a program fail and which hold, in the student's version."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.trials.context import watched_in
from tutor_pedagogy.offline.rules.logic.trials.expectations import (
    MAX_EXPECTATIONS,
    ends_with,
    equal,
    literal,
    of_asserts,
    of_doctests,
    of_others,
    of_symptom,
)
from tutor_pedagogy.offline.rules.logic.trials.search import Evidence
from tutor_pedagogy.offline.rules.logic.trials.spoken import is_reordered, of_comments, of_question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation
    from tutor_pedagogy.offline.rules.logic.trials.outline import Outline
    from tutor_pedagogy.offline.rules.logic.trials.stage import Outcome, Stage

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
    found = list(islice(chain(of_asserts(outline), of_doctests(outline), of_comments(outline)), MAX_EXPECTATIONS))
    reported = of_symptom(outline, symptom)
    if reported is None and symptom is not None:
        reported = of_question(outline, stage, outline.program.submission.question, symptom)
    if reported is not None and symptom is not None:
        found = [*of_others(outline, symptom), *found]
    return [reported, *(each for each in found if each.text != reported.text)] if reported is not None else found


def _sorted(outline: Outline, stage: Stage, expectations: Sequence[Expectation]) -> Evidence | None:
    reported = expectations[0] if expectations[0].source in ("test", "question", "name") else None
    failing: list[tuple[Expectation, Outcome]] = []
    holding: list[tuple[Expectation, Outcome]] = []
    watched = watched_in(outline.statements)
    most = stage.steps_left // _SHARE
    for expectation in expectations:
        outcome = stage.outcome(expectation, limit=min(most, 1000), watched=watched)
        has_no_result = outcome.run.ending == "raised" or (
            outcome.run.ending == "stopped" and "steps" in outcome.run.reason
        )
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
        elif expectation.source != "word" or is_reordered(str(outcome.result), str(expectation.wanted)):
            failing.append((expectation, outcome))
    return Evidence(failing, holding) if failing else None


def comes_about(expectation: Expectation, outcome: Outcome) -> bool:
    """Return whether a result is the wrong one that the student reports."""
    got = expectation.got
    if expectation.form == "ending" and got is not None:
        return ends_with(str(outcome.result), got) and not expectation.holds(outcome.result)
    if got is None or expectation.holds(outcome.result):
        return not expectation.holds(outcome.result)
    is_value, value = literal(got)
    return (is_value and equal(outcome.result, value)) or got.strip() in (str(outcome.result), repr(outcome.result))
