"""Claims about a wrong result, held against every case that the test report tells."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.logic.symptom import is_complaint
from tutor_pedagogy.offline.rules.logic.trials.reported import Judged, case_runs, cases_of, judge

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.engine.rule import Rule
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_pedagogy.offline.rules.logic.trials.reported import CaseRun
    from tutor_protocol import Certainty

NOT_ALONE = "not_alone"
"""The slot of a match whose edit was dropped, since a known case fails with it."""
_TOLD_BY_NONE = frozenset(
    f"logic.{name}"
    for name in (
        "return-forgotten",
        "result-never-returned",
        "end-without-return",
        "way-without-return",
        "answer-of-method-in-place",
        "answer-of-call-forgotten",
        "nothing-written-yet",
        "inner-function-never-called",
    )
)
"""Rules that the result None proves: the function comes to its end, or to an answer that is None."""
_TRUE_ANYWAY = frozenset(("logic.method-named-not-called", "logic.result-before-all-items"))
"""Rules that tell what the run shows: a line without effect, a loop left in its first round.

That stays true if a case fails with their edit as well.
"""
_ENDLESS = frozenset(("logic.loop-never-ends", "logic.loop-stands-still", "logic.never-comes-to-an-end"))


def is_refuted(program: Program, symptom: Symptom | None, rule: Rule, match: Match) -> bool:
    """Return whether a known case contradicts a claim: it still fails after the edit, or never comes to the line."""
    if symptom is None or not cases_of(program):
        return False
    if _contradicts_symptom(program, symptom, rule, match):
        return True
    failing = next((run for run in case_runs(program) if not run.is_passed), None)
    if failing is not None and failing.outcome.run.ending != "stopped" and not _may_matter(program, match, failing):
        return True
    judged = judge(program, match.edit) if match.edit is not None else Judged(fits=None)
    if rule.name in _TRUE_ANYWAY:
        return False
    return judged.fits is False and not _is_no_longer_none(rule, symptom, judged.first)


def _contradicts_symptom(program: Program, symptom: Symptom, rule: Rule, found: Match) -> bool:
    """Return whether a claim does not explain the result, or the runs of the cases show the opposite of it."""
    match rule.name:
        case "logic.list-changed-while-looping":
            return "order" in symptom.kinds  # A list that is changed in a loop over it loses items, not their order.
        case "logic.no-item-beats-the-start":
            return _is_beaten(program, found)
        case "logic.never-changed":
            start = program.statement_at(found.lines[0])
            names = {each.id for each in getattr(start, "targets", []) if isinstance(each, ast.Name)}
            added = {node.target.id for node in program.each(ast.AugAssign) if isinstance(node.target, ast.Name)}
            return bool(names & added) or not _has_rounds(program, found)
    return rule.name in _ENDLESS and "endless" not in symptom.kinds


def is_doubted(program: Program, symptom: Symptom | None, certainty: Certainty) -> bool:
    """Return whether every test passes and nobody complains, so that only a certain mistake is told."""
    report = program.submission.test_report
    if symptom is not None or report is None or certainty == "certain" or is_complaint(program.submission.question):
        return False
    return bool(report.passed) and not report.failed and not report.errors


def without_refuted_edit(program: Program, match: Match) -> Match:
    """Return a match without its edit if a known case fails with it."""
    is_false = match.edit is not None and cases_of(program) and judge(program, match.edit).fits is False
    return replace(match, edit=None, slots={**match.slots, NOT_ALONE: "yes"}) if is_false else match


def certainty_of(
    program: Program, symptom: Symptom | None, rule: Rule, match: Match, certainty: Certainty
) -> Certainty:
    """Return the certainty of a claim: that of a mere start unless the known cases, or the result None, prove it."""
    if certainty == "start_here" or symptom is None or not cases_of(program) or match.is_proved:
        return certainty
    is_seen = (
        (rule.name in _TOLD_BY_NONE and symptom.got == "None")
        or (rule.name == "logic.answer-of-method-in-place" and _is_none_inside(symptom))
        or (rule.name in _ENDLESS and "endless" in symptom.kinds)
        or (rule.name == "logic.order-lost-in-set" and "order" in symptom.kinds)
        or rule.name == "logic.generator-handed-out"
    )
    if is_seen:
        return certainty
    if match.edit is None:
        return "start_here"
    return certainty if judge(program, match.edit).fits else "start_here"


def _is_beaten(program: Program, match: Match) -> bool:
    """Return whether the start value of a search is replaced in a case that fails."""
    name = match.slots.get("name", "")
    stores = [
        node.lineno
        for node in program.each(ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == name and node.lineno != match.lines[0]
    ]
    return any(run.outcome.run.ran.get(line) for run in case_runs(program) if not run.is_passed for line in stores)


def _has_rounds(program: Program, match: Match) -> bool:
    """Return whether a case that fails runs the body of a loop below the matched line, as far as that is known."""
    function = program.function_at(match.lines[0])
    loops: list[ast.For | ast.While] = program.each(ast.For, ast.While)
    bodies = [
        loop.body[0].lineno
        for loop in loops
        if loop.lineno > match.lines[0] and program.function_at(loop.lineno) is function
    ]
    failing = [run.outcome.run.ran for run in case_runs(program) if not run.is_passed]
    return not failing or any(ran.get(line) for ran in failing for line in bodies)


def _may_matter(program: Program, match: Match, failing: CaseRun) -> bool:
    """Return whether the failing case runs a matched line, or a line that an edit changes."""
    ran = failing.outcome.run.ran
    lines = {*match.lines, *match.also}
    if match.edit is not None:
        lines |= set(range(match.edit.line, match.edit.line + match.edit.before.count("\n") + 1))
    within = {
        line
        for line in lines
        for node in (program.statement_at(line),)
        if node is None
        or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        or ran.get(node.lineno)
    }
    return bool(within)


def _is_none_inside(symptom: Symptom) -> bool:
    """Return whether a result holds None, and the right one does not."""
    return "None" in (symptom.got or "") and "None" not in (symptom.expected or "None")


def _is_no_longer_none(rule: Rule, symptom: Symptom, result: object) -> bool:
    return rule.name in _TOLD_BY_NONE and symptom.got == "None" and result is not UNKNOWN and result is not None
