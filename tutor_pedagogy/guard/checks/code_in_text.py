"""Withhold code in a sentence, with or without backticks, that the student did not write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import gives_away, run_gives_away
from tutor_pedagogy.guard.neutral import states_in
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import tokens_of
from tutor_pedagogy.guard.views import unmarked_code
from tutor_pedagogy.guard.views.markup import FIRST_MARK, MARK
from tutor_pedagogy.guard.vocabulary import phrase

if TYPE_CHECKING:
    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
    from tutor_pedagogy.guard.views.markup import Reading

_READ_AS = phrase("READ_AS")
_STEP, _EDITING = phrase("STEP"), phrase("INSTRUCTS")
_NOTED = re.compile(rf"(?m)^[\W\d]{{0,6}}(?:{MARK}|[^\W\d]\w*[ ]=[ ]\S{{1,40}}):[ ]")
_ASSUMED = re.compile(rf"(?i)\b(?:with|for|if|take|given|let)\s+(?:[a-z]+\s+)?{MARK}")
_SHOWN = phrase("SHOWN", rf"{{}}\s+({MARK})")
_MESSAGE = re.compile(
    r"[A-Z][A-Za-z]{2,30}(?:Error|Iteration|Exit): (?:name '\w+' is not defined|division by zero|'\w+' object is not "
    r"(?:callable|iterable|subscriptable|an iterator)|\w+ (?:assignment )?index out of range"
    r"|'\w+' object has no attribute '\w+'"
    r"|unsupported operand type\(s\) for [-+*/%<>=&|^]{1,3}: '\w+' and '\w+'"
    r"|can only concatenate \w+ \(not \"\w+\"\) to \w+"
    r"|invalid literal for int\(\) with base 10: '[^'`]{0,40}'|could not convert string to float: '[^'`]{0,40}'"
    r"|\w+ indices must be integers or slices, not \w+|'\w+' not supported between instances of '\w+' and '\w+'"
    r"|'\w+' object does not support item assignment|unhashable type: '\w+'|object of type '\w+' has no len\(\)"
    r"|cannot access local variable '\w+' where it is not associated with a value|maximum recursion depth exceeded"
    r"|No module named '\w+'|'[^'`]{0,40}'|invalid syntax|unexpected indent|expected ':'|'[(\[{]' was never closed"
    r"|unterminated string literal \(detected at line \d+\)|not enough values to unpack \(expected \d+, got \d+\)"
    r"|too many values to unpack \(expected \d+(?:, got \d+)?\))"
)
"""Python's messages, quoted with the exception's name: they say what is wrong and suggest nothing."""
# linear: both repeats are bounded, in a sentence of at most 4,600 characters (`MAX_LINE`, `_REMEMBERED` in `units`)
_CLAUSE = re.compile(
    r"\bfrom [\w.]+ import [\w*]+|\bfor \w+(?:, \w+)? in [\w.()\[\]]+:(?= |$)|\bdef \w+ ?\([^()\n]*\) ?:"
    r"|[\[({][^\[\]\n]{1,80}? for \w+(?:, ?\w+)* in [^\]\n]{1,80}?[\])}]"
)
"""Code that reads like an English clause, such as `for name in names:`, so that no operator reveals it."""


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if a code span, or a run of code tokens outside backticks, reveals withheld code, else None."""
    for reading in unit.readings:
        runs = unmarked_code.runs(reading, context.material)
        is_trace = _is_trace(context, reading, runs)
        if _span_gives_away(context, reading, is_trace=is_trace):
            return GuardRule.CODE_SPAN
        if any(run_gives_away(context, run) for run in runs if not (is_trace and _is_state(context, run))):
            return GuardRule.CODE_IN_PROSE
        clause = _CLAUSE.search(reading.prose) if _may_hold_clause(reading.prose) else None
        if clause and not context.material.has_text(clause[0]):
            return GuardRule.CODE_IN_PROSE
    return None


def _is_trace(context: GuardContext, reading: Reading, runs: list[list[str]]) -> bool:
    """Return whether a sentence follows the program by hand: it notes values at a step, or of several names."""
    if not runs and not reading.marked:
        return False
    spans = map(tokens_of, reading.marked)
    names = {tokens[0] for tokens in (*runs, *spans) if _notes(context, tokens)}
    if not names or _EDITING.search(reading.prose):
        return False
    return len(names) > 1 or any(sign.search(reading.prose) for sign in (_STEP, _ASSUMED, _NOTED))


def _notes(context: GuardContext, tokens: list[str]) -> bool:
    """Return whether tokens note values of names; a value may be a call of the student's function with values."""
    is_of_call = tokens[1:2] == ["="] and tokens[0].isidentifier() and context.forms.is_test_call(tokens[2:])
    return is_of_call or bool(states_in(tokens))


def _is_state(context: GuardContext, tokens: list[str]) -> bool:
    return _notes(context, tokens) and (context.edit is None or not context.edit.adds(tokens))


def _span_gives_away(context: GuardContext, reading: Reading, *, is_trace: bool) -> bool:
    shown = set(_SHOWN.findall(reading.prose)) if reading.marked else set()
    is_read = bool(reading.marked) and bool(_READ_AS.search(reading.prose))
    for number, code in enumerate(reading.marked):
        is_shown = chr(FIRST_MARK + number) in shown and context.forms.permit_shown(tokens_of(code))
        is_shown = is_shown or (is_trace and _is_state(context, tokens_of(code)))
        is_shown = is_shown or (is_read and context.forms.groups(tokens_of(code)))
        if not is_shown and not _MESSAGE.fullmatch(code) and gives_away(context, code):
            return True
    return False


def _may_hold_clause(prose: str) -> bool:
    return "for " in prose or " import " in prose or "def " in prose
