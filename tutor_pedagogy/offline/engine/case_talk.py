"""What the cases of a test report tell, as sentences for a hint on a wrong result whose cause is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.rules.logic.case_lines import compared, statements
from tutor_pedagogy.offline.rules.logic.case_values import (
    contrast,
    difference,
    failing_case,
    function_of,
    nearest_passing,
    quotable,
    smallest_case,
)
from tutor_pedagogy.offline.rules.logic.claims import NOT_ALONE
from tutor_pedagogy.offline.rules.logic.trials.expectations import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.engine.cause import Cause
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import KnownCase


_MOST_WORDS = 150
_NOT_ALONE = (
    "With the plainest such change the known cases do not all pass yet. So look at the next difference after it."
)


def with_cases(text: str, program: Program, cause: Cause, level: HintLevel) -> str:
    """Return the text about a wrong result with what the cases tell, if the cause itself is not known.

    Level 1 names the passing case that is nearest to the failing one, level 2 says how the result differs, and level 3
    which lines only the one or the other has run.
    """
    failing = failing_case(program)
    if cause.rule.error_type != "logic" or cause.certainty != "start_here" or failing is None:
        return text
    match level:
        case HintLevel.QUESTION:
            told = _nearest(program, failing)
        case HintLevel.CONCEPT:
            told = " ".join(filter(None, (_difference(failing), _contrast(program))))
        case HintLevel.STRUCTURE:
            told = _lines_apart(program)
        case HintLevel.SOLUTION if cause.match is not None and cause.match.slots.get(NOT_ALONE):
            told = _NOT_ALONE
        case _:
            told = ""
    return f"{text}\n\n{told}" if told and len(f"{text} {told}".split()) <= _MOST_WORDS else text


def _nearest(program: Program, failing: KnownCase) -> str:
    if failing.kind != "call" or not quotable(failing.given):
        return ""
    passing = nearest_passing(program, failing)
    if passing is not None and quotable(passing.given):
        return f"It works for `{passing.given}` and not for `{failing.given}`. What is different about the second case?"
    smallest = smallest_case(program, function_of(failing.given))
    if passing is not None or smallest is None or smallest.got is None or smallest == failing:
        return ""  # A case that passes or crashes has no result; a crash has another cause.
    if not quotable(smallest.given) or not quotable(smallest.expected) or not _fails_alike(smallest, failing):
        return ""
    told = f"The smallest case that fails is `{smallest.given}`, which should give `{smallest.expected}`."
    return f"{told} Try it first."


def _fails_alike(one: KnownCase, other: KnownCase) -> bool:
    """Return whether two cases give a wrong result of the same type, and so may well have one cause."""
    (is_known, first), (is_other_known, second) = literal(one.got), literal(other.got)
    return is_known and is_other_known and type(first) is type(second)


def _difference(failing: KnownCase) -> str:
    return "" if failing.got is None or failing.kind != "call" else difference(failing.expected, failing.got)


def _contrast(program: Program) -> str:
    told = contrast(program)
    return f"In the known cases, each that fails has {told} in what is given, and none that passes has." if told else ""


def _lines_apart(program: Program) -> str:
    """Return a sentence on the first line that only the failing case runs, or only those that pass; else ""."""
    pair = compared(program)
    if pair is None or not quotable(pair.failing.case.given):
        return ""
    call = pair.failing.case.given
    names = _listed(run.case.given for run in pair.passing)
    if only := statements(program, pair.only_failing):
        return f"Line {program.shown(only[0])} is run in `{call}`, and in none of the cases that pass{names}."
    if left_out := statements(program, pair.only_passing):
        return f"Line {program.shown(left_out[0])} is run in each of the cases that pass{names}, and not in `{call}`."
    return ""


def _listed(calls: Iterable[str]) -> str:
    shown = [f"`{call}`" for call in calls if quotable(call)][:2]
    return f", such as {' and '.join(shown)}" if shown else ""
