"""Withhold lines that consist of a statement only, and code between quotation marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import gives_away, quotes_code, rule_of_lines
from tutor_pedagogy.guard.neutral import shows_edit
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import tokens_of
from tutor_pedagogy.guard.views.markup import Reading
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit

_PROMPT = re.compile(r"[ \t]*>>> (?=\S)")
QUOTATION = re.compile(r"""(?:^|(?<=[\s(:]))(["'])(?P<code>[^\n]{4,160}?)\1(?=[\s.,;:!?)}\]]|$)""")


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule that a line or quotation breaks: it is withheld code, or the student's own line as the fix."""
    for reading in unit.words:
        if _is_session(context, unit, reading):
            continue
        if rule := rule_of_lines(context, reading, is_offered=unit.is_offered and not unit.is_block):
            return rule
        may_quote = not unit.is_block and ('"' in reading.prose or "'" in reading.prose)
        for match in QUOTATION.finditer(reading.prose) if may_quote else ():
            if quotes_code(context, Reading(match["code"], reading.marked)):
                return GuardRule.CODE_IN_QUOTES
    return None


def _is_session(context: GuardContext, unit: JudgedUnit, reading: Reading) -> bool:
    """Return whether a line is an input at Python's prompt that an example of level 4 may have."""
    may_be = context.level >= HintLevel.EXAMPLE and not unit.is_block and bool(_PROMPT.match(unit.text))
    if not may_be or gives_away(context, reading.prose.strip()):
        return False
    return context.edit is None or not shows_edit(tokens_of(reading.prose), context.edit)
