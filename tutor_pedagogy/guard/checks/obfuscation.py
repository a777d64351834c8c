"""Withhold obfuscated code: encoded, respelled, cut into pieces, or with its operators written as words."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.disclosure import MARKS, quotes_code, states
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.tokens import all_tokens_of, is_one_thing
from tutor_pedagogy.guard.views import ciphers, encodings, interleaved, spelling, spoken
from tutor_pedagogy.guard.views.markup import Reading

if TYPE_CHECKING:
    from tutor_pedagogy.guard.context import GuardContext, JudgedUnit

_WHOLE = " \N{FULL BLOCK} "
"""The placeholder for a code span of several tokens, which cannot be a piece of a statement."""
_SIGNS_OF_PIECES = re.compile(r"[=+*/%<>(\[]")
_OTHER_PIECES = re.compile(r"\W-\W|\breturn\b|\bimport\b")


def check(context: GuardContext, unit: JudgedUnit) -> GuardRule | None:
    """Return the rule if a text is code once it is decoded, respelled, joined, or written with operators."""
    for reading in unit.sentences:
        prose, marked, seen = reading
        decoded = chain(encodings.readings(seen), ciphers.readings(seen, context.spelled_names))
        if not all(map(context.material.has_text, decoded)):
            return GuardRule.ENCODED
        corrected = spelling.reading(prose, context.material)
        if corrected is not None and quotes_code(context, Reading(corrected, marked)):
            return GuardRule.CODE_RESPELLED
        if _is_pieced_together(context, reading):
            return GuardRule.CODE_IN_PIECES
        written = spoken.reading(prose)
        if written is not None and quotes_code(context, Reading(written, marked)):
            return GuardRule.CODE_IN_WORDS
    return None


def _is_pieced_together(context: GuardContext, reading: Reading) -> bool:
    """Return whether separated pieces of a text form a new statement once joined, even without the student's lines."""
    text = MARKS.sub(lambda mark: _as_piece(reading.span(mark[0])), reading.prose) if reading.marked else reading.prose
    if not _may_be_pieces(text) or not any(states(context, joined) for joined in interleaved.readings(text)):
        return False
    others = "\n".join(line for line in text.split("\n") if not context.material.has_text(line))
    return any(states(context, joined) for joined in interleaved.readings(others))


def _may_be_pieces(text: str) -> bool:
    """Return whether a text may contain a statement in pieces, judged by its operators and keywords: a prefilter."""
    may_be_other = "-" in text or "return" in text or "import" in text
    return bool(_SIGNS_OF_PIECES.search(text)) or (may_be_other and bool(_OTHER_PIECES.search(text)))


def _as_piece(code: str) -> str:
    return f" {code} " if is_one_thing(all_tokens_of(code)) else _WHOLE
