"""Every case of every lesson file: the tutor finds the rule and the line, and offers the expected edit."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from testing.each_case import each_case
from testing.lesson_cases import LessonCase, finding_of, lesson_cases, lesson_files
from tutor_pedagogy.offline import diagnose
from tutor_pedagogy.offline.engine.lesson import source_of
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.engine.rule import rules_of
from tutor_pedagogy.offline.rules import logic, runtime, syntax
from tutor_pedagogy.offline.rules.logic.rule import SURE
from tutor_pedagogy.offline.rules.runtime.rule import RuntimeRule

if TYPE_CHECKING:
    import pytest

    from tutor_pedagogy.offline.engine.rule import Rule

CASES = lesson_cases()
PARTS = 4
KINDS: dict[str, tuple[str, ...]] = {
    "syntax": ("syntax",),
    "runtime": ("runtime",),
    "logic": ("logic",),
    "numerical": ("runtime", "logic"),
}
DETECTED: tuple[Rule, ...] = (*syntax.RULES, *runtime.RULES, *logic.RULES)


@each_case(CASES, parts=PARTS)
def test_rule_and_line_are_named(case: LessonCase) -> None:
    """The tutor finds the rule of the lesson file, at the line that the case's heading names."""
    finding = finding_of(case)

    assert (finding.rule, finding.lines) == (case.rule, (case.line,))
    assert finding.error_type in KINDS[case.family]
    if case.expression:
        assert finding.expression == case.expression


@each_case([case for case in CASES if case.mended], parts=PARTS)
def test_edit_mends_the_program(case: LessonCase) -> None:
    """Applying the edit to a case's program gives the corrected program of the lesson file."""
    edit = finding_of(case).edit

    assert edit is not None
    assert case.mended == edit.apply(case.code)


@each_case(CASES, parts=PARTS)
def test_every_edit_compiles(case: LessonCase) -> None:
    """Applying an edit gives a program that compiles."""
    edit = finding_of(case).edit

    if edit is not None:
        ast.parse(edit.apply(case.code))


def test_every_rule_has_a_case() -> None:
    """Every rule has a case in its lesson file, except rules that only a symptom reveals, and two tested elsewhere.

    A rule for what newer versions of Python accept has cases for older ones only.
    """
    shown = {case.rule for case in CASES}
    hidden = {rule.name for rule in logic.RULES if rule.certainty < SURE}
    elsewhere = {"runtime.number-from-input", "syntax.null-character"}

    missing = {rule.name for rule in DETECTED} - shown - hidden
    assert {rule for rule in missing if " before Python 3." not in source_of(rule)} == elsewhere


def test_rule_function_and_lesson_file_have_one_name() -> None:
    """A rule, its detector function and its lesson file have the same name."""
    files = set(lesson_files())

    for rule in runtime.RULES:
        assert rule.detect.__name__ == rule.name.partition(".")[2].replace("-", "_")
    for smell in logic.RULES:
        assert smell.detect.__name__ == smell.name.partition(".")[2].replace("-", "_")
    for cause in syntax.RULES:
        assert cause.guess.__name__ == cause.name.partition(".")[2].replace("-", "_")
    assert {rule.name for rule in DETECTED} <= files


@each_case(lesson_cases("logic", "numerical"), parts=PARTS)
def test_a_rule_needs_nothing_that_a_program_with_its_pattern_lacks(case: LessonCase) -> None:
    """The search that is limited to a rule's syntax patterns finds the same as the unlimited search."""
    program = Program(case.submission())

    for rule in logic.RULES:
        assert list(rule.find(program)) == list(rule.search(program))


def test_precedence_is_what_the_rules_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the rules in reverse order each case still finds its rule, since only `before` sets the precedence."""
    monkeypatch.setattr(runtime, "RULES", runtime.in_order(reversed(rules_of(runtime.MODULES, RuntimeRule))))
    monkeypatch.setattr(runtime, "rules_for", runtime.rules_for.__wrapped__)
    crashes = [case for case in CASES if case.is_crash or case.message]

    assert {str(case): diagnose(case.submission()).rule for case in crashes} == {str(c): c.rule for c in crashes}
