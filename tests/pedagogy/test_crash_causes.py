"""Causes of crashes that stand elsewhere: found where they are the cause, and not claimed where another one is."""

from __future__ import annotations

from collections import Counter

from testing.crash_causes import CrashingProgram, crashing_programs
from testing.each_case import each_case
from tutor_pedagogy.offline import diagnose

PROGRAMS = crashing_programs()


@each_case([each for each in PROGRAMS if each.line])
def test_a_cause_is_named_at_its_line(program: CrashingProgram) -> None:
    """The tutor names the rule and the line that hold the cause."""
    finding = diagnose(program.submission())

    assert (finding.rule, finding.lines[0]) == (program.rule, program.line)


@each_case([each for each in PROGRAMS if not each.line])
def test_a_cause_is_not_claimed_for_a_program_that_only_looks_alike(program: CrashingProgram) -> None:
    """A program that looks alike and fails for another reason gets another rule."""
    assert program.rule != diagnose(program.submission()).rule


def test_each_rule_is_held_against_programs_that_look_alike() -> None:
    """There are as many programs without a rule's cause as with it."""
    counts = Counter((program.rule, bool(program.line)) for program in PROGRAMS)

    assert {rule: counts[rule, True] for rule, _ in counts} == {rule: counts[rule, False] for rule, _ in counts}
