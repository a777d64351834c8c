"""Withhold statements of the exercise's reference that the student does not have, under whatever names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.student_material import logical_lines, unnumbered
from tutor_pedagogy.guard.tokens import tokens_of
from tutor_pedagogy.guard.views import unmarked_code
from tutor_pedagogy.guard.views.markup import diff_sides, looks_like_diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if the unit's code is a statement of the reference, or a block of it is the reference."""
    withheld = context.withheld
    if withheld is None:
        return None
    if unit.is_block:
        code = diff_sides(unit.code) if looks_like_diff(unit.code) else unit.code
        lines = [line.tokens for line in logical_lines(unnumbered(code)) if line.tokens]
        if lines and withheld.is_near(lines):
            return GuardRule.REFERENCE
        pieces: Iterator[Sequence[str]] = iter(lines)
    else:
        pieces = _pieces(context, unit)
    return GuardRule.REFERENCE if any(_gives_away(context, tokens) for tokens in pieces) else None


def _gives_away(context: GuardContext, tokens: Sequence[str]) -> bool:
    """Return whether tokens state a part of the reference. Prints and test calls do not count: a hint may have them."""
    withheld = context.withheld
    if withheld is None or not withheld.states(tokens):
        return False
    return not (context.material.has_code(tokens) or context.forms.permit_statement(tokens))


def _pieces(context: GuardContext, unit: JudgedUnit) -> Iterator[Sequence[str]]:
    """Yield the code in a sentence: its code spans, and runs of code outside of them."""
    for reading in unit.readings:
        yield from filter(None, map(tokens_of, reading.marked))
        yield from unmarked_code.runs(reading, context.material)
