"""Withhold code blocks that are not the student's own. From level 4 on, allow examples unlike the student's code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import says_code
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.similarity import shape
from tutor_pedagogy.guard.student_material import logical_lines, unnumbered
from tutor_pedagogy.guard.views.markup import diff_sides, looks_like_diff, removes_and_adds
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
    from tutor_pedagogy.guard.student_material import Line

_ONLY_INSIDE = frozenset({"break", "continue", "elif", "else", "except", "finally"})
"""Keywords that cannot begin an example, because they continue a compound statement or need a loop around them."""
_LONG_STRING = 10


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if a block has code that the level does not allow, or presents the student's code as the fix."""
    if not unit.is_block:
        return None
    is_diff = looks_like_diff(unit.code)
    code = diff_sides(unit.code) if is_diff else unit.code
    lines = logical_lines(unnumbered(code))
    permitted = frozenset(
        number
        for number, line in enumerate(lines)
        if (context.forms.permit_statement(line.tokens) or context.forms.permit_values(line.tokens))
        and not says_code(context, line.tokens)
    )
    if len(permitted) == len(lines):
        return None
    if _is_quote(context, lines, permitted):
        is_edit = unit.is_offered or (is_diff and removes_and_adds(unit.code) and not context.material.said(unit.code))
        return GuardRule.EDIT_BLOCK if is_edit else None
    if context.material.said(code):
        return None
    is_one_line_fix = len(lines) == 1 and (unit.is_offered or context.material.nearly_has(lines[0].tokens))
    if context.level < HintLevel.EXAMPLE or is_one_line_fix:
        return GuardRule.CODE_BLOCK
    return _rule_of_example(context, lines)


def _is_quote(context: GuardContext, lines: list[Line], permitted: frozenset[int]) -> bool:
    """Return whether a block quotes the student's own code, with at most prints and test calls inserted."""
    others = (line for number, line in enumerate(lines) if number not in permitted and line.tokens != ("...",))
    if not all(context.material.has_code(line.tokens) for line in others):
        return False
    if len(lines) == 1 or context.material.quotes(lines):
        return True
    return bool(permitted) and context.material.quotes(lines, permitted)


def _rule_of_example(context: GuardContext, lines: list[Line]) -> GuardRule | None:
    tokens = [token for line in lines for token in line.tokens]
    names = {token.casefold() for token in tokens if token.isidentifier()}
    strings = {token for token in tokens if token[-1] == '"' and len(token) > _LONG_STRING}
    if names & context.material.folded_identifiers or any(map(context.material.has_string, strings)):
        return GuardRule.EXAMPLE_WITH_OWN_NAMES
    is_outermost_return = any(not line.indent and line.tokens[0] in {"return", "yield"} for line in lines)
    if is_outermost_return or lines[0].indent or tokens[0] in _ONLY_INSIDE or says_code(context, tokens):
        return GuardRule.CODE_BLOCK
    return GuardRule.EXAMPLE_TOO_NEAR if context.program.is_near([shape(line.tokens) for line in lines]) else None
