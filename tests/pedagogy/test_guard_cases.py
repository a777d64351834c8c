"""The guard's rules: each has documented replies that it withholds, and replies that pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.each_case import each_case
from testing.guard_cases import FOLDER, Case, cases, program, reference, rules_with_cases
from tutor_pedagogy.guard import Guard, GuardRule, KnownEdit
from tutor_pedagogy.guard.known_reference import KnownReference
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

CONTRACT = Path(__file__).parents[2] / "docs" / "contract.md"
CASES = cases()
EDIT = KnownEdit(4, "        total = grade", "        total += grade")
"""The edit that mends the program of the cases."""
REFERENCE = KnownReference((reference(),), (program(),))
"""The reference of the cases. The exercise shows the program itself, with its mistake, as the starter."""
TOLD_BY_TESTS = {GuardRule.ENDLESS, GuardRule.CANARY, GuardRule.UNJUDGED}
"""Rules whose violations cannot be written as a single reply in a file of cases."""


@each_case(CASES)
def test_a_reply_is_withheld_or_passes_as_its_case_says(case: Case) -> None:
    """A reply in a file of cases is withheld by the file's rule, or is shown unchanged, as the case says."""
    asked = Submission(code=program(), cursor=Position(0, 0))
    for level in case.levels:
        guard = Guard(HintLevel(level), asked, earlier=case.earlier, edit=EDIT, reference=REFERENCE)
        shown = "".join([*guard.feed(case.reply), *guard.finish()])

        rule = guard.verdict and guard.verdict.rule
        assert rule == (case.rule if case.is_withheld else None), f"level {level}"
        assert case.is_withheld or case.reply == shown


def test_every_rule_has_a_file_of_cases() -> None:
    """Each rule has a file of cases, whose heading is the rule's name."""
    assert {str(rule) for rule in GuardRule} == rules_with_cases()
    for rule in GuardRule:
        assert (FOLDER / f"{rule}.md").read_text(encoding="utf-8").startswith(f"# {rule}\n")


@pytest.mark.parametrize("rule", sorted(set(GuardRule) - TOLD_BY_TESTS))
def test_every_rule_withholds_some_replies_and_lets_others_pass(rule: GuardRule) -> None:
    """Each rule has at least one reply that is withheld, and one that passes."""
    assert {True, False} == {case.is_withheld for case in CASES if case.rule == rule}


def test_every_rule_is_in_the_contract() -> None:
    """`docs/contract.md` lists exactly the names of the guard's rules, which clients see in verdicts."""
    section = CONTRACT.read_text(encoding="utf-8").partition("The guard's rules: ")[2].partition(".\n")[0]
    assert {f"`{rule}`" for rule in GuardRule} == set(section.replace("\n", " ").split(", "))
