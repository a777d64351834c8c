"""Withhold code in a sentence, with or without backticks, that the student did not write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import gives_away, run_gives_away
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import tokens_of
from tutor_pedagogy.guard.views import unmarked_code
from tutor_pedagogy.guard.views.markup import FIRST_MARK, MARK
from tutor_pedagogy.guard.vocabulary import phrase

if TYPE_CHECKING:
    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
    from tutor_pedagogy.guard.views.markup import Reading

_SHOWN = phrase("SHOWN", rf"{{}}\s+({MARK})")
# linear: both repeats are bounded, in a sentence of at most 4,600 characters (`MAX_LINE`, `_REMEMBERED` in `units`)
_CLAUSE = re.compile(
    r"\bfrom [\w.]+ import [\w*]+|\bfor \w+(?:, \w+)? in [\w.()\[\]]+:(?= |$)|\bdef \w+ ?\([^()\n]*\) ?:"
    r"|[\[({][^\[\]\n]{1,80}? for \w+(?:, ?\w+)* in [^\]\n]{1,80}?[\])}]"
)
"""Code that reads like an English clause, such as `for name in names:`, so that no operator reveals it."""


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if a code span, or a run of code tokens outside backticks, reveals withheld code, else None."""
    for reading in unit.readings:
        if _span_gives_away(context, reading):
            return GuardRule.CODE_SPAN
        if any(run_gives_away(context, run) for run in unmarked_code.runs(reading, context.material)):
            return GuardRule.CODE_IN_PROSE
        clause = _CLAUSE.search(reading.prose) if _may_hold_clause(reading.prose) else None
        if clause and not context.material.has_text(clause[0]):
            return GuardRule.CODE_IN_PROSE
    return None


def _span_gives_away(context: GuardContext, reading: Reading) -> bool:
    shown = set(_SHOWN.findall(reading.prose)) if reading.marked else set()
    for number, code in enumerate(reading.marked):
        is_shown = chr(FIRST_MARK + number) in shown and context.forms.permit_shown(tokens_of(code))
        if not is_shown and gives_away(context, code):
            return True
    return False


def _may_hold_clause(prose: str) -> bool:
    return "for " in prose or " import " in prose or "def " in prose
