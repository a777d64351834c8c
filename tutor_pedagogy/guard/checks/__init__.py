"""The checks of the guard, in the order in which they run. `docs/howto/add-a-guard-check.md` says how to add one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.checks import (
    canary,
    code_block,
    code_in_text,
    code_line,
    edit_in_words,
    edits,
    instalments,
    obfuscation,
    reference,
)
from tutor_pedagogy.guard.views.encodings import has_letters_apart
from tutor_pedagogy.guard.views.spoken import says_signs
from tutor_pedagogy.guard.vocabulary import KEYWORDS, words_of
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
    from tutor_pedagogy.guard.rules import GuardRule

CHECKS: tuple[Callable[[GuardContext, JudgedUnit], GuardRule | None], ...] = (
    code_block.check,
    code_in_text.check,
    edits.check,
    obfuscation.check,
    code_line.check,
    edit_in_words.check,
    reference.check,
    instalments.check,
)
"""The checks that run below the solution level. The first rule that one of them returns is the verdict."""

_SIGNS = re.compile(r"""[^A-Za-z ,.?!'"\n;\u2019-]""")
_WORD = re.compile(r"\w+")
_TELLING = (KEYWORDS - words_of("words_of_talk")) | words_of("sign_names")
_SHORT = 40
"""The number of characters from which on plain prose is released unchecked. Shorter prose may be a code fragment."""


def broken_rule(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the first rule that a unit breaks, or None."""
    rule = canary.check(context, unit)
    if rule or context.level >= HintLevel.SOLUTION or unit.text.isspace():
        return rule
    if _is_mere_talk(context, unit):
        rule = edit_in_words.check_talk(context, unit.begun + unit.text) or edits.check_talk(context, unit)
        return rule or (instalments.check(context, unit) if len(unit.text) < _SHORT else None)
    return next(filter(None, (check(context, unit) for check in CHECKS)), None)


def _is_mere_talk(context: GuardContext, unit: JudgedUnit) -> bool:
    """Return whether a unit is plain prose: no operator, no keyword that is rare in prose, no name of the student's.

    The unit must also show no trace of a cipher. Most units are plain prose and need no further checks.
    """
    text = edits.LINE_NUMBERS.sub("line", unit.text) if "line" in unit.text else unit.text
    if unit.is_block or _SIGNS.search(text):
        return False
    words = _WORD.findall(unit.text)
    if not (_TELLING.isdisjoint(words) and context.material.identifiers.isdisjoint(words)):
        return False
    text = unit.begun[-_SHORT:] + unit.text
    return not (context.spelled_names.in_disguise(words) or has_letters_apart(text) or says_signs(text))
