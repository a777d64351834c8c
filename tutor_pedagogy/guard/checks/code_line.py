"""Withhold lines that consist of a statement only, and code between quotation marks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import quotes_code, rule_of_lines
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.views.markup import Reading

if TYPE_CHECKING:
    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit

QUOTATION = re.compile(r"""(?:^|(?<=[\s(:]))(["'])(?P<code>[^\n]{4,160}?)\1(?=[\s.,;:!?)}\]]|$)""")


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule that a line or quotation breaks: it is withheld code, or the student's own line as the fix."""
    for reading in unit.words:
        if rule := rule_of_lines(context, reading, is_offered=unit.is_offered and not unit.is_block):
            return rule
        may_quote = not unit.is_block and ('"' in reading.prose or "'" in reading.prose)
        for match in QUOTATION.finditer(reading.prose) if may_quote else ():
            if quotes_code(context, Reading(match["code"], reading.marked)):
                return GuardRule.CODE_IN_QUOTES
    return None
